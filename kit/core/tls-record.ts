/**
 * TLS records: sealed, opened and told apart, without a connection.
 *
 * A record is `type(1) version(2) length(2)` and then `length` bytes, at most 2^14 of plaintext. TLS 1.3 hides the type:
 * the outer one is always 23, the inner plaintext is `content | type | zeros` (RFC 8446 §5.2). The nonce is the iv xor
 * the sequence number, except AES-GCM in TLS 1.2, whose records carry 8 bytes of it (RFC 5288 §3).
 */
import { decrypt, encrypt, nonceOf, TAG_BYTES } from './tls-aead';
import { deriveNextKeys, type TrafficKeys } from './tls-keys';

/** Content types of records. @see RFC 8446 §5.1 */
export const CONTENT = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

/** The most plaintext that one record may carry, in bytes. @see RFC 8446 §5.1 */
export const MAX_PLAINTEXT_BYTES = 16384;

const HEADER_BYTES = 5;
const KEY_UPDATE = 24;

/** One record as it is on the wire, not decrypted. */
export interface WireRecord {
  readonly contentType: number;
  /** `0x0303` in nearly every record of TLS 1.2 and 1.3. */
  readonly version: number;
  readonly payload: Buffer;
  /** Header and payload: a view of the bytes given. */
  readonly bytes: Buffer;
}

/** Splits bytes at the record headers, whatever they hold; `rest` is the record that is not yet whole. */
export function splitRecords(bytes: Uint8Array): { readonly records: WireRecord[]; readonly rest: Buffer } {
  const all = asBuffer(bytes);
  const records: WireRecord[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= all.length) {
    const end = at + HEADER_BYTES + all.readUInt16BE(at + 3);
    if (end > all.length) break;
    records.push({
      contentType: all.readUInt8(at),
      version: all.readUInt16BE(at + 1),
      payload: all.subarray(at + HEADER_BYTES, end),
      bytes: all.subarray(at, end),
    });
    at = end;
  }
  return { records, rest: all.subarray(at) };
}

/** Seals the records of one direction; knows its keys and its sequence number and nothing else. */
export class RecordSealer {
  #keys: TrafficKeys;
  #sequence: number;

  /** @param sequence number of records already sealed under these keys */
  constructor(keys: TrafficKeys, sequence = 0) {
    this.#keys = keys;
    this.#sequence = sequence;
  }

  /** Number of records sealed under the present keys: the sequence number of the next one. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The keys in use. */
  get keys(): TrafficKeys {
    return this.#keys;
  }

