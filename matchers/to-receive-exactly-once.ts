import { ask } from './ask';
import { blindTo } from './blind-to';
import type { MatcherContext, MatcherResult, WaitOptions } from './matcher-context';
import { messageTest, type ExpectedMessage } from './message-test';
import { messagesOf, no, wait, yes, type Answer, type Heard } from './question';
import type { Listened } from './subject';

/**
 * The client reported this message once, over the whole life of the connection, and not again.
 *
 * @param message as for `toReceiveBeforeClose`
 * @see RFC 6455 §6.2
 */
export function toReceiveExactlyOnce(
  this: MatcherContext,
  received: Listened,
  message: ExpectedMessage,
  options?: WaitOptions,
): MatcherResult {
  const name = 'toReceiveExactlyOnce';
  const test = messageTest(this, name, message);
  const look = (heard: Heard): Answer => {
    const called = test.called(heard.known);
    const times = messagesOf(heard).filter((each) => test.match(each.message, heard.known) === 'yes').length;
    if (times > 1) return no(`${called} was reported ${times} times`);
    if (!heard.isOver) return wait;
    const blind = blindTo(test, heard);
    if (blind !== undefined) return blind;
    if (times === 1) return yes(`${called} was reported exactly once`);
    return { answer: 'absent', note: `${called} was never reported`, message: test };
  };
  const question = { name, args: test.text, expected: `${test.text}, exactly once`, clauses, ask: look };
  return ask(this, received, question, options);
}

const clauses = ['RFC 6455 §6.2'] as const;
