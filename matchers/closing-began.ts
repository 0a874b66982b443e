import { isClientEnd, serverEnds } from '../kit/core/facts';
import type { Trial } from '../kit/core/trial';

/**
 * When the end of a connection began, and by whom: the first Close, close_notify, FIN, RST or fatal alert of either side;
 * the thaw where that came later, since a frozen client can report nothing. Undefined where neither ended anything.
 */
export function closingBegan(trial: Trial): { readonly atNs: number; readonly what: string } | undefined {
  const events = trial.connections.find((each) => !each.held)?.events ?? [];
  const end = events.find((event) => serverEnds.has(event.kind) || isClientEnd(event));
  if (end === undefined) return undefined;
  const what = serverEnds.has(end.kind) ? 'the endpoint’s end' : 'the client’s own end';
  const thaw = events.findLast((event) => event.kind === 'thawed' || event.kind === 'lifted');
  return thaw !== undefined && thaw.atNs > end.atNs ? { atNs: thaw.atNs, what: 'the thaw' } : { atNs: end.atNs, what };
}
