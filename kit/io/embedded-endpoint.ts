/** The endpoint in a worker thread of this process: the default, which needs no Docker. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Endpoint } from '../core/endpoint';
import { makeCertificates } from './certificates';
import { EndpointClient, whenReady, type EndpointPort } from './endpoint-client';
import { loopbackShaper } from './network-shaper';
import type { EndpointThreadData, FromEndpoint, ToEndpoint } from './endpoint-messages';

/**
 * Starts an endpoint on loopback ports of the kernel's choice, with certificates made for it.
 * @throws the thread does not start
 */
export async function startEmbeddedEndpoint(): Promise<Endpoint> {
  const certificates = await makeCertificates(new Date());
  const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const data: EndpointThreadData = { plan: { certificates, ports: 'loopback', seesClients: true }, thaws: shared };
  const worker = new Worker(threadFile(), {
    workerData: data,
    // A young generation of the default size would let garbage lie for tens of megabytes.
    resourceLimits: { maxYoungGenerationSizeMb: 6 },
  });
  const port = portOf(worker);
  const thaws = new Int32Array(shared);
  const shaper = loopbackShaper();
  return new EndpointClient(port, await whenReady(port), {
    where: 'embedded',
    path: 'direct',
    seesClients: true,
    caPem: certificates.caPem,
    ...(shaper === undefined ? {} : { shaper }),
    captureSite: { device: 'lo', address: '127.0.0.1' },
    // A client in a container has a loopback of its own.
    address: (place, transport, ports) =>
      place === 'host' ? { host: 'localhost', port: ports[transport] } : undefined,
    holdUntilThaw: (announce, timeoutMs) => {
      const before = Atomics.load(thaws, 0);
      announce();
      return Atomics.wait(thaws, 0, before, timeoutMs) !== 'timed-out';
    },
  });
}

function portOf(worker: Worker): EndpointPort {
  return {
    say: (message: ToEndpoint) => worker.postMessage(message),
    listen: (onMessage, onFailure) => {
      worker.on('message', (message: FromEndpoint) => onMessage(message));
      worker.once('error', (error) => onFailure(error instanceof Error ? error : new Error(String(error))));
      worker.once('exit', () => onFailure(new Error('the endpoint’s thread ended')));
    },
    ended: new Promise((resolve) => worker.once('exit', () => resolve())),
  };
}

/** Tests run the TypeScript, a thread needs the build. */
function threadFile(): string {
  const built = join(__dirname, 'endpoint-thread.js');
  return existsSync(built) ? built : join(__dirname, '../../dist/kit/io/endpoint-thread.js');
}
