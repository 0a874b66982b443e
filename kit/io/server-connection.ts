/** A recording client's way to a server: the TCP connection, the TLS handshake, the upgrade; every failure in words. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { acceptKey, maxHeadBytes } from '../core/handshake';
import { KitError } from '../core/kit-error';
import { showText } from '../core/timeline-text';
import type { TlsVersion } from '../core/tls-keys';
import { CONTENT, type OpenedRecord } from '../core/tls-record';
import { connectSecure, type ClientChannel } from './tls-client-tap';

/** Where to connect, and as whom. */
export interface ServerAddress {
  /** `ws:` or `wss:`. */
  readonly url: URL;
  /** PEM of the CAs to trust; the system's where it is absent. */
  readonly ca?: string | undefined;
  /** Absent: whichever of both the server prefers. */
  readonly tls?: TlsVersion | undefined;
  /** Header fields of the request beside those of the upgrade, `Name: value`. */
  readonly headers: readonly string[];
}

/** A connection behind its 101; the socket is paused, and has no listener but one that swallows `error`. */
export interface ServerConnection {
  readonly socket: Socket;
  readonly channel: ClientChannel | undefined;
  /** What came in one read with the 101: bytes of the WebSocket layer, and whole records behind them. */
  readonly early: { readonly bytes: Buffer; readonly records: readonly OpenedRecord[] };
}

/** Reads a URL. @throws {KitError} `URL` */
export function parseServerUrl(word: string): URL {
  const shown = showText(word, 200);
  if (!URL.canParse(word)) {
    throw new KitError('URL', `\`${shown}\` is no URL: expected something like wss://localhost:8443/signaling`);
  }
  const url = new URL(word);
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw new KitError('URL', `\`${shown}\`: expected a URL that begins with wss: or ws:, not with ${url.protocol}`);
  }
  if (url.hash !== '') throw new KitError('URL', `\`${shown}\`: leave out the fragment (#…); RFC 6455 §3 has none`);
  return url;
}

/**
 * Connects and upgrades.
 *
 * @param timeoutMs for the connection, for the TLS handshake and for the reply, each
 * @throws {KitError} `CONNECT`, `CERTIFICATE`, `TLS`, `UPGRADE`, each with what to do
 */
export async function connectToServer(address: ServerAddress, timeoutMs: number): Promise<ServerConnection> {
  const { url, ca, tls } = address;
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  const port = url.port === '' ? (url.protocol === 'wss:' ? 443 : 80) : Number(url.port);
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  const fail = (why: string): KitError => new KitError('CONNECT', `${url.host}: ${why}`);
  try {
    await within(timeoutMs, opened(socket, fail), () => fail(`no connection within ${timeoutMs / 1000} s`));
    const late = (): KitError => fail(`no TLS handshake within ${timeoutMs / 1000} s: is it a port for wss:?`);
    const channel =
      url.protocol === 'ws:'
        ? undefined
        : await within(timeoutMs, connectSecure({ socket, host, ca, version: tls }), late).catch((error: unknown) => {
            throw tlsFailure(error, url);
          });
    const silent = (): KitError => fail(`no reply to the opening handshake within ${timeoutMs / 1000} s`);
    return await within(timeoutMs, new Upgrade(socket, channel, address).run(), silent);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function opened(socket: Socket, fail: (why: string) => KitError): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const said: Readonly<Record<string, string>> = {
        ECONNREFUSED: 'the connection was refused: nothing listens there',
        ENOTFOUND: 'there is no host of this name',
        EAI_AGAIN: 'the name could not be looked up',
        EHOSTUNREACH: 'the host cannot be reached',
        ENETUNREACH: 'the network cannot be reached',
      };
      reject(fail(said[error.code ?? ''] ?? `the connection failed: ${showText(error.message, 200)}`));
    });
  });
}

const untrusted: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** What node:tls says of a handshake, for people. */
function tlsFailure(error: unknown, url: URL): KitError {
  if (error instanceof KitError) return error;
  const field = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const code = text(field('code'));
  const message = showText(text(field('message')), 200);
  if (untrusted.has(code)) {
    const what = 'name the CA (or the certificate itself, where it signed itself) by `--ca FILE`';
    return new KitError('CERTIFICATE', `${url.host}: the certificate is not trusted (${message}): ${what}`);
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new KitError('CERTIFICATE', `${url.host}: the certificate is for other names: ${message}`);
  }
  if (code.startsWith('CERT_')) {
    return new KitError('CERTIFICATE', `${url.host}: the certificate cannot be used: ${message}`);
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return new KitError('TLS', `${url.host} does not speak TLS: is it a port for ws:?`);
  }
  return new KitError('TLS', `${url.host}: the TLS handshake failed: ${message}`);
}

