import { closingBegan } from './closing-began';
import { ask } from './ask';
import type { MatcherContext, MatcherResult } from './matcher-context';
import { misuse } from './misuse';
import { endIndex, no, unknown, wait, yes, type Answer, type Heard } from './question';
import { showValue } from './show-value';
import type { Listened } from './subject';

/**
 * The client reported the close in time. Of a trial the time counts from when the endpoint ended the connection (its
 * Close, close_notify, FIN or RST), or the client if it was first, and not before the thaw. Of a recorded connection it
 * counts from this call.
 *
 * @param ms in milliseconds
 * @see RFC 6455 §7.1.1; that it takes no more than so long is a rule of the test
 */
export function toCloseWithin(this: MatcherContext, received: Listened, ms: number): MatcherResult {
  const name = 'toCloseWithin';
  const given: unknown = ms;
  if (typeof given !== 'number' || !(given > 0) || given >= 2 ** 31) {
    throw misuse(
      name,
      `takes a positive number of milliseconds, and not ${showValue(this, given, 30)}. Write \`${name}(1000)\`.`,
    );
  }
  const question = {
    name,
    args: String(ms),
    expected: `the close within ${ms} ms`,
    clauses: ['TCPCLOSE', 'KIT'] as const,
    ask: (heard: Heard) => look(heard, ms),
    whenTimeIsUp: () => no(`the connection was still open after ${ms} ms`),
  };
  return ask(this, received, question, { withinMs: ms });
}

function look(heard: Heard, ms: number): Answer {
  const end = heard.entries[endIndex(heard)];
  if (heard.observed === undefined) return end === undefined && !heard.isOver ? wait : yes('the connection has closed');
  if (end === undefined) return no('no close was reported');
  const from = closingBegan(heard.observed.trial);
  if (from === undefined) return unknown('neither side ended the connection on the wire, so no time can be told');
  // The two are read on different channels: a report may arrive before what caused it was noted.
  const tookMs = Math.max(0, (end.atNs - from.atNs) / 1e6);
  const note = `the close was reported ${tookMs.toFixed(1)} ms behind ${from.what}`;
  return tookMs <= ms ? yes(note) : no(`${note}, and not within ${ms} ms`);
}
