const { record } = require('lastword/jest');
const { WebSocket, WebSocketServer } = require('ws');

let server;
beforeAll(async () => {
  server = new WebSocketServer({ port: 0 });
  server.on('connection', (socket) =>
    socket.on('message', () => {
      socket.send('{"type":"answer","sdp":"v=0"}');
      socket.close(1000);
    }),
  );
  await new Promise((resolve) => server.once('listening', resolve));
});
afterAll(() => server.close());

test('the answer comes before the close', async () => {
  const socket = new WebSocket(`ws://localhost:${server.address().port}`);
  const connection = record(socket);
  socket.on('open', () => socket.send('offer'));
  await expect(connection).toReceiveBeforeClose({ type: 'answer', sdp: expect.any(String) });
  await expect(connection).toCloseWith({ code: 1000, wasClean: true });
});
