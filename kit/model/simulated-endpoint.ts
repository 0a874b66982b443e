/**
 * The endpoint in the simulation: plays a script over a perfect network of 0.1 ms, and writes down what the real one
 * would. The client's kernel acknowledges at once, frozen or not, what its window has room for.
 */
import type { Transport } from '../core/case';
import { advance, initialState, type Action, type Input, type PlayState } from '../core/advance';
import { buildFrame, FrameParser, opcodes } from '../core/frame';
import { parseRequestHead, type RequestHead } from '../core/handshake';
import type { RecordSpec, Script, Step } from '../core/script';
import type { Condition, ConditionProof, Duty } from '../core/condition';
import { tcpStates, type FreezeProof, type SentRecord, type Snapshot, type WireEvent } from '../core/trial';
import type { Arrival, Departure } from './simulated-machine';
import { dribbled, overheadBytes, sealed } from './simulated-records';
import type { VirtualClock } from './virtual-clock';

const latencyMs = 0.1;
/** What the kernel of a client that does not read takes: measured with default buffers, 113 to 128 KB. */
const windowBytes = 113_152;
/** Between two looks whether the window has opened. */
const probeMs = 1;
const settleMs = 5;
const thawMs = 1;
/** Between two segments of one byte each. */
const segmentMs = 0.02;
/** Bytes that the handshake took, with its certificate and tickets. */
const handshakeBytes: Readonly<Record<Transport, number>> = { tls13: 1500, tls12: 1300, plain: 0 };

/** The client's machine, as the endpoint can reach it. */
export interface Far {
  arrive(arrival: Arrival): void;
  freeze(): void;
  thaw(): void;
  readonly rxQueue: number | undefined;
}

export interface EndpointOptions {
  readonly clock: VirtualClock;
  readonly script: Script;
  readonly transport: Transport;
  readonly offer: string;
}

export class SimulatedEndpoint {
  readonly events: WireEvent[] = [];
  readonly sent: SentRecord[] = [];
  readonly snapshots: Snapshot[] = [];
  readonly freezes: FreezeProof[] = [];
  readonly conditions: ConditionProof[] = [];
  state: PlayState;
  bytesSent: number;
  #far: Far | undefined;
  #head: RequestHead | undefined;
  #inbound: Buffer = Buffer.alloc(0);
  readonly #parser = new FrameParser();
  #cancelTimer: () => void = () => undefined;
  #isFinSent = false;
  #isAbandoned = false;
  #isGone = false;
  #isDeaf = false;
  #unreadBytes = 0;
  #frozenAtNs = 0;
  /** Written, and not taken by the client's window yet. */
  #backlog: Arrival[] = [];
  #turns = 0;
  #isByTurns = false;
  #imposed: { readonly condition: Condition; readonly fromNs: number } | undefined;
  /** The process is gone: its kernel resets whatever still comes. */
  #isDead = false;

  constructor(private readonly options: EndpointOptions) {
    this.state = initialState(options.script);
    this.bytesSent = handshakeBytes[options.transport];
  }

  connect(far: Far): void {
    this.#far = far;
  }

  get isOver(): boolean {
    return this.state.status !== 'idle' && this.state.status !== 'playing';
  }

  /** The last look at the socket. */
  finish(): void {
    this.#look('final');
  }

