import { ask } from './ask';
import { describeMessage } from './ask-trial';
import type { MatcherContext, MatcherResult, WaitOptions } from './matcher-context';
import { endIndex, messagesOf, no, unknown, wait, yes, type Answer, type Heard } from './question';
import type { Listened } from './subject';

/** How long a recorded connection is watched behind its close, in ms: a late message is reported within turns. */
const watchMs = 50;

/**
 * The client reported no message behind its close. A recorded connection is watched for 50 ms more.
 *
 * @see RFC 6455 §1.4, §7.1.1, WHATWG WebSockets §4
 */
export function toReceiveNothingAfterClose(
  this: MatcherContext,
  received: Listened,
  options?: WaitOptions,
): MatcherResult {
  const look = (heard: Heard): Answer => {
    const end = endIndex(heard);
    const late = end < 0 ? [] : messagesOf(heard).filter(({ at }) => at > end);
    const [first] = late;
    if (first !== undefined) {
      const rest = late.length === 1 ? '' : ` and ${late.length - 1} more`;
      return no(`a message was reported after the close: ${describeMessage(first.message, heard.known)}${rest}`);
    }
    if (!heard.isOver) return wait;
    if (end < 0) return unknown('no close was reported, so nothing can have come after it');
    return yes('nothing was reported after the close');
  };
  const clauses = ['AFTERCLOSE'] as const;
  const question = {
    name: 'toReceiveNothingAfterClose',
    args: '',
    expected: 'no message after the close',
    clauses,
    ask: look,
    watchMs,
  };
  return ask(this, received, question, options);
}
