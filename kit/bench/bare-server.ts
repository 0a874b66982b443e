/** A plain TLS server of the ws package in a thread: it answers the offer and closes, and does nothing else. */
import { createServer } from 'node:https';
import { parentPort, workerData } from 'node:worker_threads';
import { WebSocketServer } from 'ws';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- given by the other half of this benchmark
const { cert, key } = workerData as { readonly cert: string; readonly key: string };
const server = createServer({ cert, key });
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.on('message', () => {
    socket.send(`{"type":"answer","sdp":"${'a'.repeat(980)}"}`);
    socket.close(1000);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  parentPort?.postMessage(typeof address === 'object' && address !== null ? address.port : 0);
});
