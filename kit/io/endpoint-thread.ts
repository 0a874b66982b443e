/** The endpoint's worker thread: it has an event loop of its own, so that a busy run does not disturb a script. */
import { parentPort, workerData } from 'node:worker_threads';
import { endpointLoop, wakesHolder } from './endpoint-loop';
import type { EndpointThreadData, FromEndpoint, ToEndpoint } from './endpoint-messages';

const port = parentPort;
if (port === null) throw new Error('this file is the code of a worker thread');
// eslint-disable-next-line typescript/no-unsafe-type-assertion -- written by our own other half
const { plan, thaws } = workerData as EndpointThreadData;
const thawCount = new Int32Array(thaws);

const say = (message: FromEndpoint): void => {
  if (message.op === 'signal' && wakesHolder(message.signal)) {
    // Before it is said: a kit that holds its own event loop can hear nothing.
    Atomics.add(thawCount, 0, 1);
    Atomics.notify(thawCount, 0);
  }
  port.postMessage(message);
};
const loop = endpointLoop(say, () => port.close());
port.on('message', (message: ToEndpoint) => loop.hear(message));
loop.hear({ op: 'listen', plan });
