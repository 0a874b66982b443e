/**
 * What the hellos of a TLS handshake say in clear. Just enough to answer a client and to derive its keys; what is
 * malformed is left to the TLS stack, which knows the right alert.
 */
import { CONTENT, splitRecords } from './tls-record';
import type { TlsVersion } from './tls-keys';

/** What the kit reads of a ClientHello. */
export interface ClientHello {
  /** The server_name extension's host name. */
  readonly serverName: string | undefined;
  /** Protocols offered by ALPN, in the client's order; empty where it offers none. */
  readonly alpn: readonly string[];
  /** The most plaintext bytes that the client takes in one record, where it asked for less than 2^14: RFC 6066 §4. */
  readonly maxFragmentBytes: number | undefined;
}

/** What the kit reads of a ServerHello. */
export interface ServerHello {
  readonly version: TlsVersion;
  readonly random: Buffer;
  /** Code point of the suite chosen. */
  readonly suiteId: number;
}

/** The largest ClientHello that is waited for, in bytes: four records. */
const MAX_HELLO_BYTES = 65536;
const SERVER_NAME = 0;
const MAX_FRAGMENT_LENGTH = 1;
const ALPN = 16;
const SUPPORTED_VERSIONS = 43;

/** RFC 8446 §4.1.3: the random of a HelloRetryRequest, the SHA-256 of those words. */
const RETRY_RANDOM = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex');

/** Reads the ClientHello at the beginning of a connection's bytes. `not-tls` covers all that no hello can come of. */
export function readClientHello(
  bytes: Uint8Array,
):
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'not-tls' }
  | { readonly kind: 'hello'; readonly hello: ClientHello } {
  const { records, rest } = splitRecords(bytes);
  const partial = rest[0];
  if (partial !== undefined && partial !== CONTENT.handshake) return { kind: 'not-tls' };
  if (records.some(({ contentType }) => contentType !== CONTENT.handshake)) return { kind: 'not-tls' };
  const message = Buffer.concat(records.map(({ payload }) => payload));
  if (bytes.length > MAX_HELLO_BYTES || (message.length > 0 && message[0] !== 1)) return { kind: 'not-tls' };
  if (message.length < 4 || message.length < 4 + message.readUIntBE(1, 3)) return { kind: 'incomplete' };
  try {
    return { kind: 'hello', hello: parseClientHello(message.subarray(4, 4 + message.readUIntBE(1, 3))) };
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'not-tls' };
    throw error;
  }
}

/** Reads the ServerHello that begins the payload of a handshake record; undefined for anything else and for a retry. */
export function readServerHello(payload: Buffer): ServerHello | undefined {
  if (payload.length < 4 || payload[0] !== 2) return undefined;
  const reader = new Reader(payload.subarray(4, 4 + payload.readUIntBE(1, 3)));
  reader.take(2);
  const random = reader.take(32);
  if (random.equals(RETRY_RANDOM)) return undefined;
  reader.take(reader.uint(1));
  const suiteId = reader.uint(2);
  reader.take(1);
  const version = reader.isAtEnd ? undefined : readExtensions(reader).get(SUPPORTED_VERSIONS);
  return { version: version?.equals(Buffer.of(3, 4)) ? 'TLSv1.3' : 'TLSv1.2', random, suiteId };
}

function parseClientHello(body: Buffer): ClientHello {
  const reader = new Reader(body);
  reader.take(2 + 32);
  reader.take(reader.uint(1));
  reader.take(reader.uint(2));
  reader.take(reader.uint(1));
  const extensions = reader.isAtEnd ? new Map<number, Buffer>() : readExtensions(reader);
  return {
    serverName: readServerName(extensions.get(SERVER_NAME)),
    alpn: readAlpn(extensions.get(ALPN)),
    maxFragmentBytes: readMaxFragment(extensions.get(MAX_FRAGMENT_LENGTH)),
  };
}

/** RFC 6066 §4: one byte, 1 to 4 for 2^9 to 2^12. OpenSSL ends the handshake over any other value. */
function readMaxFragment(data: Buffer | undefined): number | undefined {
  const code = data?.[0] ?? 0;
  return data?.length === 1 && code >= 1 && code <= 4 ? 2 ** (8 + code) : undefined;
}

function readExtensions(reader: Reader): Map<number, Buffer> {
  const extensions = new Map<number, Buffer>();
  const list = new Reader(reader.take(reader.uint(2)));
  while (!list.isAtEnd) {
    const type = list.uint(2);
    extensions.set(type, list.take(list.uint(2)));
  }
  return extensions;
}

/** RFC 6066 §3: a list of names, of which only host names (type 0) exist. */
function readServerName(data: Buffer | undefined): string | undefined {
  if (data === undefined || data.length === 0) return undefined;
  const reader = new Reader(data);
  reader.take(2);
  return reader.uint(1) === 0 ? reader.take(reader.uint(2)).toString('latin1') : undefined;
}

/** RFC 7301 §3.1: a list of names, each with a length byte. */
function readAlpn(data: Buffer | undefined): readonly string[] {
  if (data === undefined) return [];
  const names: string[] = [];
  const outer = new Reader(data);
  const list = new Reader(outer.take(outer.uint(2)));
  while (!list.isAtEnd) names.push(list.take(list.uint(1)).toString('latin1'));
  return names;
}

/** A cursor; running off the end is a RangeError. */
class Reader {
  #at = 0;
  constructor(private readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.#at >= this.bytes.length;
  }

  uint(lengthBytes: number): number {
    return this.take(lengthBytes).readUIntBE(0, lengthBytes);
  }

  take(lengthBytes: number): Buffer {
    const end = this.#at + lengthBytes;
    if (end > this.bytes.length) throw new RangeError('the hello ends too early');
    const part = this.bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}
