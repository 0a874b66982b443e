/** The endpoint in a worker thread of this process: the default, which needs no Docker. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Collected, Endpoint, EndpointSignal, FreezeAnswer, TrialOrder } from '../core/endpoint';
import type { Connection } from '../core/trial';
import { makeCertificates } from './certificates';
import type { EndpointThreadData, FromEndpoint, ToEndpoint } from './endpoint-messages';

/**
 * Starts an endpoint on loopback ports of the kernel's choice, with certificates made for it.
 * @throws the thread does not start
 */
export async function startEmbeddedEndpoint(): Promise<Endpoint> {
  const certificates = await makeCertificates(new Date());
  const thaws = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const data: EndpointThreadData = { certificates, thaws };
  const worker = new Worker(threadFile(), {
    workerData: data,
    // A young generation of the default size would let garbage lie for tens of megabytes.
    resourceLimits: { maxYoungGenerationSizeMb: 6 },
  });
  const ready = await new Promise<FromEndpoint & { readonly op: 'ready' }>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: FromEndpoint) => {
      if (message.op === 'ready') resolve(message);
    });
  });
  return new EmbeddedEndpoint(worker, ready, { caPem: certificates.caPem, thaws: new Int32Array(thaws) });
}

/** Tests run the TypeScript, a thread needs the build. */
function threadFile(): string {
  const built = join(__dirname, 'endpoint-thread.js');
  return existsSync(built) ? built : join(__dirname, '../../dist/kit/io/endpoint-thread.js');
}

type Answer = FromEndpoint & { readonly op: 'collected' | 'captured' };

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

class EmbeddedEndpoint implements Endpoint {
  readonly ports;
  readonly witness;
  readonly exactSegments;
  private readonly waiting = new Map<number, Waiting>();
  private listeners: ((signal: EndpointSignal) => void)[] = [];
  private lastId = 0;
  private failure: Error | undefined;

  constructor(
    private readonly worker: Worker,
    ready: FromEndpoint & { readonly op: 'ready' },
    private readonly shared: { readonly caPem: string; readonly thaws: Int32Array },
  ) {
    this.ports = ready.ports;
    this.witness = ready.witness;
    this.exactSegments = ready.exactSegments;
    worker.on('message', (message: FromEndpoint) => this.hear(message));
    worker.on('error', (error) => this.fail(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', () => this.fail(new Error('the endpoint’s thread ended')));
  }

  get caPem(): string {
    return this.shared.caPem;
  }

  holdUntilThaw(announce: () => void, timeoutMs: number): boolean {
    const { thaws } = this.shared;
    const before = Atomics.load(thaws, 0);
    announce();
    return Atomics.wait(thaws, 0, before, timeoutMs) !== 'timed-out';
  }

  onSignal(listener: (signal: EndpointSignal) => void): void {
    this.listeners.push(listener);
  }

  prepare(order: TrialOrder): void {
    if (this.failure !== undefined) throw this.failure;
    this.say({ op: 'prepare', order });
  }

  answer(answer: FreezeAnswer): void {
    this.say({ op: 'answer', answer });
  }

  async collect(trial: string): Promise<Collected> {
    const answer = await this.ask((id) => ({ op: 'collect', id, trial }));
    return answer.op === 'collected' ? answer.collected : { connections: [], strays: [], stallMs: 0 };
  }

  async capture(trial: string): Promise<readonly Connection['capture'][]> {
    const answer = await this.ask((id) => ({ op: 'capture', id, trial }));
    return answer.op === 'captured' ? answer.captures : [];
  }

  async close(): Promise<void> {
    if (this.failure !== undefined) return;
    await new Promise<void>((resolve) => {
      this.worker.once('exit', () => resolve());
      this.say({ op: 'close' });
    });
  }

  private ask(message: (id: number) => ToEndpoint): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure);
      const id = ++this.lastId;
      this.waiting.set(id, { resolve, reject });
      return this.say(message(id));
    });
  }

  private say(message: ToEndpoint): void {
    this.worker.postMessage(message);
  }

  private hear(message: FromEndpoint): void {
    if (message.op === 'signal') for (const listener of this.listeners) listener(message.signal);
    if (message.op !== 'collected' && message.op !== 'captured') return;
    this.waiting.get(message.id)?.resolve(message);
    this.waiting.delete(message.id);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const each of this.waiting.values()) each.reject(this.failure);
    this.waiting.clear();
  }
}
