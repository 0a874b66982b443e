import { sizeOfMessage } from '../kit/core/timeline';
import type { MessageTest } from './message-test';
import { messagesOf, unknown, type Answer, type Heard } from './question';

/** Why it cannot be told whether a message came: one that came is known by its digest alone, or could not be read. */
export function blindTo(test: MessageTest, heard: Heard): Answer | undefined {
  const blind = messagesOf(heard).find(({ message }) => test.match(message, heard.known) === 'cannot-tell');
  if (blind === undefined) return undefined;
  const { message } = blind;
  if ('unreadable' in message && message.unreadable !== undefined) {
    return unknown(`a message (${sizeOfMessage(message)}) could not be read: ${message.unreadable}`);
  }
  return unknown(
    `a message (${sizeOfMessage(message)}) is known by its length and digest alone, and ${test.text} has to look ` +
      'inside: give the whole text or the bytes, or the name of the message in its case',
  );
}
