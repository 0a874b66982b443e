/**
 * The kernel's TCP sockets as /proc prints them. The witness where libc cannot be called: each read walks the kernel's
 * whole table, 4-20 ms and more, and blocks the event loop meanwhile; read it every 20 ms at most.
 */
import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';

/** One end of a connection. */
export interface SocketAddress {
  /** IPv4 or IPv6 in any notation, without zone; `::ffff:a.b.c.d` is the same as `a.b.c.d`. */
  readonly address: string;
  readonly port: number;
}

/** One socket, seen from its own side. */
export interface SocketRow {
  /** As in `TCP_STATE`: 8 is CLOSE_WAIT. */
  readonly state: number;
  /** Bytes received that its process has not read; a FIN received counts as 1. */
  readonly rxQueue: number;
  /** Bytes written that its peer has not acknowledged; a FIN sent counts as 1. */
  readonly txQueue: number;
  /** 0 where no process holds the socket any more. */
  readonly inode: number;
  readonly uid: number;
}

/** A {@link SocketRow} with the ends of its connection. */
export interface ProcNetTcpRow extends SocketRow {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
}

/**
 * Reads the text of `/proc/net/tcp` or `/proc/net/tcp6`; lines that are none of its rows are left out.
 *
 * @example `0: 0100007F:1F90 0100007F:D431 08 00000000:000003E9 …`: 127.0.0.1:8080, CLOSE_WAIT, 1001 bytes unread
 */
export function parseProcNetTcp(text: string): ProcNetTcpRow[] {
  return text.split('\n').flatMap((line) => {
    const [, local, remote, state, queues, , , uid, , inode] = line.trim().split(/\s+/);
    const [localEnd, remoteEnd] = [parseEnd(local), parseEnd(remote)];
    const [txQueue, rxQueue] = queues?.split(':') ?? [];
    if (localEnd === undefined || remoteEnd === undefined || txQueue === undefined || rxQueue === undefined) return [];
    return [
      {
        local: localEnd,
        remote: remoteEnd,
        state: Number.parseInt(state ?? '', 16),
        txQueue: Number.parseInt(txQueue, 16),
        rxQueue: Number.parseInt(rxQueue, 16),
        uid: Number(uid),
        inode: Number(inode),
      },
    ];
  });
}

/**
 * The socket whose own end is `local`; undefined where there is none, or no such file.
 *
 * @param pid a process whose network namespace is looked into; default our own
 */
export function findInProcNetTcp(local: SocketAddress, remote: SocketAddress, pid?: number): SocketRow | undefined {
  const folder = pid === undefined ? '/proc/net' : `/proc/${pid}/net`;
  const [from, to] = [addressKey(local), addressKey(remote)];
  for (const name of ['tcp', 'tcp6']) {
    // Splitting thousands of rows costs more than the search for the one: its ports are in it as hex.
    const ports = new RegExp(`:${hexPort(local.port)} [0-9A-F]+:${hexPort(remote.port)} `);
    const text = readOrEmpty(`${folder}/${name}`);
    const lines = text.split('\n').filter((line) => ports.test(line));
    const row = parseProcNetTcp(lines.join('\n')).find(
      (one) => addressKey(one.local) === from && addressKey(one.remote) === to,
    );
    if (row !== undefined) return row;
  }
  return undefined;
}

/** The 16 bytes of an address, IPv4 as v4-mapped IPv6; undefined for what is no address. */
export function addressBytes(address: string): Buffer | undefined {
  const v4 = /^(?:::ffff:)?(\d+)\.(\d+)\.(\d+)\.(\d+)$/i.exec(address);
  if (v4 !== null) return Buffer.from([...MAPPED_PREFIX, ...v4.slice(1).map(Number)]);
  const [head = '', tail, ...more] = address.split('::');
  if (!address.includes(':') || more.length > 0) return undefined;
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = 8 - before.length - after.length;
  if (tail === undefined ? zeros !== 0 : zeros < 0) return undefined;
  const all = [...before, ...Array.from({ length: zeros }, () => 0), ...after];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** Whether 16 address bytes are an IPv4 address mapped. */
export function isMappedIpv4(bytes: Buffer): boolean {
  return bytes.subarray(0, 12).equals(Buffer.from(MAPPED_PREFIX));
}

const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

function addressKey({ address, port }: SocketAddress): string | undefined {
  const bytes = addressBytes(address);
  return bytes && `${bytes.toString('hex')}:${port}`;
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

/** The kernel prints each 32-bit word of an address as a number of its own byte order. */
function parseEnd(text: string | undefined): SocketAddress | undefined {
  const [, hex, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text ?? '') ?? [];
  if (hex === undefined || port === undefined) return undefined;
  const bytes = Buffer.from(hex, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  const address =
    bytes.length === 4
      ? bytes.join('.')
      : Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16)).join(':');
  return { address, port: Number.parseInt(port, 16) };
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Not Linux, no IPv6, or the process is gone.
    return '';
  }
}
