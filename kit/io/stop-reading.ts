/** Leaves what a peer sends in the kernel. */
import type { Socket } from 'node:net';

/**
 * Stops at once: `pause` alone lets Node read on into its own buffer.
 *
 * @returns reads again
 */
export function stopReading(socket: Socket): () => void {
  const handle: unknown = '_handle' in socket ? socket._handle : undefined;
  const call = (name: string): void => {
    const method: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, name) : undefined;
    if (typeof method === 'function') Reflect.apply(method, handle, []);
  };
  socket.pause();
  call('readStop');
  return () => {
    // Not by `resume` alone: it takes the read that was begun before for one that is still under way.
    call('readStart');
    socket.resume();
  };
}
