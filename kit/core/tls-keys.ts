/**
 * Record protection keys, from what a TLS stack writes to its key log.
 *
 * TLS 1.3: key and iv are HKDF-Expand-Label of a traffic secret (RFC 8446 §7.3), the secret after a KeyUpdate is
 * HKDF-Expand-Label of the one before (§7.2). TLS 1.2: all four come from the key block, the PRF of the master secret
 * over both randoms, the server's first (RFC 5246 §6.3). Only AEAD suites are known here, so the block has no MAC keys.
 */
import { createHmac } from 'node:crypto';

/** A protocol version, by the name node:tls gives it. */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** What record protection needs to know of a cipher suite. */
export interface CipherSuite {
  /** Code point on the wire. */
  readonly id: number;
  /** IANA name. */
  readonly name: string;
  /** OpenSSL's name; the same as `name` for TLS 1.3. */
  readonly opensslName: string;
  readonly version: TlsVersion;
  /** The name node:crypto knows it by. */
  readonly aead: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';
  readonly hash: 'sha256' | 'sha384';
  readonly keyBytes: number;
  /** 12, or 4 where each record carries the other 8 bytes of its nonce (RFC 5288 §3). */
  readonly ivBytes: 4 | 12;
}

/** The six suites that the kit seals itself; the endpoint offers these alone. */
export const CIPHER_SUITES: readonly CipherSuite[] = [
  suite(0x1301, 'TLS_AES_128_GCM_SHA256', 'aes-128-gcm', 'sha256', 12),
  suite(0x1302, 'TLS_AES_256_GCM_SHA384', 'aes-256-gcm', 'sha384', 12),
  suite(0x1303, 'TLS_CHACHA20_POLY1305_SHA256', 'chacha20-poly1305', 'sha256', 12),
  suite(0xc02b, 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'aes-128-gcm', 'sha256', 4, 'ECDHE-ECDSA-AES128-GCM-SHA256'),
  suite(0xc02c, 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'aes-256-gcm', 'sha384', 4, 'ECDHE-ECDSA-AES256-GCM-SHA384'),
  suite(
    0xcca9,
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    'chacha20-poly1305',
    'sha256',
    12,
    'ECDHE-ECDSA-CHACHA20-POLY1305',
  ),
];

/**
 * What the kit opens where it is the client: the same, and those of RSA certificates, which its own endpoint never has.
 * Every server of today has one of them.
 */
export const CLIENT_CIPHER_SUITES: readonly CipherSuite[] = [
  ...CIPHER_SUITES,
  suite(0xc02f, 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'aes-128-gcm', 'sha256', 4, 'ECDHE-RSA-AES128-GCM-SHA256'),
  suite(0xc030, 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'aes-256-gcm', 'sha384', 4, 'ECDHE-RSA-AES256-GCM-SHA384'),
  suite(
    0xcca8,
    'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
    'chacha20-poly1305',
    'sha256',
    12,
    'ECDHE-RSA-CHACHA20-POLY1305',
  ),
];

function suite(
  id: number,
  name: string,
  aead: CipherSuite['aead'],
  hash: CipherSuite['hash'],
  ivBytes: CipherSuite['ivBytes'],
  opensslName?: string,
): CipherSuite {
  const version = opensslName === undefined ? 'TLSv1.3' : 'TLSv1.2';
  return {
    id,
    name,
    opensslName: opensslName ?? name,
    version,
    aead,
    hash,
    keyBytes: aead === 'aes-128-gcm' ? 16 : 32,
    ivBytes,
  };
}

/** Finds a suite by its code point, its IANA name or its OpenSSL name; undefined for every suite not in {@link CLIENT_CIPHER_SUITES}. */
export function findCipherSuite(key: number | string): CipherSuite | undefined {
  return CLIENT_CIPHER_SUITES.find(({ id, name, opensslName }) => id === key || name === key || opensslName === key);
}

/** One line of an NSS key log. */
export interface KeylogLine {
  /** For example `CLIENT_RANDOM` or `SERVER_TRAFFIC_SECRET_0`. */
  readonly label: string;
  /** The 32 bytes of the ClientHello, which name the connection. */
  readonly clientRandom: Buffer;
  /** The TLS 1.2 master secret under `CLIENT_RANDOM`, a traffic secret under the other labels. */
  readonly secret: Buffer;
}

const KEYLOG_LINE = /^([A-Z][A-Z0-9_]*) ([0-9a-fA-F]{64}) ((?:[0-9a-fA-F]{2})+)\s*$/;

