/**
 * The client side of a TLS handshake whose every byte passes through our hands, and which is ours alone after it: the
 * counterpart of `tls-tap.ts`, for recording what a server puts on the wire.
 *
 * OpenSSL does the handshake, and verifies the certificate, over a duplex of ours. Then a marker is written through it:
 * the record that opens to the marker under the client's application keys is the first that would not belong to the
 * handshake. It is taken out, and from its place on both directions are ours. Records that the server sent under its
 * application keys before that (tickets) are opened once more, so that the sequence numbers are those of the wire.
 */
import { isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { parseAlert } from '../core/tls-alert';
import { readServerHello, type ServerHello } from '../core/tls-hello';
import {
  CLIENT_CIPHER_SUITES,
  deriveTls12Keys,
  deriveTls13Keys,
  findCipherSuite,
  parseKeylogLine,
  type CipherSuite,
  type KeylogLine,
  type TlsVersion,
  type TrafficKeys,
} from '../core/tls-keys';
import { CONTENT, RecordOpener, RecordSealer, splitRecords, tryOpen, type OpenedRecord } from '../core/tls-record';

/** A connection after its handshake: both directions are the caller's. */
export interface ClientChannel {
  readonly version: TlsVersion;
  readonly cipher: CipherSuite;
  readonly sealer: RecordSealer;
  /** Opens the server's next bytes, all of them, in the order in which the socket gives them. */
  open(bytes: Uint8Array): OpenedRecord[];
  /** What the server had already sent behind its Finished. */
  readonly pendingRecords: readonly OpenedRecord[];
}

/** What {@link connectSecure} needs. */
export interface SecureOptions {
  /** Connected, with no `data` listener yet. */
  readonly socket: Socket;
  /** The name or address that the certificate has to be for. */
  readonly host: string;
  /** PEM; the system's where it is absent. */
  readonly ca?: string | undefined;
  /** Absent: whichever of both the server prefers. */
  readonly version?: TlsVersion | undefined;
}

interface ApplicationKeys {
  readonly suite: CipherSuite;
  readonly client: TrafficKeys;
  readonly server: TrafficKeys;
}

const MARKER = Buffer.from('lastword: end of the handshake');

/**
 * Does the handshake of a client. The socket is left paused with no listener of ours but one that swallows `error`.
 *
 * @throws {Error} of node:tls, with its `code`: the certificate is not trusted, or the server refuses
 */
export function connectSecure(options: SecureOptions): Promise<ClientChannel> {
  return new Promise((resolve, reject) => new ClientHandshake(options, { resolve, reject }).begin());
}

class ClientHandshake {
  readonly #secrets = new Map<string, KeylogLine>();
  readonly #duplex: Duplex;
  #tls: TLSSocket | undefined;
  #hello: ServerHello | undefined;
  #keys: ApplicationKeys | undefined;
  /** All that the server said, to find the first record under its application keys in. */
  #inward: Buffer = Buffer.alloc(0);
  #outward: Buffer = Buffer.alloc(0);
  #isDone = false;
  #detach: () => void = () => undefined;

  constructor(
    private readonly options: SecureOptions,
    private readonly settle: { resolve(channel: ClientChannel): void; reject(error: Error): void },
  ) {
    this.#duplex = new Duplex({
      read: () => undefined,
      write: (bytes: Buffer, _encoding, done) => {
        this.#onOutward(bytes);
        done();
      },
    });
  }

  begin(): void {
    const { socket, host, ca, version } = this.options;
    const onData = (bytes: Buffer): void => this.#onInward(bytes);
    const onEnd = (): void => this.#fail(new Error(this.#alert() ?? 'the server closed during the TLS handshake'));
    const onError = (error: Error): void => this.#fail(error);
    socket.on('error', () => undefined);
    socket.on('data', onData).on('end', onEnd).on('error', onError);
    this.#detach = () => socket.off('data', onData).off('end', onEnd).off('error', onError);
    const tls = connect({
      socket: this.#duplex,
      host,
      // RFC 6066 §3: an address is no server name.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
      ALPNProtocols: ['http/1.1'],
      minVersion: version ?? 'TLSv1.2',
      maxVersion: version ?? 'TLSv1.3',
      ciphers: CLIENT_CIPHER_SUITES.map(({ opensslName }) => opensslName).join(':'),
    });
    this.#tls = tls;
    tls.on('keylog', (line: Buffer) => {
      const parsed = parseKeylogLine(line.toString('latin1').trimEnd());
      if (parsed !== undefined) this.#secrets.set(parsed.label, parsed);
    });
    tls.once('secureConnect', () => setImmediate(() => this.#isDone || tls.write(MARKER)));
    tls.on('error', (error: Error) => this.#fail(error));
    tls.on('close', () => this.#fail(new Error('the TLS handshake ended without a reason')));
  }

  #onInward(bytes: Buffer): void {
    this.#inward = this.#inward.length === 0 ? bytes : Buffer.concat([this.#inward, bytes]);
    if (this.#hello === undefined) {
      const { records } = splitRecords(this.#inward);
      for (const record of records) {
        if (record.contentType === CONTENT.handshake) this.#hello ??= readServerHello(record.payload);
      }
    }
    this.#duplex.push(bytes);
  }

  #onOutward(bytes: Buffer): void {
    if (this.#isDone) return;
    const { records, rest } = splitRecords(Buffer.concat([this.#outward, bytes]));
    this.#outward = Buffer.from(rest);
    const wire: Buffer[] = [];
    let isMarked = false;
    for (const record of records) {
      if (this.#isMarker(record)) isMarked = true;
      if (!isMarked) wire.push(record.bytes);
    }
    if (wire.length > 0) this.options.socket.write(Buffer.concat(wire));
    // Not at once: the marker comes from within OpenSSL, whose state must not be freed under its feet.
    if (isMarked) process.nextTick(() => this.#finish());
  }

  #isMarker(record: Parameters<typeof tryOpen>[2]): boolean {
    if (record.contentType !== CONTENT.applicationData) return false;
    const keys = this.#applicationKeys();
    if (keys === undefined) return false;
    // TLS 1.2: the Finished took number 0.
    const opened = tryOpen(keys.client, keys.suite.version === 'TLSv1.3' ? 0 : 1, record);
    return opened?.plaintext.equals(MARKER) === true;
  }

  #applicationKeys(): ApplicationKeys | undefined {
    const hello = this.#hello;
    const suite = hello && findCipherSuite(hello.suiteId);
    if (hello === undefined || suite === undefined) return undefined;
    if (this.#keys !== undefined) return this.#keys;
    const [client, server] = [
      this.#secrets.get('CLIENT_TRAFFIC_SECRET_0'),
      this.#secrets.get('SERVER_TRAFFIC_SECRET_0'),
    ];
    const master = this.#secrets.get('CLIENT_RANDOM');
    if (hello.version === 'TLSv1.3' && client !== undefined && server !== undefined) {
      this.#keys = {
        suite,
        client: deriveTls13Keys(suite, client.secret),
        server: deriveTls13Keys(suite, server.secret),
      };
    } else if (hello.version === 'TLSv1.2' && master !== undefined) {
      const { secret, clientRandom } = master;
      const from = { masterSecret: secret, clientRandom, serverRandom: hello.random };
      this.#keys = { suite, ...deriveTls12Keys(suite, from) };
    }
    return this.#keys;
  }

  #finish(): void {
    const keys = this.#applicationKeys();
    if (this.#isDone || keys === undefined) return;
    this.options.socket.pause();
    const isTls13 = keys.suite.version === 'TLSv1.3';
    const opener = new RecordOpener(keys.server, isTls13 ? 0 : 1);
    const behind = this.#inward.subarray(handshakeBytes(this.#inward, keys.server));
    this.#release();
    this.settle.resolve({
      version: keys.suite.version,
      cipher: keys.suite,
      sealer: new RecordSealer(keys.client, isTls13 ? 0 : 1),
      open: (bytes) => opener.push(bytes),
      pendingRecords: opener.push(behind),
    });
  }

  /** The alert in clear that the server refused the handshake with. */
  #alert(): string | undefined {
    const record = splitRecords(this.#inward).records.findLast((each) => each.contentType === CONTENT.alert);
    const alert = record === undefined ? undefined : parseAlert(record.payload);
    return alert === undefined ? undefined : `the server refused the TLS handshake: ${alert.name}`;
  }

  #fail(error: Error): void {
    if (this.#isDone) return;
    this.#release();
    this.settle.reject(error);
  }

  #release(): void {
    this.#isDone = true;
    this.#detach();
    this.#duplex.on('error', () => undefined);
    this.#tls?.on('error', () => undefined);
    this.#tls?.destroy();
    this.#duplex.destroy();
  }
}

/** Length of what the server said before its first record under the application keys; TLS 1.2: behind its Finished. */
function handshakeBytes(inward: Buffer, server: TrafficKeys): number {
  const { records } = splitRecords(inward);
  let bytes = 0;
  let hasChangedCipher = false;
  for (const record of records) {
    if (server.suite.version === 'TLSv1.3') {
      if (record.contentType === CONTENT.applicationData && tryOpen(server, 0, record) !== undefined) return bytes;
    } else if (hasChangedCipher) return bytes + record.bytes.length;
    else hasChangedCipher = record.contentType === CONTENT.changeCipherSpec;
    bytes += record.bytes.length;
  }
  return bytes;
}
