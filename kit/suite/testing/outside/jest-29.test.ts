import { describeConformance, record } from 'lastword/jest';
import { fromFunction, type Target } from 'lastword/targets';
import { WebSocket, WebSocketServer } from 'ws';

const { HastyClient } = require('./hasty-client.cjs');

const mine: Target = fromFunction(({ url, ca }) => new WebSocket(url, { ca }), { name: 'mine' });
describeConformance(mine, { cases: ['freeze/answer-fin'], trials: 4, except: {} });
describeConformance(
  fromFunction(({ url, ca }) => new HastyClient(url, ca), { name: 'hasty' }),
  { cases: ['freeze/answer-fin'], trials: 4 },
);

test('a live connection', async () => {
  const server = new WebSocketServer({ port: 0 });
  server.on('connection', (socket) => socket.send('answer', () => socket.close(4000)));
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const connection = record(new WebSocket(`ws://localhost:${port}`));
  await expect(connection).toReceiveBeforeClose('answer');
  await expect(connection).toCloseWith({ code: 4000 });
  server.close();
});

/** Never called, but by the compiler. */
export function types(): void {
  // @ts-expect-error -- no such tier
  describeConformance('ws', { tier: 'slow' });
  // @ts-expect-error -- a bare function is no target
  describeConformance(() => new WebSocket('wss://localhost'));
  // @ts-expect-error -- a reason is a text
  describeConformance('ws', { except: { 'freeze/answer-fin': true } });
  // @ts-expect-error -- no such option
  describeConformance('ws', { case: 'freeze/answer-fin' });
  // @ts-expect-error -- a code is a number
  void expect(record(new EventTarget())).toCloseWith({ code: '1000' });
}
