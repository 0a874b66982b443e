/**
 * A WebSocket client without I/O: wake-ups go in, events, bytes and ends come out through its host. It conforms to
 * RFC 6455 and to the event model of WHATWG WebSockets, unless a switch says otherwise.
 *
 * Rules:
 * - All that a wake-up brings is parsed and delivered before its ends are looked at: the ends lie behind the data.
 * - The code is that of the first Close received, 1005 without one, 1006 without a Close (RFC 6455 §7.1.5).
 * - Clean is a closing handshake that was finished when TCP closed (§7.1.4); the close is reported once, at the end.
 * - A missing close_notify revokes nothing that was opened before (RFC 8446 §6.1).
 */
import type { Transport } from '../core/case';
import { closeBody, opcodes } from '../core/frame';
import { readCloseBody } from './close-body';
import { closeEvent, type Received } from './close-event';
import { Dispatcher } from './dispatcher';
import type { Host, ModelEvent } from './host';
import { MessageReader, type Heard } from './message-reader';
import type { Switches } from './switches';
import { buildRequest, readResponse } from './upgrade';
import { Intake, type WakeUp } from './wake-up';
import { randomBytes, Writer } from './writer';

/** Time that the server has to close TCP after the closing handshake; RFC 6455 §7.1.1 leaves it to the client. */
const closeTimerMs = 10_000;
const busyHandlerMs = 20;

export interface ClientOptions {
  readonly transport: Transport;
  /** `host:port` for the Host header. */
  readonly authority: string;
  readonly path: string;
  readonly switches: Switches;
}

export class ModelClient {
  readonly #switches: Switches;
  readonly #isTls: boolean;
  readonly #intake: Intake;
  readonly #reader: MessageReader;
  readonly #dispatcher: Dispatcher;
  readonly #writer: Writer;
  readonly #key: string;
  #state: 'connecting' | 'open' | 'over' = 'connecting';
  #head: Buffer = Buffer.alloc(0);
  #received: Received | undefined;
  #ownCode: Received | undefined;
  #isCloseSent = false;
  #hasSeenCloseNotify = false;
  #skipsPass = false;
  #isInHandler = false;
  #wasBusy = false;
  #delivered = 0;
  #lastMessage: ModelEvent | undefined;
  #heardMs = 0;

  constructor(
    private readonly host: Host,
    private readonly options: ClientOptions,
  ) {
    this.#switches = options.switches;
    this.#isTls = options.transport !== 'plain';
    this.#reader = new MessageReader(options.switches);
    this.#intake = new Intake(options.switches, this.#isTls, host, (wake) => this.#pass(wake));
    this.#dispatcher = new Dispatcher(options.switches, host, (event) => this.#deliver(event));
    this.#writer = new Writer(options.switches, this.#isTls, host);
    this.#key = randomBytes(host, 16).toString('base64');
  }

