/**
 * One connection that asked for a trial: plays its script, hears the client, watches the acknowledgements.
 *
 * The script's logic is `advance`; this file only performs its actions and feeds it what happened.
 */
import type { Socket } from 'node:net';
import { advance, initialState, type Action, type Input, type PlayState } from '../core/advance';
import { ClientStream, type ClientSaid } from '../core/client-stream';
import type { ClientAnswer, EndpointSignal, TrialOrder } from '../core/endpoint';
import type { RequestHead } from '../core/handshake';
import type { ConditionProof } from '../core/condition';
import { scriptOfLater } from '../core/opens';
import type { Step } from '../core/script';
import type { TcpEnd } from '../core/target';
import { tcpStates, type Connection, type FreezeProof, type WireEvent } from '../core/trial';
import { nowNs } from './clock';
import { ConnectionWitness } from './connection-witness';
import { startCoarseTimer, startTimer, type Timer } from './fine-timer';
import type { KernelView } from './kernel-view';
import type { RawLog } from './raw-log';
import { stopReading } from './stop-reading';
import type { SecureChannel } from './tls-tap';
import { MAX_PLAINTEXT_BYTES, type OpenedRecord } from '../core/tls-record';
import { Inexact, Wire } from './wire';

/** Time that a client is given to leave its read loop before it is frozen, in ms. */
const settleMs = 5;
/** Time that the run has to say who holds the client's side, in ms. */
const locateMs = 5000;
/** Events kept of a connection before those that a client can make at will are left out. */
const maxChatter = 2000;
const chatter: ReadonlySet<WireEvent['kind']> = new Set<WireEvent['kind']>([
  'client-ping',
  'client-pong',
  'client-message',
  'client-illegal',
  'client-alert',
  'pong-sent',
]);

/** RFC 9293 §3.3.2: the states in which the peer's FIN has come. */
const behindFin: ReadonlySet<number> = new Set([
  tcpStates.closeWait,
  tcpStates.lastAck,
  tcpStates.closing,
  tcpStates.timeWait,
]);

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly channel: SecureChannel | undefined;
  readonly order: TrialOrder;
  readonly index: number;
  readonly head: RequestHead;
  readonly kernel: KernelView;
  /** `ask`: the run sees the client's side, and the endpoint does not. */
  readonly path: Connection['path'] | 'ask';
  /** Raw bytes so far, both directions. */
  readonly raw: RawLog;
  readonly bytesReadBefore: number;
  readonly signal: (signal: EndpointSignal) => void;
}

export class ScriptedConnection {
  private state: PlayState;
  private readonly events: WireEvent[] = [];
  private readonly witness: ConnectionWitness;
  private readonly freezes: FreezeProof[] = [];
  private readonly conditions: ConditionProof[] = [];
  private readonly stream = new ClientStream();
  private readonly wire: Wire;
  private timer: Timer | undefined;
  private abandoned = false;
  private isOver = false;
  private isGone = false;
  private mayWait = false;
  private bytesRead: number;
  private hasStimulus = false;
  private mayAnswerPings = true;
  private path: Connection['path'];
  /** What happened before the script began. */
  private readonly early: Input[] = [];

  constructor(private readonly options: ConnectionOptions) {
    const { socket, channel, order, head, raw, kernel } = options;
    const held = options.index > 0;
    this.path = options.path === 'ask' ? 'unknown' : options.path;
    this.state = initialState(held ? scriptOfLater(order.script) : order.script);
    this.bytesRead = options.bytesReadBefore;
    this.wire = new Wire({
      socket,
      fd: kernel.fd,
      libc: kernel.libc,
      sealer: channel?.sealer,
      maxPlaintextBytes: channel?.maxPlaintextBytes ?? MAX_PLAINTEXT_BYTES,
      head,
      bytesBefore: raw.bytesOut,
      note: (event) => this.events.push(event),
      onRaw: (bytes) => raw.add('out', bytes, nowNs()),
    });
    this.witness = new ConnectionWitness(kernel, {
      bytesDue: () => this.wire.bytesSent + (this.wire.hasFin || this.wire.owesFin ? 1 : 0),
      isOver: () => this.isOver,
      isGone: () => this.isGone,
      onAcked: () => this.feed({ kind: 'acked' }),
    });
    this.note({ atNs: nowNs(), kind: 'request' });
    socket.on('end', () => this.onEnd());
    socket.on('error', () => this.onReset());
    socket.on('close', () => this.onClosed());
  }