/** The opening handshake, RFC 6455 §4.1. */
class Upgrade {
  readonly #key = randomBytes(16).toString('base64');
  #head: Buffer = Buffer.alloc(0);

  constructor(
    private readonly socket: Socket,
    private readonly channel: ClientChannel | undefined,
    private readonly address: ServerAddress,
  ) {}

  run(): Promise<ServerConnection> {
    const { socket, channel } = this;
    const request = this.#request();
    return new Promise((resolve, reject) => {
      const settle = (action: () => void): void => {
        socket.pause();
        socket.off('data', onData).off('end', onEnd);
        action();
      };
      const take = (records: readonly OpenedRecord[], bytes?: Buffer): void => {
        try {
          const done = this.#read(records, bytes);
          if (done !== undefined) settle(() => resolve({ socket, channel, early: done }));
        } catch (error) {
          settle(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      };
      const onData = (bytes: Buffer): void => (channel === undefined ? take([], bytes) : take(channel.open(bytes)));
      const onEnd = (): void => settle(() => reject(this.#fail('the server hung up before it replied')));
      socket.on('data', onData).on('end', onEnd);
      socket.once('error', onEnd);
      socket.write(channel === undefined ? request : channel.sealer.seal(CONTENT.applicationData, request));
      take(channel?.pendingRecords ?? []);
      socket.resume();
    });
  }

  #request(): Buffer {
    const { url, headers } = this.address;
    const lines = [
      `GET ${url.pathname}${url.search} HTTP/1.1`,
      `Host: ${url.host}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${this.#key}`,
      'Sec-WebSocket-Version: 13',
      ...headers,
    ];
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8');
  }

  /** Undefined while the head is incomplete. */
  #read(records: readonly OpenedRecord[], plain?: Buffer): ServerConnection['early'] | undefined {
    if (plain !== undefined) return this.#readHead(plain, []);
    for (const [at, record] of records.entries()) {
      if (record.kind === 'bad-record') throw this.#fail('a TLS record could not be opened');
      if (record.contentType === CONTENT.alert) throw this.#fail('the server sent a TLS alert instead of a reply');
      if (record.contentType !== CONTENT.applicationData) continue;
      const early = this.#readHead(record.plaintext, records.slice(at + 1));
      if (early !== undefined) return early;
    }
    return undefined;
  }

  #readHead(bytes: Buffer, behind: readonly OpenedRecord[]): ServerConnection['early'] | undefined {
    this.#head = Buffer.concat([this.#head, bytes]);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0 && this.#head.length <= maxHeadBytes) return undefined;
    const [statusLine = '', ...fields] = this.#head.toString('latin1', 0, end < 0 ? maxHeadBytes : end).split('\r\n');
    const status = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(statusLine);
    if (status === null || end < 0) throw this.#fail(`no HTTP reply came: ${showText(statusLine, 200)}`);
    if (status[1] !== '101') throw this.#fail(`it answered ${status[1]} ${showText(status[2] ?? '', 200)}`.trimEnd());
    const accept = fields.find((field) => /^sec-websocket-accept:/i.test(field))?.replace(/^[^:]*:/, '');
    // RFC 6455 §4.1: a client fails the connection over any other value.
    if (accept?.trim() !== acceptKey(this.#key)) throw this.#fail('its 101 has a wrong `Sec-WebSocket-Accept`');
    return { bytes: this.#head.subarray(end + 4), records: behind };
  }

  #fail(why: string): KitError {
    const { url } = this.address;
    return new KitError(
      'UPGRADE',
      `${url.host}${showText(url.pathname, 200)} let no WebSocket be opened: ${why}. ` +
        'Look at the path; what the server asks for besides goes into `--header "Name: value"`',
    );
  }
}

function within<Value>(timeoutMs: number, work: Promise<Value>, late: () => Error): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), timeoutMs);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
