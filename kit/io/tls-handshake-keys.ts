/**
 * What the records of one handshake mean, told from outside the TLS stack by its key log: which is the client's Finished,
 * which alerts the client sent, and which of the server's records are already under its application keys.
 */
import { type Alert, parseAlert } from '../core/tls-alert';
import { readServerHello, type ServerHello } from '../core/tls-hello';
import { type CipherSuite, deriveTls12Keys, deriveTls13Keys, findCipherSuite, parseKeylogLine } from '../core/tls-keys';
import type { KeylogLine, TrafficKeys } from '../core/tls-keys';
import { CONTENT, tryOpen, type WireRecord } from '../core/tls-record';

/** What a record of the client meant. */
export type ClientRecord =
  { readonly kind: 'finished' } | { readonly kind: 'alert'; readonly alert: Alert } | { readonly kind: 'other' };

const FINISHED = 20;

/** Follows one handshake. */
export class HandshakeKeys {
  /** Key log lines, as they came. */
  readonly lines: string[] = [];
  /** The NewSessionTicket messages under the application keys. */
  readonly sentTickets: Buffer[] = [];
  readonly #secrets = new Map<string, KeylogLine>();
  #serverHello: ServerHello | undefined;
  #suite: CipherSuite | undefined;
  #clientHandshake: TrafficKeys | undefined;
  #clientHandshakeRecords = 0;
  #clientMessages: Buffer = Buffer.alloc(0);
  #hasClientChangedCipher = false;
  #hasServerChangedCipher = false;
  #application: { readonly client: TrafficKeys; readonly server: TrafficKeys } | undefined;
  #serverSequence = 0;

  /** Number of server records seen under the application keys (TLS 1.2: since its ChangeCipherSpec). */
  get serverSequence(): number {
    return this.#serverSequence;
  }

  /** Takes a line of the key log. */
  learnLine(line: string): void {
    this.lines.push(line);
    const parsed = parseKeylogLine(line);
    if (parsed !== undefined) this.#secrets.set(parsed.label, parsed);
  }

  /** Reads the next record of the client, up to its Finished. */
  readClientRecord(record: WireRecord): ClientRecord {
    if (this.#isTls13) return this.#readTls13(record);
    if (record.contentType === CONTENT.changeCipherSpec) this.#hasClientChangedCipher = true;
    // No ServerHello yet: a second ClientHello after a HelloRetryRequest.
    else if (this.#hasClientChangedCipher && this.#serverHello && record.contentType === CONTENT.handshake) {
      // RFC 5246 §7.1, §7.4.9: the Finished is sent immediately after the ChangeCipherSpec.
      return { kind: 'finished' };
    } else if (record.contentType === CONTENT.alert) return meaningOfAlert(record.payload);
    return { kind: 'other' };
  }

  /** Reads the next record of the server; gives its content where it is under the application keys. */
  readServerRecord(record: WireRecord): { readonly contentType: number; readonly plaintext: Buffer } | undefined {
    if (this.#serverHello === undefined && record.contentType === CONTENT.handshake) {
      this.#serverHello = readServerHello(record.payload);
      this.#suite = this.#serverHello && findCipherSuite(this.#serverHello.suiteId);
    }
    if (!this.#isTls13 && !this.#hasServerChangedCipher) {
      this.#hasServerChangedCipher = record.contentType === CONTENT.changeCipherSpec;
      return undefined;
    }
    // Before the client's Finished was accepted, nothing that we look for is under the application keys.
    if (this.#isTls13 && !this.#secrets.has('CLIENT_TRAFFIC_SECRET_0')) return undefined;
    const opened = tryOpen(this.applicationKeys().server, this.#serverSequence, record);
    if (opened === undefined) return undefined;
    this.#serverSequence += 1;
    if (this.#isTls13 && opened.contentType === CONTENT.handshake) this.sentTickets.push(opened.plaintext);
    return opened;
  }

  /**
   * The keys of both directions after the handshake.
   *
   * @throws {Error} the key log has not told them yet: a fault of the kit, never of a client
   */
  applicationKeys(): { readonly suite: CipherSuite; readonly client: TrafficKeys; readonly server: TrafficKeys } {
    const suite = this.#suite;
    const hello = this.#serverHello;
    if (suite === undefined || hello === undefined) throw new Error('no ServerHello of a known suite was seen');
    this.#application ??= this.#isTls13 ? this.#deriveTls13(suite) : this.#deriveTls12(suite, hello);
    return { suite, ...this.#application };
  }

  get #isTls13(): boolean {
    return this.#serverHello?.version === 'TLSv1.3';
  }

  #deriveTls13(suite: CipherSuite): { client: TrafficKeys; server: TrafficKeys } {
    return {
      client: deriveTls13Keys(suite, this.#secret('CLIENT_TRAFFIC_SECRET_0').secret),
      server: deriveTls13Keys(suite, this.#secret('SERVER_TRAFFIC_SECRET_0').secret),
    };
  }

  #deriveTls12(suite: CipherSuite, hello: ServerHello): { client: TrafficKeys; server: TrafficKeys } {
    const { secret, clientRandom } = this.#secret('CLIENT_RANDOM');
    return deriveTls12Keys(suite, { masterSecret: secret, clientRandom, serverRandom: hello.random });
  }

  #secret(label: string): KeylogLine {
    const line = this.#secrets.get(label);
    if (line === undefined) throw new Error(`the key log has no ${label}`);
    return line;
  }

  #readTls13(record: WireRecord): ClientRecord {
    if (record.contentType === CONTENT.alert) return meaningOfAlert(record.payload);
    if (record.contentType !== CONTENT.applicationData || this.#suite === undefined) return { kind: 'other' };
    this.#clientHandshake ??= deriveTls13Keys(this.#suite, this.#secret('CLIENT_HANDSHAKE_TRAFFIC_SECRET').secret);
    const opened = tryOpen(this.#clientHandshake, this.#clientHandshakeRecords, record);
    // Refused early data, or a broken client: OpenSSL knows what to say.
    if (opened === undefined) return { kind: 'other' };
    this.#clientHandshakeRecords += 1;
    if (opened.contentType === CONTENT.alert) return meaningOfAlert(opened.plaintext);
    if (opened.contentType !== CONTENT.handshake) return { kind: 'other' };
    this.#clientMessages = Buffer.concat([this.#clientMessages, opened.plaintext]);
    return { kind: hasWholeMessage(this.#clientMessages, FINISHED) ? 'finished' : 'other' };
  }
}

function meaningOfAlert(payload: Buffer): ClientRecord {
  const alert = parseAlert(payload);
  return alert === undefined ? { kind: 'other' } : { kind: 'alert', alert };
}

function hasWholeMessage(bytes: Buffer, type: number): boolean {
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUIntBE(at + 1, 3);
    if (end <= bytes.length && bytes[at] === type) return true;
    at = end;
  }
  return false;
}
