/**
 * The server side of a TLS handshake whose every byte passes through our hands, and which is ours alone after it.
 *
 * OpenSSL does the handshake over a duplex of ours. Two rules make the handover exact, whatever the timing:
 * - inwards, records are passed on one by one up to the client's Finished and none after it, so OpenSSL never sees
 *   application data, and each of its records is opened by us, once, from sequence number 0 (TLS 1.2: 1);
 * - outwards, after `secure`, a marker is written through OpenSSL. It is sealed behind everything that the handshake
 *   still had to say (the TLS 1.3 tickets; there may be 0, 1 or 2), and it is recognised and taken out before the wire.
 *   What went before it is on the wire, and its own sequence number is the first of ours. That it opens at all proves
 *   the keys.
 */
import { isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { Alert } from '../core/tls-alert';
import { type ClientHello, readClientHello } from '../core/tls-hello';
import { CIPHER_SUITES, type CipherSuite, type TlsVersion } from '../core/tls-keys';
import {
  CONTENT,
  MAX_PLAINTEXT_BYTES,
  type OpenedRecord,
  RecordOpener,
  RecordSealer,
  splitRecords,
  type WireRecord,
} from '../core/tls-record';
import { nowNs } from './clock';
import { loadLibc, socketDescriptor } from './libc';
import { TCP_STATE } from './tcp-info';
import { HandshakeKeys } from './tls-handshake-keys';

/** Why a handshake came to nothing. */
export type HandshakeFailure =
  | ({ readonly kind: 'alert' } & Alert)
  /** The client ended its direction. */
  | { readonly kind: 'fin' }
  | { readonly kind: 'rst' }
  /** OpenSSL refused what the client said; one line, at most 200 characters. */
  | { readonly kind: 'openssl'; readonly message: string }
  /** The socket was destroyed on our side, or failed in another way. */
  | { readonly kind: 'closed'; readonly message: string };

/** What {@link acceptSecure} rejects with. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError';
  constructor(
    readonly failure: HandshakeFailure,
    /** What the client said in its hello, where one came. */
    readonly hello: ClientHello | undefined,
  ) {
    super(`TLS handshake failed: ${JSON.stringify(failure)}`);
  }
}

/** A connection after its handshake: both directions are the caller's. */
export interface SecureChannel {
  readonly version: TlsVersion;
  readonly cipher: CipherSuite;
  readonly serverName: string | undefined;
  readonly alpn: 'http/1.1' | undefined;
  /** The most plaintext bytes that a record may carry: 2^14, or what the client negotiated. RFC 6066 §4. */
  readonly maxPlaintextBytes: number;
  /** Key log lines without line ends, in the order OpenSSL gave them. */
  readonly secrets: readonly string[];
  /** Stands at the next sequence number of our direction. */
  readonly sealer: RecordSealer;
  /** Opens the client's next bytes, all of them, in the order in which the socket gives them. */
  open(bytes: Uint8Array): OpenedRecord[];
  /** What the client had already sent behind its Finished. */
  readonly pendingRecords: readonly OpenedRecord[];
  /** The NewSessionTicket messages that OpenSSL sent under the application keys; none in TLS 1.2. */
  readonly sentTickets: readonly Buffer[];
}

/** What {@link acceptSecure} needs. */
export interface AcceptOptions {
  /** Accepted, `allowHalfOpen`, with no `data` listener yet. Neither ended nor destroyed here, whatever happens. */
  readonly socket: Socket;
  /** From {@link makeSecureContext}. */
  readonly secureContext: SecureContext;
  /** For a client that sends a name (RFC 6066 §3); default: the other one for all. */
  readonly namedContext?: SecureContext | undefined;
  /** Hears each handshake byte as it passes; bytes after the handover pass by the caller himself. */
  readonly onRaw?: (direction: 'in' | 'out', bytes: Buffer, atNs: number) => void;
}

/** Makes a context that offers one protocol version and the suites that the kit can seal, and nothing else. */
export function makeSecureContext(options: {
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly version: TlsVersion;
}): SecureContext {
  const suites = CIPHER_SUITES.filter(({ version }) => version === options.version);
  return createSecureContext({
    cert: options.certificatePem,
    key: options.keyPem,
    minVersion: options.version,
    maxVersion: options.version,
    ciphers: suites.map(({ opensslName }) => opensslName).join(':'),
  });
}

/**
 * Does the handshake of a server on an accepted socket.
 *
 * The socket is left paused with no listener of ours but one that swallows `error` (`close` tells it as well): add
 * `data` and `end` listeners, then `resume()`. All that was sent has been handed to the kernel.
 *
 * @throws {HandshakeError} the socket is then left open for the caller to end; an alert of ours may be on its way
 */
