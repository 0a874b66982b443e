/** Real clients and a real server over loopback, as a user would write it. */
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { record } from './jest';
import { failure, headline } from './testing/failure';

let server: WebSocketServer | undefined;

/** A server that does this with each of its sockets; gives its URL. */
async function serve(onSocket: (socket: WebSocket) => void): Promise<string> {
  const made = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server = made;
  made.on('connection', onSocket);
  await new Promise((resolve) => made.once('listening', resolve));
  return `ws://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

afterEach(async () => {
  const made = server;
  server = undefined;
  if (made === undefined) return;
  for (const socket of made.clients) socket.terminate();
  await new Promise((resolve) => made.close(resolve));
});

const answer = (socket: WebSocket): void => {
  socket.send('{"type":"answer","sdp":"v=0"}');
  socket.send(Buffer.from([1, 2, 3]));
  socket.close(4001, 'done');
};

it('a client of ws that gets its answer, and a close behind it', async () => {
  const connection = record(new WebSocket(await serve(answer)));
  await expect(connection).toReceiveBeforeClose({ type: 'answer', sdp: expect.any(String) });
  await expect(connection).toOpenBeforeMessages();
  await expect(connection).toReceiveInOrder([expect.stringContaining('answer'), Buffer.from([1, 2, 3])]);
  await expect(connection).toReceiveExactlyOnce(expect.objectContaining({ type: 'answer' }));
  await expect(connection).toCloseWith({ code: 4001, reason: 'done', wasClean: true });
  await expect(connection).toReceiveNothingAfterClose();
  await expect(connection).toSettle();
  await expect(connection).not.toReceiveNothing();
});

it.each(['nodebuffer', 'arraybuffer', 'fragments'] as const)('%s of ws is bytes', async (binaryType) => {
  const socket = new WebSocket(await serve(answer));
  socket.binaryType = binaryType;
  const connection = record(socket);
  await expect(connection).toReceiveBeforeClose(Buffer.from([1, 2, 3]));
});

it('the server’s end of a connection is a socket, too', async () => {
  const recorded: Promise<ReturnType<typeof record>> = new Promise((resolve) => {
    void serve((socket) => resolve(record(socket))).then((url) => {
      const client = new WebSocket(url);
      client.on('open', () => {
        client.send('offer');
        client.close(1000);
      });
      return undefined;
    });
  });
  await expect(await recorded).toReceiveBeforeClose('offer');
  await expect(await recorded).toCloseWith({ code: 1000 });
});

it('handlers of the user are called as if nobody listened', async () => {
  const socket = new WebSocket(await serve(answer));
  const connection = record(socket);
  const calls: string[] = [];
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a handler that is set is what is tested
  socket.onmessage = () => calls.push('onmessage');
  socket.on('message', () => calls.push('on'));
  await connection.settled;
  expect(calls).toEqual(['onmessage', 'on', 'onmessage', 'on']);
});

it('a client whose server ends TCP without a Close reports 1006', async () => {
  const connection = record(
    new WebSocket(
      await serve((socket) => {
        socket.send('answer', () => socket.terminate());
      }),
    ),
  );
  await expect(connection).toCloseWith({ code: 1006, wasClean: false });
  await expect(connection).toReceiveBeforeClose('answer');
});

it('a client that is refused settles', async () => {
  const url = await serve(answer);
  server?.close();
  const connection = record(new WebSocket(url));
  await expect(connection).toSettle();
  await expect(connection).toReceiveNothing();
});

it('a matcher leaves no listener and no timer behind', async () => {
  const before = process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
  const connection = record(new WebSocket(await serve(answer)));
  await expect(connection).toReceiveBeforeClose(expect.anything());
  await expect(connection).toReceiveNothingAfterClose();
  expect(process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length).toBeLessThanOrEqual(before + 1);
});

it('what a server sends cannot break out of a failure message', async () => {
  const hostile = `\u001b[2J\u202e${'漢'.repeat(200)}\nExpected   all is well`;
  const connection = record(
    new WebSocket(
      await serve((socket) => {
        socket.send(hostile);
        socket.close(1000, '\u001b[31mred\u2028');
      }),
    ),
  );
  const text = await failure(() => expect(connection).toReceiveBeforeClose('x'));
  // oxlint-disable-next-line no-control-regex -- what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e\u2028]/);
  expect(text.split('\n').filter((each) => each.startsWith('Expected'))).toEqual(['Expected   "x" before the close']);
  expect(text).toContain('close 1000 "\\u{1b}[31mred\\u{2028}" clean');
  expect(await headline(() => expect(connection).toReceiveNothing())).toMatch(/^A message was reported: "\\u\{1b\}/);
});