  /** What the client did, one latency ago. */
  hear(departure: Departure): void {
    this.options.clock.at(this.options.clock.nowMs + latencyMs, () => {
      if (this.#isGone) {
        if (this.#isDead && departure.kind !== 'reset') this.#arrive({ reads: [], reset: true, wireBytes: 0 });
        return;
      }
      if (this.#isDeaf && departure.kind !== 'reset') this.#unreadBytes += 1;
      else this.#take(departure);
    });
  }

  #take(departure: Departure): void {
    switch (departure.kind) {
      case 'bytes':
        this.#takeBytes(departure.bytes);
        return;
      case 'close-notify':
        this.#note({ kind: 'client-close-notify' });
        this.#drawReset('alert');
        return;
      case 'fin':
        this.#note({ kind: 'client-fin' });
        this.#look('client-ended');
        this.#feed({ kind: 'fin' });
        return;
      case 'reset':
        this.#note({ kind: 'client-reset' });
        this.#isGone = true;
        this.#feed({ kind: 'reset' });
        return;
      default:
        throw new TypeError(`unknown departure ${String(departure satisfies never)}`);
    }
  }

  #takeBytes(bytes: Buffer): void {
    if (this.#head === undefined) {
      this.#inbound = Buffer.concat([this.#inbound, bytes]);
      const head = parseRequestHead(this.#inbound);
      if (head === undefined || head === 'bad') throw new Error('the model sends no request');
      this.#head = head;
      this.#note({ kind: 'request' });
      this.#look('request');
      this.#feed({ kind: 'begin' });
      return;
    }
    for (const found of this.#parser.push(bytes)) {
      if (found.kind !== 'frame' || !found.frame.masked) throw new Error('the model sends an illegal frame');
      this.#takeFrame(found.frame.opcode, found.frame.payload);
    }
  }

  #takeFrame(opcode: number, payload: Buffer): void {
    const text = payload.toString('utf8');
    switch (opcode) {
      case opcodes.close: {
        const code = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
        const reason = payload.subarray(2).toString('utf8');
        this.#note({ kind: 'client-close', code, reason, bodyBytes: payload.length });
        this.#drawReset('close');
        this.#feed({ kind: 'close' });
        return;
      }
      case opcodes.ping:
        this.#note({ kind: 'client-ping', text });
        this.#drawReset('data');
        this.#feed({ kind: 'ping', payload });
        return;
      case opcodes.pong:
        this.#note({ kind: 'client-pong', text });
        this.#drawReset('pong');
        return;
      default: {
        const isOffer = text === this.options.offer;
        this.#note(isOffer ? { kind: 'offer' } : { kind: 'client-message', text, bytes: payload.length });
        this.#drawReset('data');
        this.#feed({ kind: 'message', text, isOffer });
      }
    }
  }

  #drawReset(by: 'pong' | 'close' | 'alert' | 'data'): void {
    if (!this.#isAbandoned || this.#isGone) return;
    this.#look('before-reset');
    this.#note({ kind: 'reset-drawn', by });
    this.#isGone = true;
    this.#arrive({ reads: [], reset: true, wireBytes: 0 });
  }

