import { ask } from './ask';
import type { MatcherContext, MatcherResult, WaitOptions } from './matcher-context';
import { endIndex, no, wait, yes, type Answer, type Heard } from './question';
import type { Listened } from './subject';

/**
 * The client reported the end of the connection: a close, or an error that ended it. A process that ended with status 0
 * has settled, too.
 *
 * @see RFC 6455 §7.1.4; that it takes no more than so long is a rule of the kit
 */
export function toSettle(this: MatcherContext, received: Listened, options?: WaitOptions): MatcherResult {
  const look = (heard: Heard): Answer => {
    const end = heard.entries[endIndex(heard)];
    if (end !== undefined)
      return yes(end.event === 'close' ? 'the close was reported' : 'an error ended the connection');
    const exit = heard.observed?.trial.adapter.exit;
    // A process that has what it wanted and goes with status 0 owes no close any more, cases.md §8.2, row 14a.
    if (exit !== undefined && !exit.byKit && exit.code === 0) return yes('the client’s process ended with status 0');
    return heard.isOver ? no('neither a close nor an error that ends the connection was reported') : wait;
  };
  const question = {
    name: 'toSettle',
    args: '',
    expected: 'a close, or an error that ends the connection',
    clauses: ['RFC 6455 §7.1.4', 'KIT'] as const,
    ask: look,
    whenTimeIsUp: (_: Heard, withinMs: number) => no(`the connection was still open after ${withinMs} ms`),
  };
  return ask(this, received, question, options);
}