  /**
   * Seals one record and counts it.
   *
   * @param paddingBytes zeros after the content type; TLS 1.3 only
   * @throws {RangeError} content and padding exceed 2^14 bytes, or TLS 1.2 is asked for padding
   * @example `seal(21, 01 00)` in TLS 1.3 is `17 03 03 00 13` and 19 bytes: alert, inner type, tag
   */
  seal(contentType: number, plaintext: Uint8Array, paddingBytes = 0): Buffer {
    if (plaintext.length + paddingBytes > MAX_PLAINTEXT_BYTES) {
      throw new RangeError(
        `a record carries at most ${MAX_PLAINTEXT_BYTES} bytes, not ${plaintext.length + paddingBytes}`,
      );
    }
    const isTls13 = this.#keys.suite.version === 'TLSv1.3';
    if (!isTls13 && paddingBytes !== 0) throw new RangeError('TLS 1.2 has no record padding');
    const record = isTls13
      ? sealTls13(this.#keys, this.#sequence, [contentType, plaintext, paddingBytes])
      : sealTls12(this.#keys, this.#sequence, [contentType, plaintext]);
    this.#sequence += 1;
    return record;
  }

  /** Goes on with the next keys at sequence number 0, as after a KeyUpdate sent. @throws {RangeError} in TLS 1.2 */
  update(): void {
    this.#keys = deriveNextKeys(this.#keys);
    this.#sequence = 0;
  }
}

/** What came of one record. */
export type OpenedRecord =
  | {
      readonly kind: 'record';
      /** In TLS 1.3 the inner content type. */
      readonly contentType: number;
      readonly plaintext: Buffer;
      /** Length of the whole record on the wire, header included. */
      readonly wireBytes: number;
    }
  | {
      readonly kind: 'bad-record';
      /** `no-content`: TLS 1.3, nothing but padding; `unprotected`: TLS 1.3, not an application data record. */
      readonly reason: 'authentication' | 'overflow' | 'too-short' | 'no-content' | 'unprotected';
      /** The outer content type. */
      readonly contentType: number;
      readonly wireBytes: number;
    };

/**
 * Opens the records of one direction, however the bytes are cut. It follows a KeyUpdate by itself and leaves out
 * ChangeCipherSpec records in TLS 1.3. After a bad record it opens nothing more.
 */
export class RecordOpener {
  #keys: TrafficKeys;
  #sequence: number;
  #parts: Buffer[] = [];
  #buffered = 0;
  #wanted = HEADER_BYTES;
  #hasFailed = false;

  /** @param sequence number of records already opened under these keys */
  constructor(keys: TrafficKeys, sequence = 0) {
    this.#keys = keys;
    this.#sequence = sequence;
  }

  /** Number of records opened under the present keys. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Bytes of a record that is not yet whole. */
  get bufferedBytes(): number {
    return this.#buffered;
  }

  /** Takes the next bytes of the stream and gives the records that are whole now, in order. */
  push(bytes: Uint8Array): OpenedRecord[] {
    if (this.#hasFailed) return [];
    this.#parts.push(asBuffer(bytes));
    this.#buffered += bytes.length;
    // A record of 16 KiB in many small reads must not be copied together at each of them.
    if (this.#buffered < this.#wanted) return [];
    const { records, rest } = splitRecords(this.#parts.length === 1 ? asBuffer(bytes) : Buffer.concat(this.#parts));
    const opened: OpenedRecord[] = [];
    for (const record of records) {
      const one = this.#openOne(record);
      if (one !== undefined) opened.push(one);
      if (this.#hasFailed) return opened;
    }
    this.#parts = rest.length === 0 ? [] : [Buffer.from(rest)];
    this.#buffered = rest.length;
    this.#wanted = rest.length < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + rest.readUInt16BE(3);
    return opened;
  }

  #openOne(record: WireRecord): OpenedRecord | undefined {
    const isTls13 = this.#keys.suite.version === 'TLSv1.3';
    // RFC 8446 §5: a peer may send them for the sake of middleboxes; they are dropped without further processing.
    if (isTls13 && record.contentType === CONTENT.changeCipherSpec) return undefined;
    const one = isTls13 ? openTls13(this.#keys, this.#sequence, record) : openTls12(this.#keys, this.#sequence, record);
    if (one.kind === 'bad-record') {
      this.#hasFailed = true;
      return one;
    }
    this.#sequence += 1;
    // RFC 8446 §4.6.3: what follows a KeyUpdate is under the next keys.
    if (isTls13 && endsInKeyUpdate(one)) {
      this.#keys = deriveNextKeys(this.#keys);
      this.#sequence = 0;
    }
    return one;
  }
}

/**
 * Opens one record under the keys and sequence number given, and keeps no state: tells under which keys a record is.
 * Undefined where it does not authenticate.
 */
export function tryOpen(
  keys: TrafficKeys,
  sequence: number,
  record: WireRecord,
): { readonly contentType: number; readonly plaintext: Buffer } | undefined {
  const one = keys.suite.version === 'TLSv1.3' ? openTls13(keys, sequence, record) : openTls12(keys, sequence, record);
  return one.kind === 'record' ? one : undefined;
}

function sealTls13(keys: TrafficKeys, sequence: number, content: readonly [number, Uint8Array, number]): Buffer {
  const [contentType, plaintext, paddingBytes] = content;
  const inner = Buffer.alloc(plaintext.length + 1 + paddingBytes);
  inner.set(plaintext);
  inner[plaintext.length] = contentType;
  const aad = header(CONTENT.applicationData, inner.length + TAG_BYTES);
  return Buffer.concat([aad, encrypt(keys, nonceOf(keys.iv, sequence), aad, inner)]);
}

function sealTls12(keys: TrafficKeys, sequence: number, content: readonly [number, Uint8Array]): Buffer {
  const [contentType, plaintext] = content;
  // RFC 5288 §3: the explicit part of the nonce may be the sequence number; it is unique, which is all that counts.
  const explicit = keys.suite.ivBytes === 4 ? sequenceBytes(sequence) : Buffer.alloc(0);
  const nonce = keys.suite.ivBytes === 4 ? Buffer.concat([keys.iv, explicit]) : nonceOf(keys.iv, sequence);
  const body = encrypt(keys, nonce, aadTls12(sequence, contentType, plaintext.length), plaintext);
  return Buffer.concat([header(contentType, explicit.length + body.length), explicit, body]);
}

function openTls13(keys: TrafficKeys, sequence: number, record: WireRecord): OpenedRecord {
  const { contentType, payload, bytes } = record;
  const bad = (reason: Bad['reason']): Bad => ({ kind: 'bad-record', reason, contentType, wireBytes: bytes.length });
  if (contentType !== CONTENT.applicationData) return bad('unprotected');
  // RFC 8446 §5.2: 2^14 + 256 at most.
  if (payload.length > MAX_PLAINTEXT_BYTES + 256) return bad('overflow');
  if (payload.length < TAG_BYTES + 1) return bad('too-short');
  const inner = decrypt(keys, nonceOf(keys.iv, sequence), bytes.subarray(0, HEADER_BYTES), payload);
  if (inner === undefined) return bad('authentication');
  let end = inner.length - 1;
  while (end >= 0 && inner[end] === 0) end -= 1;
  const innerType = inner[end];
  // RFC 8446 §5.4: a record without a non-zero octet has no content type; unexpected_message.
  if (innerType === undefined) return bad('no-content');
  return { kind: 'record', contentType: innerType, plaintext: inner.subarray(0, end), wireBytes: bytes.length };
}

function openTls12(keys: TrafficKeys, sequence: number, record: WireRecord): OpenedRecord {
  const { contentType, payload, bytes } = record;
  const bad = (reason: Bad['reason']): Bad => ({ kind: 'bad-record', reason, contentType, wireBytes: bytes.length });
  const explicitBytes = keys.suite.ivBytes === 4 ? 8 : 0;
  const plaintextBytes = payload.length - explicitBytes - TAG_BYTES;
  // RFC 5246 §6.2.3: 2^14 + 2048 at most.
  if (payload.length > MAX_PLAINTEXT_BYTES + 2048) return bad('overflow');
  if (plaintextBytes < 0) return bad('too-short');
  const explicit = payload.subarray(0, explicitBytes);
  const nonce = explicitBytes > 0 ? Buffer.concat([keys.iv, explicit]) : nonceOf(keys.iv, sequence);
  const aad = aadTls12(sequence, contentType, plaintextBytes);
  const plaintext = decrypt(keys, nonce, aad, payload.subarray(explicitBytes));
  if (plaintext === undefined) return bad('authentication');
  return { kind: 'record', contentType, plaintext, wireBytes: bytes.length };
}

type Bad = Extract<OpenedRecord, { kind: 'bad-record' }>;

/** RFC 8446 §5.1: a message right before a key change ends its record, so a KeyUpdate is the last one in it. */
function endsInKeyUpdate({ contentType, plaintext }: { contentType: number; plaintext: Buffer }): boolean {
  if (contentType !== CONTENT.handshake) return false;
  let at = 0;
  while (at + 4 <= plaintext.length) {
    const end = at + 4 + plaintext.readUIntBE(at + 1, 3);
    if (end === plaintext.length && plaintext[at] === KEY_UPDATE) return true;
    at = end;
  }
  return false;
}

function header(contentType: number, lengthBytes: number): Buffer {
  return Buffer.of(contentType, 3, 3, lengthBytes >> 8, lengthBytes & 0xff);
}

/** RFC 5246 §6.2.3.3: `seq_num + type + version + length` of the plaintext. */
function aadTls12(sequence: number, contentType: number, plaintextBytes: number): Buffer {
  return Buffer.concat([sequenceBytes(sequence), header(contentType, plaintextBytes)]);
}

function sequenceBytes(sequence: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUIntBE(sequence, 2, 6);
  return bytes;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
