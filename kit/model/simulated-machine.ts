/**
 * The client's machine in the simulation: the kernel's receive queue, a process that can be frozen, kept busy or die,
 * and an application that logs what it is told and reacts as the adapter protocol has it.
 */
import type { AdapterExit, ClientEvent, LogEntry, Reaction } from '../core/adapter-event';
import { sha256 } from '../core/message';
import { ModelClient, type ClientOptions } from './client';
import type { Host, ModelEvent } from './host';
import type { VirtualClock } from './virtual-clock';
import { nothing, type Read, type WakeUp } from './wake-up';

const longestDataBytes = 4096;
const readBytes = 65_536;

/** What comes over the network in one piece. */
export interface Arrival {
  readonly reads: readonly Read[];
  readonly closeNotify?: boolean;
  readonly fin?: boolean;
  readonly reset?: boolean;
  /** A FIN with a gap in front of it: TCP keeps it back, unless it is one that a fault has written. */
  readonly earlyFin?: boolean;
  /** Bytes on the wire, for the receive queue. */
  readonly wireBytes: number;
}

/** What the client does to its connection; the other end hears of it. */
export type Departure =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'close-notify' }
  | { readonly kind: 'fin' }
  | { readonly kind: 'reset' };

/** Thrown where a client's process ends in the middle of something; nothing of it runs on. */
class ProcessEnded extends Error {}

export interface MachineOptions extends ClientOptions {
  readonly clock: VirtualClock;
  readonly random: () => number;
  readonly reactions: readonly Reaction[];
  readonly log: LogEntry[];
  /** The network towards the endpoint. */
  readonly depart: (departure: Departure) => void;
  readonly reconnect: () => void;
}

export class SimulatedMachine {
  readonly client: ModelClient;
  exit: AdapterExit | undefined;
  #inbox: WakeUp = nothing;
  #rxQueue = 0;
  #isFrozen = false;
  #busyUntilMs = 0;
  #hasWake = false;
  #deferred: (() => void)[] = [];
  #messages = 0;
  #hasFin = false;
  #hasTakenFin = false;
  #isBroken = false;
  #hasEnded = false;

  constructor(private readonly options: MachineOptions) {
    this.client = new ModelClient(this.#host(), options);
  }

  /** Bytes in the receive queue, of which a FIN is one; undefined where the socket is gone. */
  get rxQueue(): number | undefined {
    return this.#isBroken || (this.#hasEnded && this.#hasTakenFin) || this.exit !== undefined
      ? undefined
      : this.#rxQueue + (this.#hasFin ? 1 : 0);
  }

  start(): void {
    this.#run(() => this.client.start());
  }

  arrive(arrival: Arrival): void {
    if (this.exit !== undefined || this.#isBroken) return;
    if (arrival.reset && this.#hasTakenFin) {
      // Who has read the end of a stream reads no more: the reset shows at the next write.
      this.#isBroken = true;
      return;
    }
    const hasFin = arrival.fin === true || (arrival.earlyFin === true && this.options.switches.actsOnEarlyFin === true);
    this.#rxQueue += arrival.wireBytes;
    this.#hasFin ||= hasFin;
    this.#inbox = {
      reads: [...this.#inbox.reads, ...arrival.reads],
      closeNotify: this.#inbox.closeNotify || arrival.closeNotify === true,
      fin: this.#inbox.fin || hasFin,
      reset: this.#inbox.reset || arrival.reset === true,
    };
    this.#planWake();
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  thaw(): void {
    this.#isFrozen = false;
    // Timers that are due run first when an event loop goes on.
    for (const run of this.#deferred.splice(0)) this.#later(0, run);
    this.#planWake();
  }

  #planWake(): void {
    if (this.#hasWake || this.#isFrozen || this.#inbox === nothing) return;
    this.#hasWake = true;
    this.options.clock.at(this.#nowMs(), () => {
      this.#hasWake = false;
      if (this.#isFrozen) return;
      if (this.#busyUntilMs > this.options.clock.nowMs) this.#planWake();
      else this.#wake();
    });
  }

  #wake(): void {
    const wake = this.#inbox;
    this.#inbox = nothing;
    this.#rxQueue = 0;
    this.#hasTakenFin ||= wake.fin;
    this.#isBroken ||= wake.reset;
    const reads = this.options.transport === 'plain' ? joined(wake.reads) : wake.reads;
    this.#run(() => this.client.wake({ ...wake, reads }));
  }

  #run(work: () => void): void {
    if (this.exit !== undefined) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof ProcessEnded)) throw error;
    }
  }

