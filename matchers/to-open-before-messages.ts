import { ask } from './ask';
import { describeMessage } from './ask-trial';
import type { MatcherContext, MatcherResult, WaitOptions } from './matcher-context';
import { messagesOf, no, unknown, wait, yes, type Answer, type Heard } from './question';
import type { Listened } from './subject';

/**
 * The client reported the connection open before it reported the first message.
 *
 * @see RFC 6455 §4.1, WHATWG WebSockets §4
 */
export function toOpenBeforeMessages(this: MatcherContext, received: Listened, options?: WaitOptions): MatcherResult {
  const question = {
    name: 'toOpenBeforeMessages',
    args: '',
    expected: 'open before the first message',
    clauses: ['RFC 6455 §4.1', 'WHATWG §4'] as const,
    ask: (heard: Heard) => look(heard, received),
  };
  return ask(this, received, question, options);
}

function look(heard: Heard, received: Listened): Answer {
  if (received.kind === 'recorded-connection' && received.hadOpened) {
    return unknown('it was open when it was recorded: call `record(socket)` before the connection opens');
  }
  const open = heard.entries.findIndex((entry) => entry.event === 'open');
  const [first] = messagesOf(heard);
  if (first !== undefined && (open < 0 || first.at < open)) {
    const what = describeMessage(first.message, heard.known);
    return no(`${what} was reported ${open < 0 ? 'and no open' : 'before the open'}`);
  }
  if (open >= 0) return yes('the open was reported first');
  return heard.isOver ? unknown('neither an open nor a message was reported') : wait;
}
