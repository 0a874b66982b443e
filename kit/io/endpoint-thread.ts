/** The endpoint's worker thread: it has an event loop of its own, so that a busy run does not disturb a script. */
import { existsSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { EndpointThreadData, FromEndpoint, ToEndpoint } from './endpoint-messages';
import { EndpointServer } from './endpoint-server';
import { loadLibc } from './libc';

const port = parentPort;
if (port === null) throw new Error('this file is the code of a worker thread');
const say = (message: FromEndpoint): void => port.postMessage(message);
// eslint-disable-next-line typescript/no-unsafe-type-assertion -- written by our own other half
const { certificates, thaws } = workerData as EndpointThreadData;
const thawCount = new Int32Array(thaws);
const server = new EndpointServer(certificates, (signal) => {
  if (signal.signal === 'thaw' || signal.signal === 'script-over') {
    // Before it is said: a kit that holds its own event loop can hear nothing.
    Atomics.add(thawCount, 0, 1);
    Atomics.notify(thawCount, 0);
  }
  say({ op: 'signal', signal });
});

port.on('message', (message: ToEndpoint) => {
  switch (message.op) {
    case 'prepare':
      server.prepare(message.order);
      return;
    case 'answer':
      server.answer(message.answer);
      return;
    case 'collect':
      say({ op: 'collected', id: message.id, collected: server.collect(message.trial) });
      return;
    case 'capture':
      say({ op: 'captured', id: message.id, captures: server.capture(message.trial) });
      return;
    case 'close':
      void server.close().then(() => {
        say({ op: 'closed' });
        port.close();
      });
      return;
    default:
      throw new TypeError(`unknown message ${String(message satisfies never)}`);
  }
});

void server.listen().then((ports) => {
  const hasLibc = loadLibc() !== undefined;
  const witness = hasLibc ? 'tcp-info' : existsSync('/proc/net/tcp') ? 'proc-net-tcp' : 'none';
  say({ op: 'ready', ports, witness, exactSegments: hasLibc });
});
