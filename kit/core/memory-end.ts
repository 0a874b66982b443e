/** Whether an adapter may have ended because the machine ran out of memory. */
import type { AdapterExit } from './adapter-event';

/**
 * Whether a kill for want of memory, if there was one, may be why an adapter ended. It need not be the kit's own child that
 * is killed: a browser outlives its page's process, and its adapter then ends by a status that says so.
 *
 * @param exit absent: it has not ended
 */
export function mayBeForMemory(exit: Pick<AdapterExit, 'code' | 'byKit'> | undefined): boolean {
  return exit !== undefined && !exit.byKit && exit.code !== 0;
}