  #feed(input: Input): void {
    const [state, actions] = advance(this.state, input);
    this.state = state;
    for (const action of actions) this.#perform(action);
  }

  #perform(action: Action): void {
    const { clock } = this.options;
    switch (action.kind) {
      case 'send':
        this.#send(action.step);
        return;
      case 'pong':
        this.#note({ kind: 'pong-sent' });
        this.#sendPong(action.payload);
        return;
      case 'timer':
        this.#cancelTimer = clock.at(clock.nowMs + action.ms, () => this.#feed({ kind: 'timeout' }));
        return;
      case 'cancel-timer':
        this.#cancelTimer();
        return;
      case 'watch-acks':
        this.#watchAcks();
        return;
      case 'freeze':
        this.#freeze(action.duty);
        return;
      case 'impose':
        clock.at(clock.nowMs + latencyMs, () => this.#impose(action.condition));
        return;
      case 'lift':
        clock.at(clock.nowMs + latencyMs, () => this.#lift());
        return;
      case 'kill':
        this.#kill();
        return;
      case 'thaw':
        this.#thaw();
        return;
      case 'reset':
        this.#look('before-reset');
        this.#vanish({ kind: 'reset-sent' });
        return;
      case 'abandon':
        this.#isAbandoned = true;
        this.#sendFin();
        return;
      case 'stop-reading':
        this.#isDeaf = true;
        return;
      case 'drop':
        this.#look('before-reset');
        this.#vanish({ kind: 'dropped' });
        return;
      case 'end':
        return;
      default:
        throw new TypeError(`unknown action ${String(action satisfies never)}`);
    }
  }

  #vanish(event: { readonly kind: 'reset-sent' | 'dropped' | 'fin-sent' }): void {
    this.#note(event);
    this.#isGone = true;
    this.#arrive({
      reads: [],
      wireBytes: 0,
      ...(event.kind !== 'reset-sent' && this.#unreadBytes === 0 ? { fin: true } : { reset: true }),
    });
  }

  /** The whole process dies: FIN, or a reset where bytes lay unread, and a reset for all that still comes. */
  #kill(): void {
    this.#look('final');
    this.#note({ kind: 'endpoint-killed' });
    this.#isDead = true;
    this.#vanish({ kind: this.#unreadBytes > 0 ? 'dropped' : 'fin-sent' });
    this.state = { ...this.state, status: 'complete', at: this.state.script.length };
  }

  #impose(condition: Condition): void {
    this.#imposed = { condition, fromNs: this.options.clock.nowNs };
    this.#note({ kind: 'imposed' });
    this.#feed({ kind: 'imposed' });
  }

  #lift(): void {
    const { clock } = this.options;
    if (this.#imposed === undefined) return;
    const { condition, fromNs } = this.#imposed;
    this.#imposed = undefined;
    this.conditions.push({ kind: condition.kind, fromNs, untilNs: clock.nowNs, confirmed: true, detail: 'simulated' });
    this.#note({ kind: 'lifted' });
    this.#drain();
    this.#feed({ kind: 'lifted' });
  }

  /** RFC 9293 §3.8.6.1: the sender looks from time to time whether the window has opened. */
  #drain(): void {
    const { clock } = this.options;
    if (this.#imposed?.condition.kind === 'hole') return;
    let room = windowBytes - (this.#far?.rxQueue ?? 0);
    while (room > 0) {
      const next = this.#backlog.shift();
      if (next === undefined) return;
      room -= next.wireBytes;
      this.#arrive(next);
    }
    if (this.#backlog.length > 0 && !this.#isGone) clock.at(clock.nowMs + probeMs, () => this.#drain());
  }

  #watchAcks(): void {
    const { clock } = this.options;
    clock.at(clock.nowMs + 2 * latencyMs, () => {
      if (this.state.script[this.state.at]?.op !== 'await-ack') return;
      if (this.#backlog.length > 0) {
        clock.at(clock.nowMs + probeMs, () => this.#watchAcks());
        return;
      }
      this.#look('acked');
      this.#feed({ kind: 'acked' });
    });
  }

  #freeze(duty: Duty | undefined): void {
    const { clock } = this.options;
    clock.at(clock.nowMs + settleMs, () => {
      this.#note({ kind: 'settled' });
      this.#far?.freeze();
      this.#frozenAtNs = clock.nowNs;
      this.#turns = 1;
      this.#isByTurns = duty !== undefined;
      if (duty !== undefined) this.#takeTurns(duty);
      this.#note({ kind: 'frozen' });
      this.#feed({ kind: 'frozen' });
    });
  }

  #takeTurns(duty: Duty): void {
    const { clock } = this.options;
    clock.at(clock.nowMs + duty.frozenMs, () => {
      if (!this.#isByTurns) return;
      this.#far?.thaw();
      clock.at(clock.nowMs + duty.runningMs, () => {
        if (!this.#isByTurns) return;
        this.#far?.freeze();
        this.#turns += 1;
        this.#takeTurns(duty);
      });
    });
  }

  #thaw(): void {
    const { clock } = this.options;
    this.#look('before-thaw');
    clock.at(clock.nowMs + thawMs, () => {
      this.#note({ kind: 'thawed' });
      const times = { frozenAtNs: this.#frozenAtNs, thawedAtNs: clock.nowNs };
      const turns = this.#isByTurns ? { turns: this.#turns } : {};
      this.#isByTurns = false;
      this.freezes.push({ ...times, processes: 1, threads: 11, confirmed: true, ...turns });
      this.#far?.thaw();
      clock.at(clock.nowMs + 2 * latencyMs, () => this.#look('after-thaw'));
      this.#feed({ kind: 'thawed' });
    });
  }

  #send(step: Step & { readonly op: 'send' }): void {
    const { clock } = this.options;
    const sent = step.records.flatMap((record) => this.#seal(record));
    const isDribbled = step.layout === 'bytes';
    const isApart = isDribbled || step.layout === 'records';
    const isQueued = step.layout === 'queue' || this.#imposed?.condition.kind === 'hole';
    let atMs = clock.nowMs;
    for (const { spec, piece } of sent) {
      const arrivals = isDribbled ? dribbled(piece, this.options.transport) : [piece];
      for (const arrival of arrivals) {
        if (isQueued) this.#backlog.push(arrival);
        else this.#arrive(arrival, atMs);
        if (isApart) atMs += segmentMs;
      }
      this.#record({ spec, piece, atMs, stimulus: step.stimulus });
    }
    if (isQueued) this.#drain();
    clock.at(atMs, () => {
      if (step.fin) this.#sendFin();
      clock.at(clock.nowMs + 2 * latencyMs, () => this.#look('acked'));
      this.#feed({ kind: 'sent' });
    });
  }

  /** Of a record that is cut, the last piece carries what the whole of it says. */
  #seal(spec: RecordSpec): { readonly spec: RecordSpec; readonly piece: Arrival }[] {
    const pieces = sealed(spec, this.options.transport, this.#head);
    return pieces.map((piece, at) => ({
      spec: at === pieces.length - 1 || spec.kind === 'alert' ? spec : { kind: 'data', parts: [], ends: [] },
      piece,
    }));
  }

  #record(one: {
    readonly spec: RecordSpec;
    readonly piece: Arrival;
    readonly atMs: number;
    readonly stimulus: boolean;
  }): void {
    const { spec, piece, stimulus } = one;
    const atNs = Math.round(one.atMs * 1e6);
    const plainBytes = piece.wireBytes - overheadBytes[this.options.transport];
    this.bytesSent += piece.wireBytes;
    this.sent.push({
      atNs,
      step: this.state.at,
      type: this.options.transport === 'plain' ? 0 : spec.kind === 'alert' ? 21 : 23,
      plainBytes,
      wireBytes: piece.wireBytes,
      endOffset: this.bytesSent,
      stimulus,
      ...(spec.kind === 'data' && spec.ends.length > 0 ? { ends: spec.ends } : {}),
      ...(spec.kind === 'data' && spec.closeCode !== undefined ? { closeCode: spec.closeCode } : {}),
      ...(spec.kind === 'data' && spec.says !== undefined ? { says: spec.says } : {}),
    });
    if (spec.kind === 'alert' && spec.description === 0) this.events.push({ atNs, kind: 'close-notify-sent' });
    else if (spec.kind === 'alert') this.events.push({ atNs, kind: 'alert-sent', description: spec.description });
    else if (spec.closeCode !== undefined) this.events.push({ atNs, kind: 'close-sent', code: spec.closeCode });
  }

  #sendPong(payload: Uint8Array): void {
    const bytes = buildFrame({ opcode: opcodes.pong, payload });
    const spec: RecordSpec = { kind: 'data', parts: [{ kind: 'bytes', bytes }], ends: [] };
    for (const one of this.#seal(spec)) {
      this.#arrive(one.piece);
      this.#record({ ...one, atMs: this.options.clock.nowMs, stimulus: false });
    }
  }

  #sendFin(): void {
    if (this.#isFinSent) return;
    this.#isFinSent = true;
    this.#note({ kind: 'fin-sent' });
    const fin: Arrival = { reads: [], fin: true, wireBytes: 0 };
    if (this.#backlog.length === 0) {
      this.#arrive(fin);
      return;
    }
    // RFC 9293 §3.10.7.4: a FIN that comes before the data in front of it waits for them.
    if (this.#imposed?.condition.kind === 'hole') this.#arrive({ reads: [], earlyFin: true, wireBytes: 0 });
    this.#backlog.push(fin);
  }

  #arrive(arrival: Arrival, atMs = this.options.clock.nowMs): void {
    this.options.clock.at(atMs + latencyMs, () => this.#far?.arrive(arrival));
  }

  #note(event: UntimedEvent): void {
    this.events.push({ ...event, atNs: this.options.clock.nowNs });
  }

  #look(why: Snapshot['why']): void {
    if (this.#isGone) return;
    const rxQueue = this.#far?.rxQueue;
    const waiting = this.#backlog.reduce((sum, each) => sum + each.wireBytes, 0);
    const isFinAcked = this.#isFinSent && this.#backlog.length === 0;
    const bytesAcked = this.bytesSent - waiting + (isFinAcked ? 1 : 0);
    const state = this.#isFinSent ? tcpStates.finWait2 : tcpStates.established;
    const peerState = this.#isFinSent ? tcpStates.closeWait : tcpStates.established;
    this.snapshots.push({
      atNs: this.options.clock.nowNs,
      why,
      tcp: { state, unacked: 0, notsentBytes: 0, bytesAcked, dataSegsOut: this.sent.length, totalRetrans: 0 },
      ...(rxQueue === undefined ? {} : { peer: { state: peerState, rxQueue } }),
    });
  }
}

type UntimedEvent = WireEvent extends infer Each ? (Each extends WireEvent ? Omit<Each, 'atNs'> : never) : never;
