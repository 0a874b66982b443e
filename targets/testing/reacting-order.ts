/**
 * An order with reactions, and what its server sees of a correct adapter: its offer, 60 ms later two replies, two more
 * behind the second message, and its Close behind those.
 */
import type { RunCommand } from '../../kit/core/adapter-event';
import { payloadOf, type PlainEndpoint } from './plain-endpoint';

export interface ReactingOrder {
  readonly order: RunCommand;
  /** What the client has sent. */
  readonly got: readonly (string | Buffer)[];
  /** From the server’s first message to the reply to it, in ms. */
  readonly waitedMs: () => number;
  readonly closeCode: Promise<number>;
}

export function reactingOrder(server: PlainEndpoint, trial: string): ReactingOrder {
  const got: (string | Buffer)[] = [];
  let sentAt = 0;
  let waitedMs = 0;
  let sawClose: (code: number) => void = () => undefined;
  const closeCode = new Promise<number>((resolve) => {
    sawClose = resolve;
  });
  const order = server.order(
    trial,
    (socket) => {
      socket.on('message', (data, isBinary) => {
        got.push(payloadOf(data, isBinary));
        if (got.length === 1) {
          sentAt = performance.now();
          socket.send('first');
        }
        if (got.length === 2) waitedMs = performance.now() - sentAt;
        if (got.length === 3) socket.send('second');
      });
      socket.on('close', sawClose);
    },
    {
      reactions: [
        { when: 'open', send: [{ text: 'offer' }] },
        { when: 'message', nth: 1, sleepMs: 60 },
        { when: 'message', nth: 1, send: [{ text: 'ack' }, { base64: 'AP8=' }], everyMs: 5 },
        {
          when: 'message',
          nth: 2,
          send: [{ text: 'one' }, { text: 'two' }],
          everyMs: 5,
          close: { code: 4002, reason: 'enough' },
        },
      ],
    },
  );
  return { order, got, waitedMs: () => waitedMs, closeCode };
}