/**
 * Reads one line of an NSS key log; undefined for comments, blank lines and what is not of the format.
 *
 * @example `CLIENT_RANDOM <64 hex digits> <96 hex digits>`
 */
export function parseKeylogLine(line: string): KeylogLine | undefined {
  const [, label, clientRandom, secret] = KEYLOG_LINE.exec(line) ?? [];
  if (label === undefined || clientRandom === undefined || secret === undefined) return undefined;
  return { label, clientRandom: Buffer.from(clientRandom, 'hex'), secret: Buffer.from(secret, 'hex') };
}

/** What one direction's records are sealed and opened with. */
export interface TrafficKeys {
  readonly suite: CipherSuite;
  readonly key: Buffer;
  readonly iv: Buffer;
  /** The TLS 1.3 traffic secret that they come from; absent in TLS 1.2. */
  readonly secret?: Buffer;
}

/** Keys of one direction from its TLS 1.3 traffic secret. @see RFC 8446 §7.3 */
export function deriveTls13Keys(cipherSuite: CipherSuite, secret: Buffer): TrafficKeys {
  return {
    suite: cipherSuite,
    key: hkdfExpandLabel(cipherSuite, secret, 'key', cipherSuite.keyBytes),
    iv: hkdfExpandLabel(cipherSuite, secret, 'iv', cipherSuite.ivBytes),
    secret,
  };
}

/**
 * The keys that follow after a KeyUpdate. @see RFC 8446 §7.2
 *
 * @throws {RangeError} the keys are of TLS 1.2, which has no KeyUpdate
 */
export function deriveNextKeys({ suite: cipherSuite, secret }: TrafficKeys): TrafficKeys {
  if (secret === undefined) throw new RangeError('TLS 1.2 has no KeyUpdate');
  return deriveTls13Keys(cipherSuite, hkdfExpandLabel(cipherSuite, secret, 'traffic upd', secret.length));
}

/** Keys of both directions from the TLS 1.2 master secret. @see RFC 5246 §6.3 */
export function deriveTls12Keys(
  cipherSuite: CipherSuite,
  from: { readonly masterSecret: Buffer; readonly clientRandom: Buffer; readonly serverRandom: Buffer },
): { readonly client: TrafficKeys; readonly server: TrafficKeys } {
  const { keyBytes, ivBytes } = cipherSuite;
  const seed = Buffer.concat([Buffer.from('key expansion'), from.serverRandom, from.clientRandom]);
  const block = prf12(cipherSuite, from.masterSecret, seed, 2 * (keyBytes + ivBytes));
  const ivs = 2 * keyBytes;
  return {
    client: { suite: cipherSuite, key: block.subarray(0, keyBytes), iv: block.subarray(ivs, ivs + ivBytes) },
    server: { suite: cipherSuite, key: block.subarray(keyBytes, ivs), iv: block.subarray(ivs + ivBytes) },
  };
}

/**
 * HKDF-Expand of a HkdfLabel with an empty context. @see RFC 8446 §7.1
 *
 * @example `key`, 16 bytes: the label is `00 10 | 09 "tls13 key" | 00`
 */
function hkdfExpandLabel({ hash }: CipherSuite, secret: Buffer, label: string, lengthBytes: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([lengthBytes >> 8, lengthBytes & 0xff, name.length]), name, Buffer.of(0)]);
  const blocks: Buffer[] = [];
  let previous: Buffer = Buffer.alloc(0);
  for (let bytes = 0; bytes < lengthBytes; bytes += previous.length) {
    const counter = Buffer.of(blocks.length + 1);
    previous = createHmac(hash, secret).update(previous).update(info).update(counter).digest();
    blocks.push(previous);
  }
  return Buffer.concat(blocks).subarray(0, lengthBytes);
}

/** P_hash, the PRF of TLS 1.2. @see RFC 5246 §5 */
function prf12({ hash }: CipherSuite, secret: Buffer, seed: Buffer, lengthBytes: number): Buffer {
  const blocks: Buffer[] = [];
  let chain = createHmac(hash, secret).update(seed).digest();
  for (let bytes = 0; bytes < lengthBytes; bytes += chain.length) {
    blocks.push(createHmac(hash, secret).update(chain).update(seed).digest());
    chain = createHmac(hash, secret).update(chain).digest();
  }
  return Buffer.concat(blocks).subarray(0, lengthBytes);
}
