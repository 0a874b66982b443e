/** Plays a frozen case against a client with native threads, in a process of its own; prints the verdict as JSON. */
const { EventEmitter } = require('node:events');
const { playCase } = require('../../../dist/kit/index.js');
const { fromFunction } = require('../../../dist/targets/index.js');
const { WebSocket } = require(process.argv[2]);

const kept = [];
const target = fromFunction(
  ({ url, caFile }) => {
    const client = new EventEmitter();
    const socket = new WebSocket({ caCertificatePemFile: caFile });
    // Its callbacks vanish with the garbage collector.
    kept.push(socket);
    socket.onOpen(() => client.emit('open'));
    socket.onMessage((message) => client.emit('message', message));
    socket.onError((message) => client.emit('error', message));
    socket.onClosed(() => client.emit('close'));
    socket.open(url);
    return Object.assign(client, { send: (text) => socket.sendMessage(text), close: () => socket.close() });
  },
  { name: 'native', observes: [] },
);

playCase(target, 'freeze/answer-fin@tls13', { trials: 4 }).then(
  ({ report }) => {
    process.stdout.write(JSON.stringify({ verdict: report.verdict, why: report.inconclusive }));
    process.exit(0);
  },
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
