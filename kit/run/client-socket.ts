/** The client's own socket, looked for from where the client stands: on this machine, or in its container. */
import type { AdapterSession, ClientSocket, TcpEnd } from '../core/target';
import { loadLibc } from '../io/libc';
import { findSocket, locatePath } from '../io/peer-socket';

/**
 * Who holds the socket that an endpoint elsewhere sees as its peer. A proxy on the way has sockets of its own: its end is
 * found on this machine, and not in the client's hands.
 *
 * @param own the client's end, as the endpoint's kernel has it
 */
export function findClientSocket(
  session: Pick<AdapterSession, 'cage' | 'pid' | 'marker'>,
  own: TcpEnd,
  peer: TcpEnd,
): ClientSocket {
  if (session.cage !== undefined) return session.cage.findSocket(own, peer) ?? { path: 'unknown' };
  const row = findSocket(loadLibc(), own, peer);
  if (row === undefined) return { path: 'unknown' };
  return { path: locatePath(row, session), row: { state: row.state, rxQueue: row.rxQueue } };
}
