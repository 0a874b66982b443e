/**
 * The client side of a TLS handshake whose every byte passes through our hands, and which is ours alone after it: a
 * fault that lies between the socket, the records and the parser can only be had where the three are held apart.
 *
 * OpenSSL does the handshake over a duplex of ours, and verifies the certificate. Its part ends with the client's
 * Finished outwards, and inwards with the first record under the application keys: those are opened here.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { CIPHER_SUITES } from '../../kit/core/tls-keys';
import {
  CONTENT,
  MAX_PLAINTEXT_BYTES,
  RecordOpener,
  RecordSealer,
  splitRecords,
  type OpenedRecord,
} from '../../kit/core/tls-record';
import { HandshakeKeys } from '../../kit/io/tls-handshake-keys';

export interface SecureChannel {
  /** Application data as records, as many as it takes. */
  seal(plaintext: Uint8Array): Buffer;
  /** The alert close_notify. */
  closeNotify(): Buffer;
  open(bytes: Uint8Array): OpenedRecord[];
  /** Bytes of a record that is not yet whole. */
  readonly bufferedBytes: number;
  /** What came in one read with the end of the handshake. */
  readonly early: Buffer;
}

const ciphers = CIPHER_SUITES.map(({ opensslName }) => opensslName).join(':');

/** Does the handshake on a connected socket; rejects where OpenSSL, the server or the network ends it. */
export function secure(
  socket: Socket,
  trust: { readonly host: string; readonly ca: string | undefined },
): Promise<SecureChannel> {
  return new Promise((resolve, reject) => {
    new Handshake(socket, { resolve, reject }).begin(trust);
  });
}

class Handshake {
  readonly #keys = new HandshakeKeys();
  #inward: Buffer = Buffer.alloc(0);
  #outward: Buffer = Buffer.alloc(0);
  #isFinishedSent = false;
  #isVerified = false;
  #isDone = false;
  /** From the first record on that is under the application keys. */
  #early: Buffer | undefined;
  readonly #duplex: Duplex;
  #detach: () => void = () => undefined;

  constructor(
    private readonly socket: Socket,
    private readonly settle: {
      readonly resolve: (channel: SecureChannel) => void;
      readonly reject: (error: Error) => void;
    },
  ) {
    this.#duplex = new Duplex({
      read: () => undefined,
      write: (bytes: Buffer, _encoding, done) => {
        this.#onOutward(bytes);
        done();
      },
    });
  }

  begin({ host, ca }: { readonly host: string; readonly ca: string | undefined }): void {
    const { socket } = this;
    const onData = (bytes: Buffer): void => this.#onInward(bytes);
    const onEnd = (): void => this.#fail(new Error('the server closed during the handshake'));
    socket.on('data', onData).on('end', onEnd);
    this.#detach = () => socket.off('data', onData).off('end', onEnd);
    const tls = connectTls({
      socket: this.#duplex,
      host,
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      ...(ca === undefined ? {} : { ca }),
      ciphers,
    });
    tls.on('keylog', (line: Buffer) => this.#keys.learnLine(line.toString('latin1').trimEnd()));
    tls.on('error', (error) => this.#fail(error));
    socket.once('error', (error) => this.#fail(error));
    tls.once('secureConnect', () => {
      this.#isVerified = true;
      this.#finishIfReady();
    });
  }

  #onInward(bytes: Buffer): void {
    if (this.#early !== undefined) {
      this.#early = Buffer.concat([this.#early, bytes]);
      return;
    }
    const all = Buffer.concat([this.#inward, bytes]);
    const { records, rest } = splitRecords(all);
    let passedBytes = 0;
    for (const record of records) {
      const opened = this.#keys.readServerRecord(record);
      // TLS 1.2: the server's Finished is under these keys as well, and OpenSSL's.
      if (opened !== undefined && (this.#isTls13 || opened.contentType !== CONTENT.handshake)) {
        this.#early = Buffer.from(all.subarray(passedBytes));
        break;
      }
      passedBytes += record.bytes.length;
    }
    this.#inward = this.#early === undefined ? Buffer.from(rest) : Buffer.alloc(0);
    if (passedBytes > 0) this.#duplex.push(all.subarray(0, passedBytes));
  }

  get #isTls13(): boolean {
    return this.#keys.applicationKeys().suite.version === 'TLSv1.3';
  }

  #onOutward(bytes: Buffer): void {
    if (this.#isDone) return;
    const { records, rest } = splitRecords(Buffer.concat([this.#outward, bytes]));
    this.#outward = Buffer.from(rest);
    for (const record of records) {
      this.socket.write(record.bytes);
      if (this.#keys.readClientRecord(record).kind === 'finished') this.#isFinishedSent = true;
    }
    this.#finishIfReady();
  }

  #finishIfReady(): void {
    if (!this.#isVerified || !this.#isFinishedSent) return;
    // Not at once: this may come from within OpenSSL.
    setImmediate(() => this.#finish());
  }

  #finish(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.socket.pause();
    this.#detach();
    const { suite, client, server } = this.#keys.applicationKeys();
    const isTls13 = suite.version === 'TLSv1.3';
    // TLS 1.2: each side's Finished was the first record under these keys.
    const sealer = new RecordSealer(client, isTls13 ? 0 : 1);
    const opened = this.#keys.serverSequence - (this.#early === undefined ? 0 : 1);
    const opener = new RecordOpener(server, opened);
    this.settle.resolve({
      seal: (plaintext) => sealAll(sealer, plaintext),
      closeNotify: () => sealer.seal(CONTENT.alert, Buffer.of(1, 0)),
      open: (bytes) => opener.push(bytes),
      get bufferedBytes() {
        return opener.bufferedBytes;
      },
      early: Buffer.concat([this.#early ?? Buffer.alloc(0), this.#inward]),
    });
  }

  #fail(error: Error): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#detach();
    this.settle.reject(error);
  }
}

function sealAll(sealer: RecordSealer, plaintext: Uint8Array): Buffer {
  const records: Buffer[] = [];
  for (let at = 0; at < plaintext.length; at += MAX_PLAINTEXT_BYTES) {
    records.push(sealer.seal(CONTENT.applicationData, plaintext.subarray(at, at + MAX_PLAINTEXT_BYTES)));
  }
  return Buffer.concat(records);
}
