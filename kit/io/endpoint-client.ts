/** The run's side of an endpoint, whatever carries the messages. */
import type { Transport } from '../core/case';
import {
  EndpointGone,
  type CaptureSite,
  type ClientAnswer,
  type Collected,
  type Endpoint,
  type EndpointSignal,
  type TrialOrder,
} from '../core/endpoint';
import type { Place } from '../core/target';
import type { Connection } from '../core/trial';
import type { FromEndpoint, Ready, ToEndpoint } from './endpoint-messages';

/** What carries messages to an endpoint and back. */
export interface EndpointPort {
  say(message: ToEndpoint): void;
  /** @param onFailure the endpoint is gone, or can no longer be heard; called once, and at once where it already is */
  listen(onMessage: (message: FromEndpoint) => void, onFailure: (error: Error) => void): void;
  /** Resolves when the endpoint has ended, after it was told to close. */
  readonly ended: Promise<void>;
}

/** What is known of an endpoint before any client connects. */
export interface EndpointPlace extends Pick<Endpoint, 'where' | 'path' | 'seesClients' | 'caPem'> {
  address(place: Place, transport: Transport, ports: Ready['ports']): { host: string; port: number } | undefined;
  readonly limits?: readonly string[];
  readonly holdUntilThaw?: Endpoint['holdUntilThaw'];
  readonly shaper?: Endpoint['shaper'];
  /** All of it but the ports, which are the endpoint's to say. */
  readonly captureSite?: Omit<CaptureSite, 'ports'>;
}

/** Time that an endpoint has to end, in ms. */
const closeMs = 5000;

type Answer = FromEndpoint & { readonly op: 'collected' | 'captured' };

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

export class EndpointClient implements Endpoint {
  readonly where;
  readonly path;
  readonly seesClients;
  readonly caPem;
  readonly witness;
  readonly exactSegments;
  readonly limits: readonly string[];
  readonly holdUntilThaw?: NonNullable<Endpoint['holdUntilThaw']>;
  readonly shaper?: NonNullable<Endpoint['shaper']>;
  readonly captureSite?: CaptureSite;
  private readonly waiting = new Map<number, Waiting>();
  private listeners: ((signal: EndpointSignal) => void)[] = [];
  private lastId = 0;
  private failure: EndpointGone | undefined;
  private readonly mourners: ((gone: EndpointGone) => void)[] = [];
  private isClosing = false;

  constructor(
    private readonly port: EndpointPort,
    private readonly ready: Ready,
    private readonly place: EndpointPlace,
  ) {
    this.where = place.where;
    this.path = place.path;
    this.seesClients = place.seesClients;
    this.caPem = place.caPem;
    this.witness = ready.witness;
    this.exactSegments = ready.exactSegments;
    this.limits = place.limits ?? [];
    if (place.shaper !== undefined) this.shaper = place.shaper;
    if (place.captureSite !== undefined) this.captureSite = { ...place.captureSite, ports: Object.values(ready.ports) };
    if (place.holdUntilThaw !== undefined) this.holdUntilThaw = place.holdUntilThaw;
    port.listen(
      (message) => this.hear(message),
      (error) => this.fail(error),
    );
  }

  address(place: Place, transport: Transport): { host: string; port: number } | undefined {
    return this.place.address(place, transport, this.ready.ports);
  }

  onSignal(listener: (signal: EndpointSignal) => void): void {
    this.listeners.push(listener);
  }

  onGone(listener: (gone: EndpointGone) => void): void {
    this.mourners.push(listener);
    if (this.failure !== undefined) listener(this.failure);
  }

  prepare(order: TrialOrder): void {
    if (this.failure !== undefined) throw this.failure;
    this.port.say({ op: 'prepare', order });
  }

  answer(answer: ClientAnswer): void {
    this.port.say({ op: 'answer', answer });
  }

  async collect(trial: string): Promise<Collected> {
    const answer = await this.ask((id) => ({ op: 'collect', id, trial }));
    return answer.op === 'collected' ? answer.collected : { connections: [], strays: [], stallMs: 0 };
  }

  async peek(trial: string): Promise<Collected> {
    const answer = await this.ask((id) => ({ op: 'peek', id, trial }));
    return answer.op === 'collected' ? answer.collected : { connections: [], strays: [], stallMs: 0 };
  }

  async capture(trial: string): Promise<readonly Connection['capture'][]> {
    const answer = await this.ask((id) => ({ op: 'capture', id, trial }));
    return answer.op === 'captured' ? answer.captures : [];
  }

  async close(): Promise<void> {
    this.isClosing = true;
    if (this.failure === undefined) this.port.say({ op: 'close' });
    // One that stands still does not even hear it; whoever made it removes it.
    const late = new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref());
    await Promise.race([this.port.ended, late]);
  }

  private ask(message: (id: number) => ToEndpoint): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure);
      const id = ++this.lastId;
      this.waiting.set(id, { resolve, reject });
      return this.port.say(message(id));
    });
  }

  private hear(message: FromEndpoint): void {
    if (message.op === 'signal') for (const listener of this.listeners) listener(message.signal);
    if (message.op !== 'collected' && message.op !== 'captured') return;
    this.waiting.get(message.id)?.resolve(message);
    this.waiting.delete(message.id);
  }

  private fail(error: Error): void {
    if (this.failure === undefined) {
      this.failure = new EndpointGone(error.message);
      if (!this.isClosing) for (const listener of this.mourners) listener(this.failure);
    }
    for (const each of this.waiting.values()) each.reject(this.failure);
    this.waiting.clear();
  }
}

/**
 * Waits for the first `ready`.
 * @throws {Error} the endpoint fails before
 */
export function whenReady(port: EndpointPort): Promise<Ready> {
  return new Promise((resolve, reject) => {
    port.listen((message) => {
      if (message.op === 'ready') resolve(message);
    }, reject);
  });
}
