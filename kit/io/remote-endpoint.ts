/** An endpoint behind a control channel: a process of this machine, or a container. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Endpoint } from '../core/endpoint';
import { makeCertificates, type Certificates } from './certificates';
import { connectControl, type Channel } from './control-channel';
import { EndpointClient, whenReady, type EndpointPort } from './endpoint-client';
import type { FromEndpoint } from './endpoint-messages';

/** Messages to and from an endpoint over a channel. */
export function portOfChannel(channel: Channel, name: string): EndpointPort {
  let hasEnded: () => void;
  const ended = new Promise<void>((resolve) => {
    hasEnded = resolve;
  });
  let failure: Error | undefined;
  const listeners: { onMessage: (message: FromEndpoint) => void; onFailure: (error: Error) => void }[] = [];
  channel.listen(
    (message) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- said by our own other half, which has proved itself
      for (const { onMessage } of listeners) onMessage(message as FromEndpoint);
    },
    (why) => {
      failure = new Error(`${name} ended${why === undefined ? '' : `: ${why}`}`);
      hasEnded();
      for (const { onFailure } of listeners) onFailure(failure);
    },
  );
  return {
    say: (message) => channel.say(message),
    listen: (onMessage, onFailure) => {
      listeners.push({ onMessage, onFailure });
      if (failure !== undefined) onFailure(failure);
    },
    ended,
  };
}

/** An endpoint in a process of its own on this machine, and the process. */
export interface ProcessEndpoint {
  readonly endpoint: Endpoint;
  /** Of the endpoint's process: what dies with it is TCP's to say. */
  readonly pid: number;
  /** SIGKILL. @returns whether it lived until now */
  kill(): boolean;
}

/**
 * Starts an endpoint as a process on loopback ports of the kernel's choice.
 * @param version of the kit
 * @param given default: made for it
 * @throws {Error} it does not start
 */
export async function startProcessEndpoint(version: string, given?: Certificates): Promise<ProcessEndpoint> {
  const token = randomBytes(32).toString('hex');
  const child = spawn(process.execPath, [processFile()], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { LASTWORD_CONTROL_TOKEN: token, LASTWORD_CONTROL_VERSION: version },
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the endpoint’s process ended with status ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /control on port (\d+)$/.exec(line)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
  });
  const channel = await connectControl({ host: '127.0.0.1', port }, { token, version });
  const carrier = portOfChannel(channel, 'the endpoint’s process');
  const certificates = given ?? (await makeCertificates(new Date()));
  const ready = whenReady(carrier);
  carrier.say({ op: 'listen', plan: { certificates, ports: 'loopback', seesClients: true } });
  const endpoint = new EndpointClient(carrier, await ready, {
    where: 'process',
    path: 'direct',
    seesClients: true,
    caPem: certificates.caPem,
    address: (place, transport, ports) =>
      place === 'host' ? { host: 'localhost', port: ports[transport] } : undefined,
  });
  // By its handle: the number of a child that has ended may be another's by now.
  return { endpoint, pid: child.pid ?? 0, kill: () => child.kill('SIGKILL') };
}

/** Tests run the TypeScript, a process needs the build. */
function processFile(): string {
  const built = join(__dirname, 'endpoint-process.js');
  return existsSync(built) ? built : join(__dirname, '../../dist/kit/io/endpoint-process.js');
}
