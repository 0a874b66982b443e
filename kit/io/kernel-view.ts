/**
 * What the kernel says of one connection, from the best source there is: `TCP_INFO` and `sock_diag` through libc, else
 * `/proc/net/tcp`, else nothing, which is W1 at most.
 */
import type { Socket } from 'node:net';
import type { Snapshot } from '../core/trial';
import type { Libc } from './libc';
import { socketDescriptor } from './libc';
import { readEnding, type TcpInfo } from './tcp-info';
import { findSocket } from './peer-socket';
import type { SocketRow } from './proc-net-tcp';

export interface KernelView {
  readonly fd: number;
  readonly libc: Libc | undefined;
  readonly witness: 'tcp-info' | 'proc-net-tcp' | 'none';
  /** Shortest time between two looks, in ms: reading `/proc` walks the kernel's whole table. */
  readonly pollMs: number;
  readonly peer: { readonly address: string; readonly port: number };
  bytesAcked(): number | undefined;
  bytesReceived(): number | undefined;
  look(withPeer: boolean): Omit<Snapshot, 'atNs' | 'why'> | undefined;
  ending(seen: { readonly bytesRead: number; readonly hasSentFin: boolean }): ReturnType<typeof readEnding> | undefined;
  /** The client's own socket, where it is on this machine. */
  peerRow(): SocketRow | undefined;
}

/** @param bytesSent what has been written so far, for sources that only know what is still queued */
export function kernelView(socket: Socket, libc: Libc | undefined, bytesSent: () => number): KernelView {
  const fd = socketDescriptor(socket) ?? -1;
  const peer = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  const local = { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
  if (libc !== undefined && fd >= 0 && libc.tcpInfo(fd)?.bytesAcked !== undefined) {
    return exactView({ socket, fd, libc, peer, local });
  }
  const own = (): SocketRow | undefined => findSocket(undefined, local, peer);
  const isReadable = process.platform === 'linux' && own() !== undefined;
  const acked = (): number | undefined => {
    const row = own();
    // FIN_WAIT2 alone proves that everything and the FIN is acknowledged.
    return row === undefined ? undefined : bytesSent() - row.txQueue + (row.state === 5 ? 1 : 0);
  };
  return {
    fd,
    libc: undefined,
    witness: isReadable ? 'proc-net-tcp' : 'none',
    pollMs: 20,
    peer,
    bytesAcked: acked,
    bytesReceived: () => undefined,
    look: (withPeer) => {
      const row = isReadable ? own() : undefined;
      const bytesAcked = row === undefined ? undefined : bytesSent() - row.txQueue;
      const other = withPeer ? findSocket(undefined, peer, local) : undefined;
      if (row === undefined || bytesAcked === undefined) return undefined;
      return {
        tcp: { state: row.state, unacked: 0, notsentBytes: 0, bytesAcked, dataSegsOut: 0, totalRetrans: 0 },
        ...(other === undefined ? {} : { peer: { state: other.state, rxQueue: other.rxQueue } }),
      };
    },
    ending: () => undefined,
    peerRow: () => findSocket(undefined, peer, local),
  };
}

interface Exact {
  readonly socket: Socket;
  readonly fd: number;
  readonly libc: Libc;
  readonly peer: { readonly address: string; readonly port: number };
  readonly local: { readonly address: string; readonly port: number };
}

function exactView({ socket, fd, libc, peer, local }: Exact): KernelView {
  // A closed descriptor's number may be another connection's by now.
  const info = (): TcpInfo | undefined => (socketDescriptor(socket) === fd ? libc.tcpInfo(fd) : undefined);
  const peerRow = (): SocketRow | undefined => findSocket(libc, peer, local);
  return {
    fd,
    libc,
    witness: 'tcp-info',
    pollMs: 1,
    peer,
    bytesAcked: () => info()?.bytesAcked,
    bytesReceived: () => info()?.bytesReceived,
    look: (withPeer) => {
      const seen = info();
      if (seen === undefined) return undefined;
      const other = withPeer ? peerRow() : undefined;
      return {
        tcp: {
          state: seen.state,
          unacked: seen.unacked,
          notsentBytes: seen.notSentBytes ?? 0,
          bytesAcked: seen.bytesAcked ?? 0,
          dataSegsOut: seen.dataSegmentsOut ?? 0,
          totalRetrans: seen.totalRetransmits,
        },
        ...(other === undefined ? {} : { peer: { state: other.state, rxQueue: other.rxQueue } }),
      };
    },
    ending: (seen) => {
      const now = info();
      return now === undefined ? undefined : readEnding(now, seen);
    },
    peerRow,
  };
}
