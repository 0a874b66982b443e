/**
 * The few calls of libc that Node has no binding for, through an optional FFI package. Linux only; every call is
 * synchronous and takes 2-5 µs, so it may stand between two writes.
 *
 * Offsets are those of x86-64 and arm64; big-endian machines get no binding.
 */
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import { parseTcpInfo, type TcpInfo } from './tcp-info';

/** What of libc the kit uses. A negative answer is `-errno`, as the system call itself would give it. */
export interface Libc {
  /** The kernel's view of a TCP socket; undefined where `fd` is none, or no longer one. */
  tcpInfo(fd: number): TcpInfo | undefined;
  /** Holds partial segments back until it is set off again (or 200 ms pass: tcp(7)). */
  setCork(fd: number, on: boolean): number;
  setNoDelay(fd: number, on: boolean): number;
  /** Acknowledges at once; the kernel may fall back by itself. */
  setQuickAck(fd: number, on: boolean): number;
  /** With 0, `close` sends RST and discards what is unsent; `undefined` sets lingering off. */
  setLinger(fd: number, seconds: number | undefined): number;
  /** Sends a FIN and leaves the other direction open. */
  shutdownWrite(fd: number): number;
  /**
   * Sends without waiting and without SIGPIPE: the number of bytes the kernel took, which may be fewer than given, or
   * `-errno` (-11: its buffer is full). Node must have nothing queued for the socket (`writableLength` 0).
   */
  send(fd: number, bytes: Uint8Array, flags?: number): number;
  /** Receives without waiting into `into`: the number of bytes, 0 at the end, or `-errno`. */
  receive(fd: number, into: Uint8Array): number;
  /** Opens a raw socket of the given family, close-on-exec. */
  openSocket(family: number, type: number, protocol: number): number;
  close(fd: number): number;
  /** Moves the calling thread, and it alone, into the network namespace that an open file of /proc stands for. */
  enterNetwork(fd: number): number;
}

/** `errno` values that callers tell apart. */
export const ERRNO = { EAGAIN: 11, EPIPE: 32, ECONNRESET: 104 } as const;

const SOL_SOCKET = 1;
const IPPROTO_TCP = 6;
const [TCP_NODELAY, TCP_CORK, TCP_INFO, TCP_QUICKACK] = [1, 3, 11, 12];
const SO_LINGER = 13;
const SHUT_WR = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const SOCK_CLOEXEC = 0x80000;
const TCP_INFO_BYTES = 512;
const CLONE_NEWNET = 0x40000000;

/** glibc and musl, the latter under the name of its loader. */
const LIBRARIES = ['libc.so.6', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1', 'libc.so'];

/** Of the FFI package only what is used: its own types are those of an ES module. */
interface Koffi {
  load(name: string): { func(prototype: string): Call };
  errno(): number;
}
type Call = (...values: readonly (number | Uint8Array)[]) => number;

let loaded: { readonly libc: Libc | undefined } | undefined;

/**
 * Binds libc, once for the thread; undefined where it cannot be had: another platform, the FFI package not installed, or
 * `LASTWORD_NO_FFI=1`. Never throws.
 */
export function loadLibc(): Libc | undefined {
  loaded ??= { libc: process.env['LASTWORD_NO_FFI'] === '1' ? undefined : bind() };
  return loaded.libc;
}

/** The descriptor of a connected socket of node:net; undefined where it has none (any more), or not on this platform. */
export function socketDescriptor(socket: Socket): number | undefined {
  const handle: unknown = '_handle' in socket ? socket._handle : undefined;
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) return undefined;
  return typeof handle.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined;
}

function bind(): Libc | undefined {
  if (process.platform !== 'linux' || endianness() !== 'LE') return undefined;
  const koffi = requireKoffi();
  if (koffi === undefined) return undefined;
  for (const name of LIBRARIES) {
    try {
      return bindLibrary(koffi, koffi.load(name));
    } catch {
      // Not this libc; the next name may be.
      continue;
    }
  }
  return undefined;
}

function requireKoffi(): Koffi | undefined {
  try {
    // Lazily, because it is an optional dependency with a native part.
    const koffi: Koffi = require('koffi');
    return koffi;
  } catch {
    return undefined;
  }
}

function bindLibrary(koffi: Koffi, library: { func(prototype: string): Call }): Libc {
  const bindCall = (prototype: string): Call => {
    const call = library.func(prototype);
    return (...values) => {
      const answer = call(...values);
      return answer < 0 ? -koffi.errno() : answer;
    };
  };
  const getsockopt = bindCall('int getsockopt(int fd, int level, int name, void *value, void *length)');
  const setsockopt = bindCall('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)');
  const send = bindCall('long send(int fd, const void *bytes, size_t length, int flags)');
  const recv = bindCall('long recv(int fd, void *bytes, size_t length, int flags)');
  const shutdown = bindCall('int shutdown(int fd, int how)');
  const socket = bindCall('int socket(int family, int type, int protocol)');
  const close = bindCall('int close(int fd)');
  const setns = bindCall('int setns(int fd, int kind)');
  const setFlag = (fd: number, name: number, on: boolean): number =>
    setsockopt(fd, IPPROTO_TCP, name, int32(on ? 1 : 0), 4);
  const info = Buffer.alloc(TCP_INFO_BYTES);
  const infoLength = Buffer.alloc(4);
  return {
    tcpInfo: (fd) => {
      infoLength.writeUInt32LE(TCP_INFO_BYTES);
      if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, infoLength) < 0) return undefined;
      return parseTcpInfo(info.subarray(0, infoLength.readUInt32LE()));
    },
    setCork: (fd, on) => setFlag(fd, TCP_CORK, on),
    setNoDelay: (fd, on) => setFlag(fd, TCP_NODELAY, on),
    setQuickAck: (fd, on) => setFlag(fd, TCP_QUICKACK, on),
    setLinger: (fd, seconds) =>
      setsockopt(fd, SOL_SOCKET, SO_LINGER, int32(seconds === undefined ? 0 : 1, seconds ?? 0), 8),
    shutdownWrite: (fd) => shutdown(fd, SHUT_WR),
    send: (fd, bytes, flags = 0) => send(fd, bytes, bytes.length, flags | MSG_DONTWAIT | MSG_NOSIGNAL),
    receive: (fd, into) => recv(fd, into, into.length, MSG_DONTWAIT),
    openSocket: (family, type, protocol) => socket(family, type | SOCK_CLOEXEC, protocol),
    close: (fd) => close(fd),
    enterNetwork: (fd) => setns(fd, CLONE_NEWNET),
  };
}

function int32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeInt32LE(value, 4 * index));
  return bytes;
}
