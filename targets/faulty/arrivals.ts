/**
 * Makes wake-ups of what a socket gives. libuv tells of data and of the end behind it in two turns of its loop, although
 * both were in the kernel; a client that asks `epoll` sees both at once. So what came is handled two turns later, when
 * the loop has polled again: deterministic where all was there, as after a freeze, and a race where it was not.
 */
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import { loadLibc } from '../../kit/io/libc';
import { findSocket } from '../../kit/io/peer-socket';

/** Raw bytes and ends of one wake-up. */
export interface Arrived {
  readonly bytes: Buffer;
  readonly fin: boolean;
  readonly reset: boolean;
  /** Bytes are left in the socket, and are not going to be read. */
  readonly unread: boolean;
}

const turns = 3;
const lookEveryMs = 5;
const closeWait = 8;
const established = 1;

/** Reads a socket and hands on what it gives, a wake-up at a time. */
export function watchArrivals(socket: Socket, onArrived: (arrived: Arrived) => void): void {
  const collector = new Collector(onArrived);
  socket.on('data', (bytes: Buffer) => collector.add({ bytes }));
  socket.on('end', () => collector.add({ fin: true }));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'write' && error.code !== 'EPIPE') collector.add({ reset: true });
  });
  socket.resume();
}

class Collector {
  #bytes: Buffer[] = [];
  #fin = false;
  #reset = false;
  #isPlanned = false;

  constructor(private readonly onArrived: (arrived: Arrived) => void) {}

  add(arrival: { readonly bytes?: Buffer; readonly fin?: true; readonly reset?: true }): void {
    if (arrival.bytes !== undefined) this.#bytes.push(arrival.bytes);
    this.#fin ||= arrival.fin === true;
    this.#reset ||= arrival.reset === true;
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    afterTurns(turns, () => this.#flush());
  }

  #flush(): void {
    const arrived = { bytes: Buffer.concat(this.#bytes), fin: this.#fin, reset: this.#reset, unread: false };
    this.#bytes = [];
    this.#fin = false;
    this.#reset = false;
    this.#isPlanned = false;
    this.onArrived(arrived);
  }
}

function afterTurns(count: number, run: () => void): void {
  setImmediate(() => (count <= 1 ? run() : afterTurns(count - 1, run)));
}

/** A socket that reads nothing while it is paused: Node reads on into a buffer of the stream otherwise. */
export function connectUnbuffered(to: TcpNetConnectOpts): Socket {
  const buffer = Buffer.alloc(65_536);
  const onRead = (bytes: number): boolean => {
    socket.emit('data', Buffer.from(buffer.subarray(0, bytes)));
    return true;
  };
  const socket = connect({ ...to, onread: { buffer, callback: onRead } });
  return socket;
}

/**
 * As {@link watchArrivals}, for a client that asks for the hang-up first: the kernel is asked for the state of the socket,
 * and only one that is open is read.
 */
export function watchHangUps(socket: Socket, onArrived: (arrived: Arrived) => void): void {
  const local = { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
  const remote = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  const nothing = { bytes: Buffer.alloc(0), fin: false, reset: false, unread: false };
  let isOver = false;
  const end = (how: Partial<Arrived>): void => {
    if (!isOver) onArrived({ ...nothing, ...how });
    isOver = true;
  };
  socket.pause();
  socket.on('data', (bytes: Buffer) => {
    socket.pause();
    onArrived({ ...nothing, bytes });
  });
  socket.on('end', () => end({ fin: true }));
  socket.on('error', () => end({ reset: true }));
  const look = (): void => {
    if (isOver || socket.destroyed) return;
    const row = findSocket(loadLibc(), local, remote);
    if (row === undefined) end({ reset: true });
    // A FIN counts as one byte in the queue.
    else if (row.state === closeWait) end({ fin: true, unread: row.rxQueue > 1 });
    else if (row.state === established && row.rxQueue > 0) socket.resume();
    if (!isOver) setTimeout(look, lookEveryMs).unref();
  };
  look();
}
