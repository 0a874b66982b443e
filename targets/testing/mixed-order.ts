/** An order to which its server replies with messages of every kind and its Close, and what a correct adapter says of them. */
import { createHash } from 'node:crypto';
import type { RunCommand } from '../../kit/core/adapter-event';
import { payloadOf, type PlainEndpoint } from './plain-endpoint';

export interface MixedOrder {
  readonly order: RunCommand;
  /** What the client has sent. */
  readonly offers: readonly (string | Buffer)[];
  /** Each as the adapter protocol has it, in order: the text up to 4096 bytes, else length and digest. */
  readonly messages: readonly object[];
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/** @param largest of the payloads, in bytes */
export function mixedOrder(server: PlainEndpoint, trial: string, largest: number): MixedOrder {
  const short = '{"answer":"ü\u2028"}';
  const bytes = Buffer.from([0, 255]);
  const longText = '€'.repeat(2000);
  const longBytes = Buffer.alloc(largest, 7);
  const offers: (string | Buffer)[] = [];
  const order = server.order(trial, (socket) => {
    socket.on('message', (data, isBinary) => {
      offers.push(payloadOf(data, isBinary));
      for (const payload of [short, '', bytes, longText, longBytes]) socket.send(payload);
      socket.close(4001, 'bye');
    });
  });
  const message = { event: 'message' as const };
  const messages = [
    { ...message, type: 'text', data: short },
    { ...message, type: 'text', data: '' },
    { ...message, type: 'binary', length: bytes.length, sha256: sha256(bytes) },
    { ...message, type: 'text', length: 6000, sha256: sha256(longText) },
    { ...message, type: 'binary', length: largest, sha256: sha256(longBytes) },
  ];
  return { order, offers, messages };
}
