/**
 * Endpoints that may die: each is a process of its own, for one trial whose script kills it. A few are started ahead, so
 * that no trial waits for one.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Collected, Endpoint } from '../core/endpoint';
import type { AdapterSession } from '../core/target';
import type { Connection, WireEvent } from '../core/trial';
import { makeCertificates, type Certificates } from '../io/certificates';
import { nowNs } from '../io/clock';
import { startProcessEndpoint, type ProcessEndpoint } from '../io/remote-endpoint';
import { kitVersion } from './version';

/** Processes that wait for a trial. */
const spares = 2;

/** What a trial has of an endpoint that died. */
export interface Remains {
  readonly atNs: number;
  readonly collected: Collected;
  readonly captures: readonly Connection['capture'][];
}

export class MortalEndpoints {
  private readonly ready: Promise<ProcessEndpoint>[] = [];
  private readonly living = new Set<ProcessEndpoint>();
  private certificates: Promise<Certificates> | undefined;
  private isClosed = false;

  /** @param folder for the file of the CA that all of them have */
  constructor(private readonly folder: string) {}

  get caFile(): string {
    return join(this.folder, 'mortal-ca.pem');
  }

  /** Why a client cannot have one; undefined where it can. */
  whyNot(session: Pick<AdapterSession, 'place' | 'caFile'>): string | undefined {
    if (session.place !== 'network' && session.caFile === undefined) return undefined;
    return 'an endpoint that can be killed is a process of this machine, which the client cannot reach';
  }

  /**
   * One that has never been used.
   * @throws {Error} it does not start
   */
  async take(): Promise<MortalEndpoint> {
    this.ready.push(...Array.from({ length: spares + 1 - this.ready.length }, () => this.start()));
    const started = await this.ready.shift();
    if (started === undefined) throw new TypeError('no endpoint was started');
    return new MortalEndpoint(started, () => this.end(started));
  }

  /** Ends all that were not killed. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.ready.splice(0));
    await Promise.all([...this.living].map((each) => this.end(each)));
  }

  private start(): Promise<ProcessEndpoint> {
    const starting = this.startOne();
    // Whoever takes it hears of a failure; one that nobody takes has failed nobody.
    starting.catch(() => undefined);
    return starting;
  }

  private async startOne(): Promise<ProcessEndpoint> {
    this.certificates ??= this.makeCertificates();
    const started = await startProcessEndpoint(kitVersion(), await this.certificates);
    this.living.add(started);
    if (this.isClosed) await this.end(started);
    return started;
  }

  private async makeCertificates(): Promise<Certificates> {
    const certificates = await makeCertificates(new Date());
    writeFileSync(this.caFile, certificates.caPem, { mode: 0o644 });
    return certificates;
  }

  private async end(one: ProcessEndpoint): Promise<void> {
    if (!this.living.delete(one)) return;
    await one.endpoint.close();
  }
}

export class MortalEndpoint {
  private remains: Promise<Remains> | undefined;

  constructor(
    private readonly process: ProcessEndpoint,
    private readonly end: () => Promise<void>,
  ) {}

  get endpoint(): Endpoint {
    return this.process.endpoint;
  }

  /** What was seen until it died; undefined while it lives. */
  get dead(): Promise<Remains> | undefined {
    return this.remains;
  }

  /**
   * Takes down what it has seen of a trial, and kills it at once behind that.
   * @param isTalkative the client sends something of its own accord, now and then
   */
  kill(trial: string, isTalkative: boolean): Promise<Remains> {
    this.remains ??= this.perform(trial, isTalkative);
    return this.remains;
  }

  /** Ends it where it lives yet. */
  async release(): Promise<void> {
    await this.remains?.catch(() => undefined);
    await this.end();
  }

  private async perform(trial: string, isTalkative: boolean): Promise<Remains> {
    const { endpoint } = this.process;
    const captures = await endpoint.capture(trial);
    const seen = await endpoint.peek(trial);
    const atNs = nowNs();
    if (!this.process.kill()) throw new Error('the endpoint had died before it was killed');
    const connections = seen.connections.map((each) => withDeath(each, atNs, isTalkative));
    return { atNs, collected: { ...seen, connections }, captures };
  }
}

/** What a client sends without being told to: more than its offer. */
const ofItsOwn: ReadonlySet<WireEvent['kind']> = new Set<WireEvent['kind']>([
  'client-ping',
  'client-pong',
  'client-message',
  'client-close',
]);

/** What the kernel does for a process that was killed is not seen by it any more, but follows from what was unread. */
export function withDeath(connection: Connection, atNs: number, isTalkative: boolean): Connection {
  const { script, events } = connection;
  const hasTalked = events.some(({ kind }) => ofItsOwn.has(kind));
  const end: WireEvent =
    (connection.unreadBytes ?? 0) > 0
      ? // RFC 9293 §3.6.1: a socket that is closed with unread data resets.
        { atNs, kind: 'dropped' }
      : { atNs, kind: 'fin-sent' };
  // RFC 9293 §3.10.7.1: whatever the client still sends meets no socket and draws a reset, which nobody here can see.
  const drawn: readonly WireEvent[] = isTalkative || hasTalked ? [{ atNs, kind: 'reset-drawn', by: 'data' }] : [];
  const isPlaying = !connection.held && script.status === 'playing';
  return {
    ...connection,
    ...(isPlaying ? { script: { ...script, status: 'complete' as const, at: script.steps } } : {}),
    events: [...events, { atNs, kind: 'endpoint-killed' }, end, ...drawn],
  };
}
