/** Records what a server puts on the wire: one connection, one offer, and a client that behaves as its mode says. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { buildFrame, closeBody, opcodes } from '../core/frame';
import { alert } from '../core/tls-alert';
import { CONTENT, type OpenedRecord } from '../core/tls-record';
import { ServerStream, type ServerSaid } from '../core/server-stream';
import {
  isTcpEnd,
  recordingPatience as patience,
  type RecordingMode,
  type ServerEvent,
  type ServerRecord,
  type ServerRecording,
} from '../core/server-recording';
import { nowNs } from './clock';
import { ERRNO, loadLibc, socketDescriptor } from './libc';
import { connectToServer, type ServerAddress, type ServerConnection } from './server-connection';
import { stopReading } from './stop-reading';
import { readEnding, TCP_STATE, type TcpInfo } from './tcp-info';

export interface RecordOptions extends ServerAddress {
  readonly mode: RecordingMode;
  /** The text that is sent behind the 101. */
  readonly offer: string;
  /** What a busy client writes on; made from its number. */
  readonly chatter: (index: number) => string;
  readonly signal?: AbortSignal | undefined;
}

/** Most messages of a busy client, and most events kept. */
const mostChatter = 400;
const mostEvents = 5000;

/**
 * Connects, sends the offer, and listens until the server has hung up, or the client has when the server does not.
 *
 * @throws {KitError} no WebSocket could be opened
 */
export async function recordServer(options: RecordOptions): Promise<ServerRecording> {
  const connection = await connectToServer(options, patience.connectMs);
  return new Recorder(connection, options).run();
}

class Recorder {
  readonly #events: ServerEvent[] = [];
  readonly #records: ServerRecord[] = [];
  readonly #stream = new ServerStream();
  readonly #socket: Socket;
  readonly #done: Promise<void>;
  #resolve: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #chatter: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #chatted = 0;
  #endedByClient = false;
  #hasSentClose = false;
  #hasSentFin = false;
  #hasSentNotify = false;
  #isOver = false;

  constructor(
    private readonly connection: ServerConnection,
    private readonly options: RecordOptions,
  ) {
    this.#socket = connection.socket;
    this.#done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  async run(): Promise<ServerRecording> {
    const { mode, offer, signal } = this.options;
    const { channel, early } = this.connection;
    const onAbort = (): void => this.#finish();
    signal?.addEventListener('abort', onAbort);
    this.#socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    this.#socket.on('end', () => this.#onEnd());
    this.#socket.on('error', () => this.#onReset());
    this.#socket.on('close', () => this.#finish());
    if (early.bytes.length > 0) this.#react(this.#hear(this.#stream.readBytes(early.bytes), -1));
    this.#readRecords(early.records, nowNs());
    const readAgain = mode === 'slow' ? stopReading(this.#socket) : undefined;
    this.#say(buildMasked(opcodes.text, Buffer.from(offer)), 'offer');
    if (readAgain !== undefined) await this.#waitUnread();
    readAgain?.();
    this.#socket.resume();
    if (mode === 'busy') this.#chat();
    this.#await(patience.answerMs, () => this.#close());
    // A server that never falls silent is not listened to for ever.
    const enough = setTimeout(() => this.#close(), patience.talkMs);
    const tooMuch = setTimeout(() => this.#finish(), patience.talkMs + patience.endMs);
    await this.#done;
    clearTimeout(enough);
    clearTimeout(tooMuch);
    signal?.removeEventListener('abort', onAbort);
    return {
      mode,
      ...(channel === undefined ? {} : { tls: { version: channel.version, cipher: channel.cipher.name } }),
      events: this.#events,
      records: this.#records,
      endedByClient: this.#endedByClient,
    };
  }

  /** Leaves everything in the kernel for a while, and says what then lies there. */
  async #waitUnread(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, patience.unreadMs));
    const fd = socketDescriptor(this.#socket);
    const info = fd === undefined ? undefined : loadLibc()?.tcpInfo(fd);
    if (info?.bytesReceived === undefined) return;
    const hasFin = info.state === TCP_STATE.closeWait;
    const bytes = info.bytesReceived - this.#socket.bytesRead - (hasFin ? 1 : 0);
    this.#note({ atNs: nowNs(), kind: 'unread', bytes: Math.max(0, bytes), hasFin });
  }

  #onData(bytes: Buffer): void {
    const atNs = nowNs();
    const { channel } = this.connection;
    if (channel !== undefined) {
      this.#readRecords(channel.open(bytes), atNs);
      return;
    }
    this.#records.push({ atNs, contentType: 0, plainBytes: bytes.length, wireBytes: bytes.length });
    this.#react(this.#hear(this.#stream.readBytes(bytes), this.#records.length - 1, atNs));
  }

  /** All of a read is noted before anything is done about it: what the client says came behind it. */
  #readRecords(records: readonly OpenedRecord[], atNs: number): void {
    const said = records.flatMap((record) => {
      const plainBytes = record.kind === 'record' ? record.plaintext.length : 0;
      this.#records.push({ atNs, contentType: record.contentType, plainBytes, wireBytes: record.wireBytes });
      return this.#hear(this.#stream.readRecord(record), this.#records.length - 1, atNs);
    });
    this.#react(said);
  }

  #hear(said: readonly ServerSaid[], record: number, atNs = nowNs()): readonly ServerSaid[] {
    for (const each of said) this.#note({ atNs, record, ...(each.kind === 'ping' ? { kind: 'ping' } : each) });
    return said;
  }