  /** Begins the script; where the run has to say first who the client is, once it has. */
  begin(): void {
    this.witness.snapshot('request');
    if (this.options.path !== 'ask' || this.options.index > 0) {
      this.feed({ kind: 'begin' });
      return;
    }
    const { kernel, order } = this.options;
    this.timer = startCoarseTimer(locateMs, () => this.feed({ kind: 'begin' }));
    this.options.signal({
      signal: 'arrival',
      trial: order.trial,
      client: kernel.peer,
      server: this.ownEnd(),
    });
  }

  private ownEnd(): TcpEnd {
    const { socket } = this.options;
    return { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
  }

  /** Bytes of the WebSocket layer that came in one read with the request. */
  readEarly(bytes: Uint8Array): void {
    this.hear(this.stream.readBytes(bytes));
  }

  /** Raw bytes from the socket. */
  read(bytes: Buffer): void {
    this.bytesRead += bytes.length;
    this.options.raw.add('in', bytes, nowNs());
    const { channel } = this.options;
    const said = channel === undefined ? this.stream.readBytes(bytes) : this.readRecords(channel.open(bytes));
    this.hear(said);
    if (this.abandoned && !this.isOver) this.drawReset(said);
  }

  /** TLS records that were opened while the request was being read. */
  hearRecords(records: readonly OpenedRecord[]): void {
    this.hear(this.readRecords(records));
  }

  private readRecords(records: readonly OpenedRecord[]): readonly ClientSaid[] {
    return records.flatMap((record) => this.stream.readRecord(record));
  }

  /** What the run says of the client: who it is, that it stands still, that it goes on. */
  answer(answer: ClientAnswer): void {
    if (answer.answer === 'located') {
      this.located(answer.path);
      return;
    }
    if (answer.answer === 'taken') {
      this.witness.snapshot('after-thaw', answer.peer);
      return;
    }
    if (answer.answer === 'lifted') this.conditions.push(answer.proof);
    if (answer.answer === 'imposed' || answer.answer === 'lifted') {
      this.note({ atNs: nowNs(), kind: answer.answer });
      this.feed({ kind: answer.answer });
      return;
    }
    if (answer.peer !== undefined) this.witness.addPeer(answer.peer);
    if (answer.proof !== undefined) this.freezes.push(answer.proof);
    if (answer.answer === 'failed' || answer.answer === 'unavailable') {
      const cause = answer.answer === 'failed' ? 'setup' : 'unavailable';
      this.feed({ kind: 'fault', cause, reason: answer.reason ?? 'the client could not be frozen' });
      return;
    }
    this.note({ atNs: nowNs(), kind: answer.answer });
    if (answer.answer === 'thawed' && this.options.path !== 'ask') this.witness.watchTaking();
    this.feed({ kind: answer.answer });
  }

  private located(path: Connection['path']): void {
    if (this.state.status !== 'idle') return;
    this.timer?.cancel();
    this.path = path;
    this.feed({ kind: 'begin' });
  }

  /** Ends what is left and gives all that was seen. */
  collect(): Connection {
    this.timer?.cancel();
    this.witness.stop();
    if (!this.isOver) this.witness.snapshot('final');
    this.isOver = true;
    this.options.socket.destroy();
    return this.seen();
  }

  /** Gives all that was seen so far, and ends nothing. */
  peek(): Connection {
    if (!this.isOver) this.witness.snapshot('final');
    const unreadBytes = this.unreadBytes();
    return unreadBytes > 0 ? { ...this.seen(), unreadBytes } : this.seen();
  }

  private seen(): Connection {
    const { channel, order, index, kernel, socket } = this.options;
    const { state, path } = this;
    return {
      index,
      nonce: order.nonce,
      held: index > 0,
      peer: { address: socket.remoteAddress ?? kernel.peer.address, port: kernel.peer.port },
      ...(channel === undefined
        ? {}
        : {
            tls: {
              version: channel.version,
              cipher: channel.cipher.opensslName,
              ...(channel.serverName === undefined ? {} : { serverName: channel.serverName.slice(0, 255) }),
              tickets: channel.sentTickets.length,
            },
            secrets: channel.secrets,
          }),
      path,
      script: {
        status: state.status,
        at: state.at,
        steps: state.script.length,
        ...(state.cause === undefined ? {} : { cause: state.cause }),
        ...(state.reason === undefined ? {} : { reason: state.reason }),
        lapses: state.lapses,
      },
      events: this.events,
      sent: this.wire.sent,
      snapshots: this.witness.snapshots,
      witness: kernel.witness,
      freezes: this.freezes,
      ...(this.conditions.length === 0 ? {} : { conditions: this.conditions }),
      bytesSent: this.wire.bytesSent,
    };
  }

  /** The raw bytes of both directions. */
  capture(): Connection['capture'] {
    return this.options.raw.entries.map(({ atNs, dir, bytes }) => ({ atNs, dir, base64: bytes.toString('base64') }));
  }

  private note(event: WireEvent): void {
    // A client that talks without end must not fill the memory; how it ends has to be known all the same.
    if (this.events.length < maxChatter || !chatter.has(event.kind)) this.events.push(event);
  }

  private feed(input: Input): void {
    if (this.state.status === 'idle' && input.kind !== 'begin') {
      this.early.push(input);
      return;
    }
    const wasOver = this.state.status !== 'idle' && this.state.status !== 'playing';
    const [state, actions] = advance(this.state, input);
    this.state = state;
    for (const action of actions) this.perform(action);
    if (!wasOver && this.state.status !== 'idle' && this.state.status !== 'playing') this.announceEnd();
    if (input.kind === 'begin') for (const each of this.early.splice(0)) this.feed(each);
  }

  private perform(action: Action): void {
    switch (action.kind) {
      case 'send':
        void this.send(action.step);
        return;
      case 'pong':
        if (this.mayAnswerPings && !this.isOver) void this.wire.pong(action.payload).catch(() => this.onReset());
        return;
      case 'timer':
        this.timer?.cancel();
        this.timer = startTimer(action.ms, () => this.feed({ kind: 'timeout' }));
        return;
      case 'cancel-timer':
        this.timer?.cancel();
        this.witness.awaitsAck = false;
        return;
      case 'watch-acks':
        this.witness.awaitsAck = true;
        this.witness.watchAcks();
        return;
      case 'freeze':
        this.timer = startCoarseTimer(settleMs, () => {
          this.note({ atNs: nowNs(), kind: 'settled' });
          this.options.signal({
            signal: 'freeze',
            trial: this.options.order.trial,
            ...(action.duty === undefined ? {} : { duty: action.duty }),
          });
        });
        return;
      case 'thaw':
        this.witness.snapshot('before-thaw');
        this.options.signal({ signal: 'thaw', trial: this.options.order.trial });
        return;
      case 'impose':
        this.options.signal({
          signal: 'impose',
          trial: this.options.order.trial,
          condition: action.condition,
          client: this.options.kernel.peer,
          server: this.ownEnd(),
        });
        return;
      case 'lift':
      case 'kill':
        this.options.signal({ signal: action.kind, trial: this.options.order.trial });
        return;
      case 'reset':
      case 'drop':
        this.cutOff(action.kind);
        return;
      case 'abandon':
        this.abandoned = true;
        this.wire.fin();
        this.witness.watchAcks();
        return;
      case 'stop-reading':
        stopReading(this.options.socket);
        return;
      case 'end':
        return;
      default:
        throw new TypeError(`unknown action ${String(action satisfies never)}`);
    }
  }

  private async send(step: Step & { readonly op: 'send' }): Promise<void> {
    try {
      if (step.stimulus && !this.hasStimulus) await this.beforeStimulus();
      if (this.isOver) return;
      if (step.fin || step.records.some((each) => each.kind === 'alert' || each.closeCode !== undefined)) {
        // RFC 6455 §5.5.1: nothing goes out behind a Close, not even a Pong.
        this.mayAnswerPings = false;
      }
      await this.wire.send(step, this.state.at);
      this.witness.watchAcks();
      this.feed({ kind: 'sent' });
    } catch (error) {
      const reason = error instanceof Inexact || error instanceof Error ? error.message : String(error);
      this.feed({ kind: 'fault', cause: 'kit', reason });
    }
  }

  /** What the client had sent before the stimulus is read before the stimulus goes out, so that its order is certain. */
  private async beforeStimulus(): Promise<void> {
    this.hasStimulus = true;
    for (let turn = 0; turn < 200; turn++) {
      const unread = this.options.kernel.bytesReceived();
      if (unread === undefined || unread <= this.bytesRead || this.isGone || this.options.socket.isPaused()) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private hear(said: readonly ClientSaid[]): void {
    const atNs = nowNs();
    for (const each of said) {
      switch (each.kind) {
        case 'message': {
          const isOffer = !each.binary && each.text === this.options.order.offer;
          if (isOffer && !this.events.some((event) => event.kind === 'offer')) this.note({ atNs, kind: 'offer' });
          else this.note({ atNs, kind: 'client-message', text: each.text.slice(0, 256), bytes: each.bytes });
          this.feed({ kind: 'message', text: each.text.slice(0, 4096), isOffer });
          break;
        }
        case 'ping':
          this.note({ atNs, kind: 'client-ping', text: each.payload.toString('latin1').slice(0, 125) });
          this.feed({ kind: 'ping', payload: each.payload });
          break;
        case 'pong':
          this.note({ atNs, kind: 'client-pong', text: each.payload.toString('latin1').slice(0, 125) });
          break;
        case 'close':
          this.note({ atNs, kind: 'client-close', code: each.code, reason: each.reason, bodyBytes: each.bodyBytes });
          this.feed({ kind: 'close' });
          break;
        case 'alert':
          this.note({ atNs, kind: 'client-alert', level: each.level, description: each.description });
          break;
        case 'close-notify':
          this.note({ atNs, kind: 'client-close-notify' });
          break;
        case 'illegal':
          this.note({ atNs, kind: 'client-illegal', detail: each.detail });
          break;
        default:
          throw new TypeError(`unknown event ${String(each satisfies never)}`);
      }
    }
  }

  /** ABANDON: the first bytes that the client writes meet a closed socket, and draw its reset. */
  private drawReset(said: readonly ClientSaid[]): void {
    const [first] = said;
    const by =
      first === undefined
        ? 'data'
        : first.kind === 'pong' || first.kind === 'close'
          ? first.kind
          : isTeardown(first)
            ? 'alert'
            : 'data';
    this.witness.snapshot('before-reset');
    this.note({ atNs: nowNs(), kind: 'reset-drawn', by });
    this.isOver = true;
    this.options.socket.resetAndDestroy();
    this.leave();
  }

  private cutOff(how: 'reset' | 'drop'): void {
    this.witness.snapshot('before-reset');
    const { socket } = this.options;
    const isUnread = socket.isPaused() && this.unreadBytes() > 0;
    this.isOver = true;
    if (how === 'reset') {
      this.note({ atNs: nowNs(), kind: 'reset-sent' });
      socket.resetAndDestroy();
      return;
    }
    // RFC 9293 §3.6.1 SHLD-3: the kernel resets where data were left unread; else this is a plain close.
    this.note({ atNs: nowNs(), kind: isUnread ? 'dropped' : 'fin-sent' });
    socket.destroy();
  }

  /** What the client has sent and nobody has read; 0 where it is not known. */
  private unreadBytes(): number {
    const { kernel } = this.options;
    const received = kernel.bytesReceived();
    if (received === undefined) return 0;
    const state = kernel.look(false)?.tcp?.state;
    // The kernel counts the client's FIN as a byte more.
    const fin = state !== undefined && behindFin.has(state) ? 1 : 0;
    return Math.max(0, received - this.bytesRead - fin);
  }

  private onEnd(): void {
    const { kernel } = this.options;
    const ending = kernel.ending({ bytesRead: this.bytesRead, hasSentFin: this.wire.hasFin });
    this.witness.snapshot('client-ended');
    if (ending?.hasReset === true && !ending.hasFin) {
      this.onReset();
      return;
    }
    this.note({ atNs: nowNs(), kind: 'client-fin' });
    this.feed({ kind: 'fin' });
    this.leave(!this.wire.hasFin && !this.isOver);
  }

  private onReset(): void {
    if (this.isGone || this.isOver) return;
    this.witness.snapshot('client-ended');
    this.note({ atNs: nowNs(), kind: 'client-reset' });
    this.feed({ kind: 'reset' });
    this.leave();
  }

  private onClosed(): void {
    if (!this.isOver) this.leave();
    this.isOver = true;
  }

  /** @param waits it may be waiting for our own FIN */
  private leave(waits = false): void {
    if (this.isGone && (waits || !this.mayWait)) return;
    this.isGone = true;
    this.mayWait = waits;
    this.options.signal({ signal: 'client-gone', trial: this.options.order.trial, atNs: nowNs(), waits });
  }

  private announceEnd(): void {
    if (this.options.index > 0) return;
    const { status } = this.state;
    const ended = this.wire.hasFin || this.isOver || this.isGone;
    this.options.signal({
      signal: 'script-over',
      trial: this.options.order.trial,
      atNs: nowNs(),
      status: status === 'complete' || status === 'cut-short' ? status : 'failed',
      ended,
    });
  }
}

function isTeardown(said: ClientSaid): boolean {
  return said.kind === 'alert' || said.kind === 'close-notify';
}