export function acceptSecure(options: AcceptOptions): Promise<SecureChannel> {
  return new Promise((resolve, reject) => {
    const handshake = new Handshake(options, { resolve, reject });
    handshake.begin();
  });
}

/** What is written through OpenSSL to find the end of its own output. */
const MARKER = Buffer.from('lastword: end of the handshake');
const MAX_MESSAGE_CHARACTERS = 200;

interface Settle {
  readonly resolve: (channel: SecureChannel) => void;
  readonly reject: (error: HandshakeError) => void;
}

class Handshake {
  readonly #keys = new HandshakeKeys();
  readonly #duplex: Duplex;
  #detach: () => void = () => undefined;
  #tls: TLSSocket | undefined;
  #hello: ClientHello | undefined;
  /** Client bytes not passed on: an unfinished hello or record, and after Finished everything. */
  #inward: Buffer = Buffer.alloc(0);
  #outward: Buffer = Buffer.alloc(0);
  #mode: 'hello' | 'records' | 'not-tls' | 'hold' | 'done' = 'hello';
  #unflushed = 0;
  #isMarked = false;
  #alert: Alert | undefined;

  constructor(
    private readonly options: AcceptOptions,
    private readonly settle: Settle,
  ) {
    this.#duplex = new Duplex({
      read: () => undefined,
      write: (bytes: Buffer, _encoding, done) => {
        this.#onOutward(bytes);
        // At once: a pending write would let OpenSSL's next output wait for it.
        done();
      },
    });
  }

  begin(): void {
    const { socket } = this.options;
    const onData = (bytes: Buffer): void => this.#onInward(bytes);
    const onEnd = (): void => this.#fail({ kind: this.#isReset ? 'rst' : 'fin' });
    const onError = (error: NodeJS.ErrnoException): void => this.#fail(failureOf(error));
    const onClose = (): void => this.#fail({ kind: 'closed', message: 'the socket was destroyed' });
    socket.on('error', () => undefined);
    socket.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
    this.#detach = () => socket.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
    if (socket.destroyed) this.#fail({ kind: 'closed', message: 'the socket was destroyed' });
  }

  /** A reset right behind data looks like a clean end from here: only the kernel knows. */
  get #isReset(): boolean {
    const fd = socketDescriptor(this.options.socket);
    return fd !== undefined && loadLibc()?.tcpInfo(fd)?.state === TCP_STATE.close;
  }

  #onInward(bytes: Buffer): void {
    this.options.onRaw?.('in', bytes, nowNs());
    this.#inward = this.#inward.length === 0 ? bytes : Buffer.concat([this.#inward, bytes]);
    if (this.#mode === 'hello') this.#readHello();
    if (this.#mode === 'not-tls') this.#passOn(this.#inward, 0);
    if (this.#mode === 'records') this.#passRecords();
  }

  /** The protocols to choose from must be known before OpenSSL starts: with no overlap it would send a fatal alert. */
  #readHello(): void {
    const read = readClientHello(this.#inward);
    if (read.kind === 'incomplete') return;
    this.#hello = read.kind === 'hello' ? read.hello : undefined;
    this.#mode = read.kind === 'hello' ? 'records' : 'not-tls';
    this.#tls = this.#startTls();
  }

  #startTls(): TLSSocket {
    const tls = new TLSSocket(this.#duplex, {
      isServer: true,
      secureContext: this.#contextFor(this.#hello?.serverName),
      ...(this.#alpn === undefined ? {} : { ALPNProtocols: [this.#alpn] }),
    });
    const onError = (error: Error): void => this.#fail(opensslFailure(error));
    tls.on('keylog', (line: Buffer) => this.#keys.learnLine(line.toString('latin1').trimEnd()));
    tls.on('_tlsError', onError);
    tls.on('error', onError);
    tls.on('close', () => this.#fail({ kind: 'openssl', message: 'closed without a reason' }));
    // Not at once: `secure` comes from within OpenSSL, before it has sealed its tickets.
    tls.once('secure', () => setImmediate(() => this.#mark(tls)));
    return tls;
  }

  /** RFC 6066 §3: an address is no server name; who sends one all the same gets what others get who dial an address. */
  #contextFor(name: string | undefined): SecureContext {
    const { secureContext, namedContext } = this.options;
    return name === undefined || isIP(name) !== 0 ? secureContext : (namedContext ?? secureContext);
  }

  #mark(tls: TLSSocket): void {
    if (this.#mode === 'hold') tls.write(MARKER);
    else this.#fail({ kind: 'closed', message: 'OpenSSL ended the handshake before a Finished was seen' });
  }

  get #alpn(): 'http/1.1' | undefined {
    return this.#hello?.alpn.includes('http/1.1') ? 'http/1.1' : undefined;
  }

  #passRecords(): void {
    const { records } = splitRecords(this.#inward);
    let passedBytes = 0;
    for (const record of records) {
      passedBytes += record.bytes.length;
      const meaning = this.#keys.readClientRecord(record);
      if (meaning.kind === 'alert') this.#alert = meaning.alert;
      if (meaning.kind === 'finished') {
        this.#mode = 'hold';
        // What comes now is not OpenSSL's; unread, it cannot get between us and the caller.
        this.options.socket.pause();
        break;
      }
    }
    if (passedBytes > 0) this.#passOn(this.#inward.subarray(0, passedBytes), passedBytes);
  }

  #passOn(bytes: Buffer, upTo: number): void {
    this.#inward = this.#inward.subarray(upTo === 0 ? bytes.length : upTo);
    this.#duplex.push(bytes);
  }

  #onOutward(bytes: Buffer): void {
    if (this.#mode === 'done') return;
    const { records, rest } = splitRecords(Buffer.concat([this.#outward, bytes]));
    this.#outward = Buffer.from(rest);
    const wire: Buffer[] = [];
    for (const record of records) {
      if (this.#isMarked) break;
      if (this.#isMarker(record)) this.#isMarked = true;
      else wire.push(record.bytes);
    }
    if (wire.length > 0) this.#send(Buffer.concat(wire));
    this.#finishIfFlushed();
  }

  #isMarker(record: WireRecord): boolean {
    const opened = this.#keys.readServerRecord(record);
    return opened?.contentType === CONTENT.applicationData && opened.plaintext.equals(MARKER);
  }

  #send(bytes: Buffer): void {
    this.options.onRaw?.('out', bytes, nowNs());
    this.#unflushed += 1;
    this.options.socket.write(bytes, (error) => {
      this.#unflushed -= 1;
      if (error === null || error === undefined) this.#finishIfFlushed();
      else this.#fail(failureOf(error));
    });
  }

  #finishIfFlushed(): void {
    if (!this.#isMarked || this.#unflushed > 0) return;
    // Not at once: the marker comes from within OpenSSL, whose state must not be freed under its feet.
    process.nextTick(() => this.#finish());
  }

  #finish(): void {
    if (this.#mode === 'done') return;
    const keys = this.#keys.applicationKeys();
    const isTls13 = keys.suite.version === 'TLSv1.3';
    const opener = new RecordOpener(keys.client, isTls13 ? 0 : 1);
    // The marker took the next number and never went out.
    const sealer = new RecordSealer(keys.server, this.#keys.serverSequence - 1);
    const held = this.#inward;
    this.#release();
    this.settle.resolve({
      version: keys.suite.version,
      cipher: keys.suite,
      serverName: this.#hello?.serverName,
      alpn: this.#alpn,
      maxPlaintextBytes: this.#hello?.maxFragmentBytes ?? MAX_PLAINTEXT_BYTES,
      secrets: this.#keys.lines,
      sealer,
      open: (bytes) => opener.push(bytes),
      pendingRecords: opener.push(held),
      sentTickets: this.#keys.sentTickets,
    });
  }

  #fail(failure: HandshakeFailure): void {
    if (this.#mode === 'done') return;
    // An alert is what the client said; the end of the connection is only what followed.
    const told: HandshakeFailure = this.#alert === undefined ? failure : { kind: 'alert', ...this.#alert };
    this.options.socket.pause();
    this.#release();
    this.settle.reject(new HandshakeError(told, this.#hello));
  }

  /** Takes our hands off the socket, and frees OpenSSL's state without its touching the socket. */
  #release(): void {
    this.#mode = 'done';
    this.#inward = Buffer.alloc(0);
    this.#detach();
    this.#duplex.on('error', () => undefined);
    this.#tls?.destroy();
    this.#duplex.destroy();
  }
}

function failureOf(error: NodeJS.ErrnoException): HandshakeFailure {
  const { code } = error;
  if (code === 'ECONNRESET' || code === 'EPIPE') return { kind: 'rst' };
  return { kind: 'closed', message: bounded(code ?? error.message) };
}

function opensslFailure(error: Error): HandshakeFailure {
  return { kind: 'openssl', message: bounded('reason' in error ? String(error.reason) : error.message) };
}

function bounded(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, MAX_MESSAGE_CHARACTERS);
}