  #later(ms: number, run: () => void): void {
    this.options.clock.at(this.#nowMs() + ms, () => {
      if (this.#isFrozen) this.#deferred.push(run);
      else if (this.#busyUntilMs > this.options.clock.nowMs) this.#later(0, run);
      else this.#run(run);
    });
  }

  #nowMs(): number {
    return Math.max(this.options.clock.nowMs, this.#busyUntilMs);
  }

  #host(): Host {
    return {
      emit: (event) => this.#emit(event),
      write: (bytes) => this.#depart({ kind: 'bytes', bytes }),
      closeNotify: () => this.#depart({ kind: 'close-notify' }),
      end: () => this.#end({ kind: 'fin' }),
      reset: () => this.#end({ kind: 'reset' }),
      after: (ms, run) => this.#later(ms, run),
      nowMs: () => this.#nowMs(),
      random: this.options.random,
      crash: (signal) => this.#die(null, signal),
      exit: () => this.#die(0, null),
      reconnect: this.options.reconnect,
    };
  }

  #depart(departure: Departure): void {
    if (this.#isBroken) this.#later(0, () => this.client.writeFailed());
    else this.#send(departure);
  }

  #end(departure: Departure): void {
    if (this.#isBroken || (this.#hasEnded && departure.kind === 'fin')) return;
    this.#hasEnded = true;
    if (departure.kind === 'reset') this.#isBroken = true;
    this.#send(departure);
  }

  #send(departure: Departure): void {
    this.options.clock.at(this.#nowMs(), () => this.options.depart(departure));
  }

  #die(code: number | null, signal: string | null): never {
    this.#end({ kind: this.#rxQueue > 0 ? 'reset' : 'fin' });
    this.exit = { code, signal, atNs: Math.round(this.#nowMs() * 1e6), byKit: false };
    throw new ProcessEnded();
  }

  #emit(event: ModelEvent): void {
    if (event.kind === 'over') {
      this.#say({ event: 'done' });
      return;
    }
    this.#say(reportOf(event));
    if (event.kind === 'close' && !this.options.log.some((entry) => entry.event === 'done'))
      this.#say({ event: 'done' });
    if (event.kind === 'message') this.#messages += 1;
    if (event.kind === 'open' || event.kind === 'message') this.#react(event.kind);
  }

  #say(event: ClientEvent): void {
    const { log } = this.options;
    log.push({ ...event, line: log.length + 1, atNs: Math.round(this.#nowMs() * 1e6) });
  }

  #react(when: 'open' | 'message'): void {
    for (const reaction of this.options.reactions) {
      const isDue = reaction.when === when && (reaction.nth === undefined || reaction.nth === this.#messages);
      if (!isDue) continue;
      this.#busyUntilMs = this.#nowMs() + (reaction.sleepMs ?? 0);
      this.#perform(reaction);
    }
  }

  #perform({ send = [], everyMs = 0, close }: Reaction): void {
    const steps = send.map((item) => () => {
      this.client.send('text' in item ? item.text : Buffer.from(item.base64, 'base64'));
    });
    if (close !== undefined) steps.push(() => this.client.close(close.code, close.reason));
    for (const [index, step] of steps.entries()) {
      if (everyMs === 0 || index === 0) step();
      else this.#later(index * everyMs, step);
    }
  }
}

/** One read of a plain socket gives all that is there, whatever writes it came in. */
function joined(reads: readonly Read[]): Read[] {
  const bytes = Buffer.concat(reads.map((read) => read.bytes));
  const pieces: Read[] = [];
  for (let at = 0; at < bytes.length; at += readBytes) {
    const piece = bytes.subarray(at, at + readBytes);
    pieces.push({ bytes: piece, wireBytes: piece.length });
  }
  return pieces;
}

function reportOf(event: Exclude<ModelEvent, { kind: 'over' }>): ClientEvent {
  switch (event.kind) {
    case 'open':
      return { event: 'open' };
    case 'message': {
      const { type, payload } = event;
      if (type === 'text' && payload.length <= longestDataBytes) {
        return { event: 'message', type, data: payload.toString('utf8') };
      }
      return { event: 'message', type, length: payload.length, sha256: sha256(payload) };
    }
    case 'error':
      return { event: 'error', message: event.message };
    case 'close':
      return { event: 'close', code: event.code, reason: event.reason, wasClean: event.wasClean };
    default:
      throw new TypeError(`unknown event ${String(event satisfies never)}`);
  }
}