  #react(said: readonly ServerSaid[]): void {
    for (const each of said) {
      // RFC 6455 §5.5.2: a Pong is owed unless a Close came.
      if (each.kind === 'ping') this.#say(buildMasked(opcodes.pong, each.payload), 'pong');
      else if (each.kind === 'close') this.#onClose(each.code);
      else if (each.kind === 'close-notify') this.#answerCloseNotify();
      else if (each.kind === 'message' && !this.#hasSentClose) this.#await(patience.idleMs, () => this.#close());
    }
  }

  #onClose(code: number): void {
    if (this.#hasSentClose) return;
    const echo = (): void => {
      this.#sendClose(code === 1005 ? undefined : code);
      this.#await(patience.endMs, () => this.#finish());
    };
    if (this.options.mode === 'prompt' || this.options.mode === 'slow') echo();
    else this.#await(patience.echoMs, echo);
  }

  /** RFC 5246 §7.2.1 has it answered, and some servers wait for that; a client that does not echo is silent here too. */
  #answerCloseNotify(): void {
    const isPrompt = this.options.mode === 'prompt' || this.options.mode === 'slow';
    if (isPrompt || this.#hasSentClose) this.#sendCloseNotify();
  }

  #sendCloseNotify(): void {
    if (this.connection.channel === undefined || this.#hasSentNotify) return;
    this.#say(alert('warning', 'close_notify'), 'close-notify');
    this.#hasSentNotify = true;
  }

  /** The server has not hung up within our patience: we do, and see how it ends then. */
  #close(): void {
    clearTimeout(this.#chatter);
    this.#endedByClient = true;
    this.#sendClose(1000);
    this.#await(patience.endMs, () => this.#finish());
  }

