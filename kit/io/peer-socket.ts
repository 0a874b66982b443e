/** The client's own socket, where it is on this machine, and whether the target itself holds it. */
import type { TrialOrder } from '../core/endpoint';
import type { Connection } from '../core/trial';
import type { Libc } from './libc';
import { findInProcNetTcp, type SocketAddress, type SocketRow } from './proc-net-tcp';
import { processTree } from './process-tree';
import { openSocketDiag, socketOwner, type SocketDiag } from './socket-diag';

let diag: { readonly of: SocketDiag | undefined } | undefined;

/** The socket whose own end is `local`; without libc the kernel's whole table is read, which takes milliseconds. */
export function findSocket(libc: Libc | undefined, local: SocketAddress, remote: SocketAddress): SocketRow | undefined {
  if (libc === undefined) return process.platform === 'linux' ? findInProcNetTcp(local, remote) : undefined;
  diag ??= { of: openSocketDiag(libc) };
  return diag.of === undefined ? findInProcNetTcp(local, remote) : diag.of.find(local, remote);
}

/**
 * Who is at the other end: the target, or something that only relays for it. An acknowledgement by a relay says nothing
 * about the client, so what cannot be told counts as unknown.
 */
export function locatePath(row: SocketRow | undefined, order: Pick<TrialOrder, 'pid' | 'marker'>): Connection['path'] {
  if (row === undefined || row.inode === 0) return 'unknown';
  if (order.pid !== undefined && socketOwner(row.inode, [order.pid]) !== undefined) return 'direct';
  const tree = processTree(order.pid ?? -1, order.marker);
  return socketOwner(row.inode, tree) === undefined ? 'proxied' : 'direct';
}
