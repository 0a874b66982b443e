/**
 * One socket of this machine by the ends of its connection, from the kernel's `sock_diag` (netlink): an exact lookup, a
 * few µs, where /proc walks every socket there is. It sees the network namespace that it was opened in, and no other.
 */
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import type { Libc } from './libc';
import { addressBytes, isMappedIpv4, type SocketAddress, type SocketRow } from './proc-net-tcp';

/** Looks sockets up until it is disposed. */
export interface SocketDiag extends Disposable {
  /** The socket whose own end is `local`; undefined where the kernel has none, a listening one not counted. */
  find(local: SocketAddress, remote: SocketAddress): SocketRow | undefined;
}

const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 1;
const NLMSG_ERROR = 2;
const LISTEN = 10;
const REQUEST_BYTES = 16 + 56;
const ANSWER_BYTES = 16 + 72;

/**
 * Opens the netlink socket; undefined where the kernel refuses. The caller disposes it.
 * @param pid a process whose network namespace is looked into, which takes root; default our own
 */
export function openSocketDiag(libc: Libc, pid?: number): SocketDiag | undefined {
  const open = (): number => libc.openSocket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
  const fd = pid === undefined ? open() : inNetworkOf(libc, pid, open);
  if (fd === undefined || fd < 0) return undefined;
  const answer = Buffer.alloc(8192);
  let sequence = 0;
  const find: SocketDiag['find'] = (local, remote) => {
    const [from, to] = [addressBytes(local.address), addressBytes(remote.address)];
    if (from === undefined || to === undefined) return undefined;
    sequence = (sequence + 1) & 0x7fffffff;
    const request = encodeRequest(sequence, [from, local.port], [to, remote.port]);
    if (libc.send(fd, request) !== request.length) return undefined;
    // An exact lookup is answered within `send`: the answer lies there, so no receive has to wait.
    for (;;) {
      const length = libc.receive(fd, answer);
      if (length < 16) return undefined;
      // An older answer can only be there if its `find` was interrupted by a signal.
      if (answer.readUInt32LE(8) !== sequence) continue;
      return decodeAnswer(answer.subarray(0, length), request);
    }
  };
  return { find, [Symbol.dispose]: () => void libc.close(fd) };
}

/**
 * Does something in the network namespace of another process, and comes back. Nothing else runs on this thread meanwhile,
 * and no other thread is moved; so `action` must be synchronous.
 *
 * @returns undefined where the process is gone, or this one may not go there
 * @throws {Error} there was no way back: nothing that the thread opens from here on would be where it should
 */
function inNetworkOf<Value>(libc: Libc, pid: number, action: () => Value): Value | undefined {
  const open = (path: string): number | undefined => {
    try {
      return openSync(path, 'r');
    } catch {
      // It ended, or is not ours to look at.
      return undefined;
    }
  };
  const [home, there] = [open('/proc/thread-self/ns/net'), open(`/proc/${pid}/ns/net`)];
  try {
    if (home === undefined || there === undefined || libc.enterNetwork(there) < 0) return undefined;
    try {
      return action();
    } finally {
      const back = libc.enterNetwork(home);
      // oxlint-disable-next-line no-unsafe-finally -- worse than whatever the action threw
      if (back < 0) throw new Error(`the kit cannot come back from a container’s network (errno ${-back})`);
    }
  } finally {
    for (const fd of [home, there]) if (fd !== undefined) closeSync(fd);
  }
}

/**
 * The process that holds a socket, by its open descriptors.
 *
 * @param pids where to look; processes of other users are seen by root only
 */
export function socketOwner(inode: number, pids: readonly number[]): number | undefined {
  const name = `socket:[${inode}]`;
  return inode === 0 ? undefined : pids.find((pid) => openFiles(pid).includes(name));
}

/**
 * `nlmsghdr(16)`, then `inet_diag_req_v2(56)`: family, protocol, extensions, padding, states(4), and the socket's id:
 * source port, destination port (network order), both addresses (16 each), interface, cookie.
 */
function encodeRequest(sequence: number, local: readonly [Buffer, number], remote: readonly [Buffer, number]): Buffer {
  const [[from, fromPort], [to, toPort]] = [local, remote];
  const isIpv4 = isMappedIpv4(from) && isMappedIpv4(to);
  const bytes = Buffer.alloc(REQUEST_BYTES);
  bytes.writeUInt32LE(REQUEST_BYTES, 0);
  bytes.writeUInt16LE(SOCK_DIAG_BY_FAMILY, 4);
  bytes.writeUInt16LE(NLM_F_REQUEST, 6);
  bytes.writeUInt32LE(sequence, 8);
  // The kernel finds an IPv6 socket with mapped addresses under AF_INET too.
  bytes.writeUInt8(isIpv4 ? AF_INET : AF_INET6, 16);
  bytes.writeUInt8(6, 17);
  bytes.fill(0xff, 20, 24);
  bytes.writeUInt16BE(fromPort, 24);
  bytes.writeUInt16BE(toPort, 26);
  bytes.set(isIpv4 ? from.subarray(12) : from, 28);
  bytes.set(isIpv4 ? to.subarray(12) : to, 44);
  // INET_DIAG_NOCOOKIE: any socket with these ends.
  bytes.fill(0xff, 64, 72);
  return bytes;
}

/** `inet_diag_msg(72)`: family, state, timer, retransmits, id(48), expires, rqueue, wqueue, uid, inode. */
function decodeAnswer(answer: Buffer, request: Buffer): SocketRow | undefined {
  if (answer.readUInt16LE(4) === NLMSG_ERROR || answer.length < ANSWER_BYTES) return undefined;
  const state = answer.readUInt8(17);
  // With no connection of these ends the kernel offers who listens at the port.
  const hasSamePorts = answer.subarray(20, 24).equals(request.subarray(24, 28));
  if (state === LISTEN || !hasSamePorts) return undefined;
  return {
    state,
    rxQueue: answer.readUInt32LE(72),
    txQueue: answer.readUInt32LE(76),
    uid: answer.readUInt32LE(80),
    inode: answer.readUInt32LE(84),
  };
}

function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const read = <Value>(action: () => Value, otherwise: Value): Value => {
    try {
      return action();
    } catch {
      // The process ended, closed the descriptor, or is another user's.
      return otherwise;
    }
  };
  return read(() => readdirSync(folder), []).map((name) => read(() => readlinkSync(`${folder}/${name}`), ''));
}