  #sendClose(code: number | undefined): void {
    if (this.#hasSentClose) return;
    this.#say(buildMasked(opcodes.close, closeBody(code)), 'close');
    this.#hasSentClose = true;
    if (this.#events.some(({ kind }) => kind === 'close-notify')) this.#sendCloseNotify();
  }

  /** What a client sends that trickles: it stops for nothing but the end of the connection. */
  #chat(): void {
    if (this.#isOver || this.#chatted >= mostChatter || this.#hasSentClose) return;
    // RFC 6455 §1.4: behind a Close received a client sends no more, but what crosses it is on its way already.
    this.#say(buildMasked(opcodes.text, Buffer.from(this.options.chatter(this.#chatted))), 'message');
    this.#chatted += 1;
    this.#chatter = setTimeout(() => this.#chat(), patience.busyMs);
  }

  #say(bytes: Buffer, what: (ServerEvent & { readonly kind: 'sent' })['what']): void {
    const { channel } = this.connection;
    if (this.#isOver || this.#hasSentFin || this.#socket.destroyed) return;
    const type = what === 'close-notify' ? CONTENT.alert : CONTENT.applicationData;
    this.#write(channel === undefined ? bytes : channel.sealer.seal(type, bytes));
    this.#note({ atNs: nowNs(), kind: 'sent', what });
  }

  /**
   * Past Node where that is possible: a write that meets a reset has Node destroy the socket at once, and with it an answer
   * that lies in the kernel still. That would be the very fault of which this kit accuses clients.
   */
  #write(bytes: Buffer): void {
    const [fd, libc] = [socketDescriptor(this.#socket), loadLibc()];
    const isFree = this.#socket.writableLength === 0;
    const sent = isFree && fd !== undefined && libc !== undefined ? libc.send(fd, bytes) : 0;
    // What else is wrong with the connection, reading tells.
    if (sent < 0 && sent !== -ERRNO.EAGAIN) return;
    if (sent < bytes.length) this.#socket.write(bytes.subarray(Math.max(0, sent)));
  }

  #onEnd(): void {
    const info = this.#tcpInfo();
    const atNs = nowNs();
    if (info?.bytesReceived === undefined) {
      this.#note({ atNs, kind: 'end' });
    } else {
      const seen = { bytesRead: this.#socket.bytesRead, hasSentFin: this.#hasSentFin };
      const { hasFin, hasReset } = readEnding(info, seen);
      if (hasFin) this.#note({ atNs, kind: 'fin' });
      if (hasReset) {
        this.#onReset();
        return;
      }
    }
    if (this.options.mode !== 'busy') this.#sendFin();
    this.#watchReset();
    this.#await(patience.lingerMs, () => this.#finish());
  }

  /** libuv tells of a reset only who reads or writes; the kernel tells at once. */
  #watchReset(): void {
    const info = this.#tcpInfo();
    if (info?.state === TCP_STATE.close && !this.#hasSentFin) this.#onReset();
    else if (!this.#isOver) this.#poll = setTimeout(() => this.#watchReset(), 2);
  }

  #sendFin(): void {
    // RFC 8446 §6.1: close_notify goes before the FIN of this side.
    this.#sendCloseNotify();
    if (this.#hasSentFin || this.#socket.destroyed) return;
    this.#socket.end();
    this.#hasSentFin = true;
    this.#note({ atNs: nowNs(), kind: 'sent', what: 'fin' });
  }

  #onReset(): void {
    if (!this.#events.some((event) => event.kind === 'reset')) this.#note({ atNs: nowNs(), kind: 'reset' });
    this.#finish();
  }

  #tcpInfo(): TcpInfo | undefined {
    const fd = socketDescriptor(this.#socket);
    return fd === undefined ? undefined : loadLibc()?.tcpInfo(fd);
  }

  #note(event: ServerEvent): void {
    if (!this.#isOver && (this.#events.length < mostEvents || isTcpEnd(event))) this.#events.push(event);
  }

  #await(ms: number, late: () => void): void {
    clearTimeout(this.#timer);
    if (!this.#isOver) this.#timer = setTimeout(late, ms);
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#chatter);
    clearTimeout(this.#poll);
    this.#socket.destroy();
    this.#resolve();
  }
}

/** RFC 6455 §5.3: every frame of a client is masked, with a key of its own. */
function buildMasked(opcode: number, payload: Uint8Array): Buffer {
  return buildFrame({ opcode, payload, maskingKey: randomBytes(4) });
}