  /** The transport stands: asks for a WebSocket. */
  start(): void {
    this.host.write(buildRequest(this.options, this.#key));
  }

  /** What the event loop found. */
  wake(wake: WakeUp): void {
    if (this.#state !== 'over') this.#intake.take(wake);
  }

  /** A write failed: the connection is gone, whatever was read. */
  writeFailed(): void {
    if (this.#switches.diesOnBrokenPipe) this.host.crash('SIGPIPE');
    this.#onReset();
    this.#dispatcher.endPass();
  }

  /** The application sends a message; after a Close it goes nowhere (RFC 6455 §5.5.1). */
  send(payload: string | Uint8Array): void {
    const isFreed = this.#received !== undefined || this.#state === 'over';
    if (isFreed && this.#switches.crashesWhenOvertaken) this.host.crash('SIGABRT');
    if (this.#state !== 'open' || (this.#isCloseSent && this.#switches.sendsAfterClose !== true)) return;
    if (this.#switches.losesReplies && this.#isInHandler) return;
    const isText = typeof payload === 'string';
    this.#writer.frame(isText ? opcodes.text : opcodes.binary, isText ? Buffer.from(payload) : payload);
  }

  /** The application closes. */
  close(code?: number, reason?: string): void {
    if (this.#state !== 'open' || this.#isCloseSent) return;
    if (this.#switches.reportsOwnCode && code !== undefined) this.#ownCode = { code, reason: reason ?? '' };
    this.#writeClose(closeBody(code, reason));
    this.#startCloseTimer();
  }

  #pass(wake: WakeUp): void {
    this.#heardMs = this.host.nowMs();
    this.#skipsPass = false;
    for (const { bytes } of wake.reads) {
      if (this.#state === 'over' || this.#skipsPass) break;
      if (bytes.length === 0 && this.#switches.emptyReadIsEof) this.#onEnd(wake.unread === true);
      else this.#onBytes(bytes);
    }
    this.#onEnds(wake);
    this.#dispatcher.endPass();
  }

  #onBytes(bytes: Buffer): void {
    if (this.#state === 'open') {
      for (const heard of this.#reader.read(bytes)) this.#hear(heard);
      return;
    }
    const { headInOneRead } = this.#switches;
    this.#head = headInOneRead === undefined ? Buffer.concat([this.#head, bytes]) : bytes;
    const response = readResponse(this.#head, this.#key, this.#switches);
    if (response.kind === 'incomplete' && headInOneRead !== 'refuses') return;
    if (response.kind !== 'accepted') {
      if (this.#switches.readsRefusal && response.kind === 'refused')
        this.#deliverFrames(this.#head.subarray(response.bytes));
      this.#fail(undefined);
      return;
    }
    this.#open();
    if (this.#switches.dropsBehindResponse) this.#skipsPass = true;
    else if (this.#head.length > response.bytes) this.#onBytes(this.#head.subarray(response.bytes));
  }

  /** A fault: what came is the body of a refusal. */
  #deliverFrames(body: Buffer): void {
    for (const heard of this.#reader.read(body)) if (heard.kind === 'message') this.#dispatcher.push(heard);
  }

  #open(): void {
    const { pingEveryMs, keepAliveMs, inventsMessage } = this.#switches;
    this.#state = 'open';
    if (this.#switches.defersOpen) this.#openLater();
    else this.#deliver({ kind: 'open' });
    if (inventsMessage) this.#deliver({ kind: 'message', type: 'text', payload: Buffer.from('{"type":"welcome"}') });
    if (pingEveryMs !== undefined) this.#keepPinging(pingEveryMs);
    if (keepAliveMs !== undefined) this.#keepAlive(keepAliveMs);
  }

  #openLater(): void {
    this.host.after(1, () => {
      if (this.#state === 'open') this.#deliver({ kind: 'open' });
    });
  }

  #hear(heard: Heard): void {
    if (this.#state === 'over') return;
    const isOver = this.#received !== undefined;
    switch (heard.kind) {
      case 'message':
        // RFC 6455 §1.4: what comes behind a Close is discarded; for WHATWG clients the state is no longer OPEN.
        if (isOver && this.#switches.deliversAfterClose !== true) return;
        if (this.#isCloseSent && this.#switches.dropsAfterOwnClose) return;
        this.#dispatcher.push(heard);
        return;
      case 'ping':
        // RFC 6455 §5.5.2: a Pong is owed unless a Close was received.
        if (!isOver && !this.#isCloseSent) this.#writer.frame(opcodes.pong, heard.payload);
        return;
      case 'pong':
        return;
      case 'close':
        if (!isOver || this.#switches.lastCloseCounts) this.#onClose(heard.payload);
        return;
      case 'illegal':
        if (!isOver) this.#fail(heard.code);
        return;
      default:
        throw new TypeError(`unknown frame ${String(heard satisfies never)}`);
    }
  }

  #onClose(payload: Buffer): void {
    const body = readCloseBody(payload, this.#switches);
    const isOdd = body.kind === 'illegal' || body.isReserved;
    if (isOdd && this.#switches.crashesOnOddClose) this.host.crash('SIGABRT');
    if (this.#wasBusy && this.#switches.crashesWhenOvertaken) this.host.crash('SIGABRT');
    this.#dispatcher.closing();
    if (body.kind === 'illegal') {
      this.#fail(body.code);
      return;
    }
    this.#received = body;
    // RFC 6455 §5.5.1: who receives a Close and has not sent one sends one; 1005 is never on the wire (§7.4.1).
    const echo = body.code === 1005 || body.isReserved ? closeBody() : closeBody(body.code);
    if (!this.#isCloseSent) this.#writeClose(echo);
    if (this.#switches.closeOvertakes) this.#deliver(closeEvent(this.#received, true, this.#switches));
    this.#startCloseTimer();
  }

  #startCloseTimer(): void {
    if (this.#switches.waitsForFin || this.#switches.missesEndBehindData) return;
    this.host.after(closeTimerMs, () => {
      if (this.#state !== 'over') this.#onEnd(false);
      this.#dispatcher.endPass();
    });
  }

  #onEnds(wake: WakeUp): void {
    if (this.#state === 'over') return;
    if (wake.reset && !wake.fin) {
      this.#onReset();
      return;
    }
    if (wake.closeNotify) this.#hasSeenCloseNotify = true;
    const isEnd = wake.fin || (wake.closeNotify && this.#switches.waitsForFin !== true);
    const isBare = !this.#hasSeenCloseNotify && this.#received === undefined;
    if (!isEnd || (isBare && this.#switches.ignoresBareFin)) return;
    const isTruncated = this.#isTls && !this.#hasSeenCloseNotify;
    if (isTruncated && this.#switches.truncationClearsQueue) this.#dispatcher.clear();
    if (isTruncated && this.#switches.truncationOverridesCode) this.#received = undefined;
    if (isTruncated && this.#switches.strictTls) this.#error('the peer closed TCP without close_notify');
    this.#onEnd(wake.unread === true);
  }

  /** The stream ended, or the client ends it. */
  #onEnd(isUnread: boolean): void {
    const partial = this.#switches.deliversPartial ? this.#reader.unfinished() : undefined;
    if (partial !== undefined) this.#dispatcher.push({ kind: 'message', ...partial });
    this.#dispatcher.closing();
    // A socket that is closed with bytes unread is reset by the kernel: RFC 9293 §3.6.1.
    if (isUnread) this.host.reset();
    else this.#writer.end();
    this.#report(this.#received !== undefined && this.#isCloseSent);
  }

  #onReset(): void {
    if (this.#switches.resetClearsQueue) this.#dispatcher.clear();
    if (this.#state === 'over') return;
    if (this.#switches.strictTls) this.#error('the connection was reset');
    this.#dispatcher.closing();
    this.#writer.abandon();
    this.#report(false);
  }

  /** RFC 6455 §7.1.7: fails the connection; a code is put on the wire where the opening handshake was done. */
  #fail(code: number | undefined): void {
    this.#error(code === undefined ? 'the opening handshake was refused' : `the connection was failed with ${code}`);
    if (code !== undefined && !this.#isCloseSent) this.#writeClose(closeBody(code));
    this.#received = undefined;
    this.#writer.end();
    this.#report(false);
  }

  #report(isClean: boolean): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    if (this.#switches.lossClearsQueue && this.#received === undefined) this.#dispatcher.clear();
    const { repeatsLast, closesTwice, closeOvertakes, abnormalIs, reconnects, resetsAtEnd } = this.#switches;
    const event = closeEvent(this.#ownCode ?? this.#received, isClean, this.#switches);
    if (repeatsLast && this.#lastMessage !== undefined) this.#dispatcher.push(this.#lastMessage);
    if (this.#received === undefined && abnormalIs !== undefined) this.#error('the connection was lost');
    if (this.#received === undefined && abnormalIs === 'error') this.#dispatcher.push({ kind: 'over' });
    else if (!closeOvertakes || this.#received === undefined) this.#dispatcher.push(event);
    if (closesTwice) this.#dispatcher.push(event);
    if (resetsAtEnd) this.host.reset();
    if (reconnects) this.host.reconnect();
  }

  #error(message: string): void {
    this.#dispatcher.push({ kind: 'error', message });
  }

  #deliver(event: ModelEvent): void {
    if (event.kind !== 'message') {
      this.host.emit(event);
      return;
    }
    const beforeMs = this.host.nowMs();
    this.#isInHandler = true;
    this.host.emit(event);
    this.#isInHandler = false;
    this.#wasBusy ||= this.host.nowMs() - beforeMs >= busyHandlerMs;
    this.#lastMessage = event;
    this.#delivered += 1;
    if (this.#delivered > 1) return;
    if (this.#switches.onAnswer === 'exit') this.host.exit();
    if (this.#switches.onAnswer === 'close') this.close(1000);
    if (this.#switches.endsAfterMs !== undefined) this.#endLater(this.#switches.endsAfterMs);
  }

  #endLater(ms: number): void {
    this.host.after(ms, () => {
      if (this.#state === 'open' && this.#received === undefined) this.#onEnd(false);
      this.#dispatcher.endPass();
    });
  }

  #keepPinging(everyMs: number): void {
    this.host.after(everyMs, () => {
      if (this.#state === 'over' || this.#isCloseSent) return;
      this.#writer.frame(opcodes.ping, Buffer.from('ping'));
      this.#writer.frame(opcodes.pong, Buffer.from('unsolicited'));
      this.#keepPinging(everyMs);
    });
  }

  #keepAlive(limitMs: number): void {
    this.host.after(limitMs / 2, () => {
      if (this.#state === 'over' || this.#isCloseSent) return;
      if (this.host.nowMs() - this.#heardMs >= limitMs) {
        this.#error('the keep-alive ran out');
        this.host.reset();
        this.#writer.abandon();
        this.#report(false);
        return;
      }
      this.#writer.frame(opcodes.ping, Buffer.from('alive?'));
      this.#keepAlive(limitMs);
    });
  }

  #writeClose(body: Buffer): void {
    this.#writer.frame(opcodes.close, body);
    this.#isCloseSent = true;
  }
}
