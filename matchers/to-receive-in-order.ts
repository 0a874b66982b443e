import { ask } from './ask';
import { blindTo } from './blind-to';
import type { MatcherContext, MatcherResult, WaitOptions } from './matcher-context';
import { messageTest, type ExpectedMessage, type MessageTest } from './message-test';
import { misuse } from './misuse';
import { endIndex, messagesOf, no, wait, yes, type Answer, type Heard } from './question';
import { showValue } from './show-value';
import type { Listened } from './subject';

/**
 * The client reported these messages in this order, whatever came between them, and all before the close.
 *
 * @param messages at least two, each as for `toReceiveBeforeClose`
 * @see RFC 6455 §5.4, §7.1.4, WHATWG WebSockets §4
 */
export function toReceiveInOrder(
  this: MatcherContext,
  received: Listened,
  messages: readonly ExpectedMessage[],
  options?: WaitOptions,
): MatcherResult {
  const name = 'toReceiveInOrder';
  const given: unknown = messages;
  if (!Array.isArray(given) || given.length < 2) {
    const what = Array.isArray(given) ? `a list of ${given.length}` : showValue(this, given, 40);
    throw misuse(
      name,
      `takes a list of at least two messages, and not ${what}. Write \`${name}(['first', 'second'])\`; for one ` +
        'message there is `toReceiveBeforeClose`.',
    );
  }
  const tests = messages.map((each) => messageTest(this, name, each));
  const list = `[${tests.map((each) => each.text).join(', ')}]`;
  const expected = `${tests.map((each) => each.text).join(', then ')}, before the close`;
  const question = { name, args: list, expected, clauses, ask: (heard: Heard) => look(tests, heard) };
  return ask(this, received, question, options);
}

const clauses = ['RFC 6455 §5.4', 'RFC 6455 §7.1.4', 'WHATWG §4'] as const;

function look(tests: readonly MessageTest[], heard: Heard): Answer {
  const end = endIndex(heard);
  const all = messagesOf(heard);
  const before = all.filter(({ at }) => end < 0 || at < end);
  const isMeant = (test: MessageTest | undefined) => (each: (typeof all)[number]) =>
    test?.match(each.message, heard.known) === 'yes';
  let next = 0;
  for (const each of before) if (isMeant(tests[next])(each)) next += 1;
  const missed = tests[next];
  if (missed === undefined) return yes('the messages were reported in this order');
  if (!heard.isOver && end < 0) return wait;
  const previous = tests[next - 1];
  if (previous !== undefined && before.some(isMeant(missed))) {
    return no(`${missed.called(heard.known)} was reported, but not behind ${previous.called(heard.known)}`);
  }
  const called = missed.called(heard.known);
  if (all.some(isMeant(missed))) return no(`${called} was reported, but after the close`);
  return blindTo(missed, heard) ?? { answer: 'absent', note: `${called} was never reported`, message: missed };
}
