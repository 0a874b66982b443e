/** One connection of a client to a real server, as far as this machine can see it. */
import type { ClientAnswer, EndpointSignal, TrialOrder } from '../kit/core/endpoint';
import { FrameParser } from '../kit/core/frame';
import type { TcpEnd } from '../kit/core/target';
import {
  tcpStates,
  type Connection,
  type FreezeProof,
  type SentRecord,
  type Snapshot,
  type WireEvent,
} from '../kit/core/trial';
import { nowNs } from '../kit/io/clock';
import { loadLibc } from '../kit/io/libc';
import { findSocket } from '../kit/io/peer-socket';
import type { SocketRow } from '../kit/io/proc-net-tcp';
import type { ClientManners } from './client-manners';
import type { StackControl } from './stack-control';
import type { HangUp } from './stacks';

/** What a server was seen to do when it was recorded. */
export interface StackHabit {
  /** All that it sends without an echo. */
  readonly answerBytes: number;
  /** It ended TCP although nothing had asked for that. */
  readonly hangsUp: boolean;
}

export interface StackTrialOptions {
  readonly order: TrialOrder;
  /** The server's end. */
  readonly own: TcpEnd;
  readonly control: StackControl;
  readonly hangUp: HangUp;
  /** What was recorded of the server; undefined where nothing was. */
  readonly habit: StackHabit | undefined;
  readonly manners: ClientManners;
  readonly signal: (signal: EndpointSignal) => void;
}

/** The bytes have this long to arrive at a frozen client, in ms: the server is on the same machine. */
const arrivalMs = 5000;
/** Time that a client is given to leave its read loop before it is frozen, in ms. */
const settleMs = 5;
/** The least that a TLS record adds to its plaintext: RFC 8446 §5.2, RFC 7905 §2. */
const recordBytes = 21;
/** A cipher of the client's may take so many bytes a record less than that of the recording: RFC 5288 §3. */
const nonceBytes = 8;

/** Between two looks whether the client's socket has gone, ms: what follows from it is a matter of seconds. */
const endPollMs = 20;

export class StackTrial {
  private readonly isFrozen: boolean;
  private readonly frameBytes: number;
  private readonly answerText: string;
  private readonly events: WireEvent[] = [];
  private readonly sent: SentRecord[] = [];
  private readonly snapshots: Snapshot[] = [];
  private readonly freezes: FreezeProof[] = [];
  private client: TcpEnd | undefined;
  private path: Connection['path'] = 'unknown';
  private script: Pick<Connection['script'], 'status' | 'cause' | 'reason'> = { status: 'idle' };
  private before = 0;
  private held = 0;
  private offeredNs = 0;
  /** Its socket can be found on this machine. */
  private isSeen = false;
  /** When the client's socket was gone, behind the thaw. */
  private goneNs: number | undefined;
  private isOver = false;
  private isReleased = false;

  constructor(private readonly options: StackTrialOptions) {
    const { script } = options.order;
    this.isFrozen = script.some((step) => step.op === 'freeze');
    const frame = answerFrame(options.order);
    this.frameBytes = frame.length;
    const [parsed] = new FrameParser().push(frame);
    this.answerText = parsed?.kind === 'frame' ? parsed.frame.payload.toString('utf8') : '';
  }

  /** Tells the server what to answer, when it is let: politely, or, to a client that is to be frozen, as its habit is. */
  prepare(): void {
    const { order, control } = this.options;
    const { trial } = order;
    control.prepare({
      trial,
      answer: this.answerText,
      hold: true,
      ...(this.isFrozen ? {} : { hangUp: 'polite' as const }),
    });
  }

  onOffer(client: TcpEnd): void {
    if (this.client !== undefined) return;
    const { order, own, signal } = this.options;
    const atNs = nowNs();
    this.client = client;
    this.offeredNs = atNs;
    this.script = { status: 'playing' };
    this.events.push({ atNs, kind: 'request' }, { atNs, kind: 'offer' });
    signal({ signal: 'request', trial: order.trial, atNs });
    signal({ signal: 'arrival', trial: order.trial, client, server: own });
    this.isSeen = this.row() !== undefined;
    if (!this.isFrozen) setTimeout(() => this.answerControl(), this.options.manners.missingMs);
  }

