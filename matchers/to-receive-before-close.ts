import { ask } from './ask';
import type { MatcherContext, MatcherResult, WaitOptions } from './matcher-context';
import { messageTest, type ExpectedMessage } from './message-test';
import { blindTo } from './blind-to';
import { endIndex, messagesOf, no, wait, yes, type Answer, type Heard } from './question';
import type { Listened } from './subject';

/**
 * The client reported this message, and before it reported the close.
 *
 * @param message text, bytes, JSON as an object, or an asymmetric matcher; of a trial also a message's name in its case
 * @see RFC 6455 §6.2, §7.1.4, WHATWG WebSockets §4
 */
export function toReceiveBeforeClose(
  this: MatcherContext,
  received: Listened,
  message: ExpectedMessage,
  options?: WaitOptions,
): MatcherResult {
  const name = 'toReceiveBeforeClose';
  const test = messageTest(this, name, message);
  const look = (heard: Heard): Answer => {
    const end = endIndex(heard);
    const called = test.called(heard.known);
    const all = messagesOf(heard);
    const same = all.filter((each) => test.match(each.message, heard.known) === 'yes');
    if (same.some(({ at }) => end < 0 || at < end)) return yes(`${called} was reported before the close`);
    if (same.length > 0) return no(`${called} was reported, but after the close`);
    if (!heard.isOver && end < 0) return wait;
    const blind = blindTo(test, heard);
    if (blind !== undefined) return blind;
    return { answer: 'absent', note: `${called} was never reported`, message: test };
  };
  const question = { name, args: test.text, expected: `${test.text} before the close`, clauses, ask: look };
  return ask(this, received, question, options);
}

const clauses = ['RFC 6455 §6.2', 'RFC 6455 §7.1.4', 'WHATWG §4'] as const;
