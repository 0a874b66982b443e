import { ask } from './ask';
import { describeMessage } from './ask-trial';
import type { MatcherContext, MatcherResult, WaitOptions } from './matcher-context';
import { messagesOf, no, wait, yes, type Answer, type Heard } from './question';
import type { Listened } from './subject';

/**
 * The client reported no message at all; of a recorded connection: until it ended, or within `withinMs`.
 *
 * @see RFC 6455 §6.2
 */
export function toReceiveNothing(this: MatcherContext, received: Listened, options?: WaitOptions): MatcherResult {
  const look = (heard: Heard): Answer => {
    const [first, ...more] = messagesOf(heard);
    if (first !== undefined) {
      const rest = more.length === 0 ? '' : ` and ${more.length} more`;
      return no(`a message was reported: ${describeMessage(first.message, heard.known)}${rest}`);
    }
    return heard.isOver ? yes('no message was reported') : wait;
  };
  const question = {
    name: 'toReceiveNothing',
    args: '',
    expected: 'no message',
    clauses: ['RFC 6455 §6.2'] as const,
    ask: look,
    whenTimeIsUp: (_: Heard, withinMs: number) => yes(`no message was reported within ${withinMs} ms`),
  };
  return ask(this, received, question, options);
}