  /** The client has said more than its offer, while its answer was held back. */
  onTalk(): void {
    this.options.manners.talk();
  }

  onHungUp(): void {
    if (!this.isFrozen) this.finish({ status: 'complete' });
  }

  answer(answer: ClientAnswer): void {
    switch (answer.answer) {
      case 'located':
        this.path = answer.path;
        // The client has only just written its offer.
        if (this.isFrozen) setTimeout(() => this.askFreeze(), settleMs);
        return;
      case 'frozen':
        this.events.push({ atNs: nowNs(), kind: 'frozen' });
        this.whileFrozen();
        return;
      case 'thawed':
        if (answer.proof !== undefined) this.freezes.push(answer.proof);
        this.events.push({ atNs: nowNs(), kind: 'thawed' });
        this.watchEnd();
        this.finish({ status: 'complete' });
        return;
      case 'failed':
      case 'unavailable':
        this.release();
        this.finish({ status: 'failed', cause: 'setup', reason: answer.reason ?? 'the client could not be frozen' });
        return;
      case 'taken':
        this.snapshots.push({ atNs: nowNs(), why: 'after-thaw', peer: answer.peer });
        return;
      case 'imposed':
      case 'lifted':
        // No step of these cases asks for a condition.
        return;
      default:
        throw new TypeError(`unknown answer ${String(answer satisfies never)}`);
    }
  }

  /** What was seen at the end; undefined where the client never came. */
  collect(): Connection | undefined {
    this.isOver = true;
    this.release();
    this.noteReset();
    // Nobody saw the end come to a client whose socket still stands: nothing follows from its silence.
    if (this.row()?.state === tcpStates.established && this.script.status === 'complete') {
      this.script = { status: 'failed', cause: 'kit', reason: 'the server had not ended TCP when the trial was over' };
    }
    return this.look();
  }

  /** What was seen so far. */
  look(): Connection | undefined {
    const { client } = this;
    const { order } = this.options;
    if (client === undefined) return undefined;
    const { status, cause, reason } = this.script;
    return {
      index: 0,
      nonce: order.nonce,
      held: false,
      peer: client,
      path: this.path,
      script: {
        status,
        at: 0,
        steps: order.script.length,
        ...(cause === undefined ? {} : { cause }),
        ...(reason === undefined ? {} : { reason }),
        lapses: [],
      },
      events: this.events,
      sent: this.sent,
      snapshots: this.snapshots,
      witness: 'client-socket',
      freezes: this.freezes,
      bytesSent: this.held,
    };
  }

  private answerControl(): void {
    if (this.isOver) return;
    // One that has left says nothing, whatever its manners are; where its socket is not to be seen, nothing is known.
    if (!this.isSeen || this.row()?.state === tcpStates.established) {
      this.options.manners.heardFor((nowNs() - this.offeredNs) / 1e6);
    }
    this.beginToEnd();
    this.release();
  }

  private askFreeze(): void {
    if (!this.isOver) this.options.signal({ signal: 'freeze', trial: this.options.order.trial });
  }

  private whileFrozen(): void {
    const row = this.row();
    if (row === undefined) {
      this.thawWith({ status: 'failed', cause: 'setup', reason: 'the client’s socket is not to be found' });
      return;
    }
    this.before = row.rxQueue;
    this.beginToEnd();
    this.release();
    this.watch(nowNs() + arrivalMs * 1e6);
  }

  /** From here on the server may send its answer, and end. Nothing that the client reports before is its doing. */
  private beginToEnd(): void {
    const { order, hangUp } = this.options;
    const atNs = nowNs();
    const isTls = order.transport !== 'plain';
    const wireBytes = this.frameBytes + (isTls ? recordBytes : 0);
    this.sent.push({
      atNs,
      step: 0,
      type: isTls ? 23 : 0,
      plainBytes: this.frameBytes,
      wireBytes,
      endOffset: wireBytes,
      ends: ['A'],
      stimulus: true,
    });
    this.events.push(
      hangUp === 'terminate' && this.isFrozen ? { atNs, kind: 'fin-sent' } : { atNs, kind: 'close-sent', code: 1000 },
    );
  }

  /** Looks at the client's socket until all has arrived. */
  private watch(untilNs: number): void {
    if (this.isOver) return;
    const row = this.row();
    if (row === undefined || row.state === tcpStates.close) {
      const reason = 'the server reset the connection, which may flush what a client has not read';
      this.thawWith({ status: 'failed', cause: 'setup', reason });
    } else if (this.isWhole(row)) {
      this.held = row.rxQueue - this.before;
      const atNs = nowNs();
      const peer = { state: row.state, rxQueue: row.rxQueue };
      for (const why of ['acked', 'before-thaw'] as const)
        this.snapshots.push({ atNs, why, peer, heldBytes: this.held });
      this.thawWith({ status: 'playing' });
    } else if (nowNs() > untilNs) {
      const reason = 'the answer was not seen in the client’s socket in time';
      this.thawWith({ status: 'failed', cause: 'kit', reason });
    } else setTimeout(() => this.watch(untilNs), 1);
  }

  /** The whole answer, and that it is whole: its bytes, and behind them the FIN or all else that was recorded. */
  private isWhole({ state, rxQueue }: SocketRow): boolean {
    const { habit, order } = this.options;
    const answerBytes = habit?.answerBytes;
    const held = rxQueue - this.before;
    const least = this.frameBytes + (order.transport === 'plain' ? 0 : recordBytes);
    // A FIN counts as a byte, and comes behind everything else.
    if (state === tcpStates.closeWait) return held - 1 >= least;
    return answerBytes !== undefined && held >= Math.max(least, answerBytes - 3 * nonceBytes);
  }

  /** Looks when the client's socket goes, behind the thaw. */
  private watchEnd(): void {
    if (this.isOver || this.goneNs !== undefined) return;
    const row = this.row();
    if (row === undefined || row.state === tcpStates.close) this.goneNs = nowNs();
    else setTimeout(() => this.watchEnd(), endPollMs).unref();
  }

  /** RFC 9293 §3.10.7.1: what a client says to a server that has gone draws a reset, which nobody here can see. */
  private noteReset(): void {
    const { habit, manners } = this.options;
    const thawed = this.snapshots.find(({ why }) => why === 'before-thaw');
    if (thawed === undefined || (habit?.hangsUp === false && thawed.peer?.state !== tcpStates.closeWait)) return;
    // A socket that still stands was not reset.
    if (this.goneNs === undefined && this.row() !== undefined) return;
    const atNs = this.goneNs ?? nowNs();
    if (!manners.mayTalkWithin((atNs - this.offeredNs) / 1e6)) return;
    this.events.push({ atNs, kind: 'reset-drawn', by: 'data' });
  }

  private thawWith(script: StackTrial['script']): void {
    this.script = script;
    if (script.status === 'failed') this.release();
    this.options.signal({ signal: 'thaw', trial: this.options.order.trial });
  }

  private finish(script: StackTrial['script']): void {
    if (this.script.status === 'playing') this.script = script;
    const status = this.script.status === 'complete' ? 'complete' : 'failed';
    this.options.signal({ signal: 'script-over', trial: this.options.order.trial, atNs: nowNs(), status, ended: true });
  }

  /** Once: a server is told nothing that it has been told. */
  private release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.options.control.release(this.options.order.trial);
  }

  private row(): SocketRow | undefined {
    return this.client === undefined ? undefined : findSocket(loadLibc(), this.client, this.options.own);
  }
}

/** The frame of the answer, as the case sends it. */
function answerFrame({ script }: TrialOrder): Buffer {
  const records = script.flatMap((step) => (step.op === 'send' ? step.records : []));
  const record = records.find((each) => each.kind === 'data' && each.ends.length > 0);
  const parts = record?.kind === 'data' ? record.parts : [];
  return Buffer.concat(parts.flatMap((part) => (part.kind === 'bytes' ? [part.bytes] : [])));
}
