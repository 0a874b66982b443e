import { createHmac } from 'node:crypto';
import { deriveNextKeys, deriveTls12Keys, deriveTls13Keys, findCipherSuite, parseKeylogLine } from './tls-keys';
import type { CipherSuite } from './tls-keys';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

function suiteOf(name: string): CipherSuite {
  const suite = findCipherSuite(name);
  if (suite === undefined) throw new Error(`no suite ${name}`);
  return suite;
}

describe('a cipher suite', () => {
  it('is found by code point, IANA name and OpenSSL name', () => {
    const suite = suiteOf('ECDHE-ECDSA-AES128-GCM-SHA256');
    expect(findCipherSuite('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256')).toBe(suite);
    expect(findCipherSuite(0xc02b)).toBe(suite);
    expect(suite).toMatchObject({ version: 'TLSv1.2', aead: 'aes-128-gcm', keyBytes: 16, ivBytes: 4 });
  });

  it('is unknown where the kit cannot seal it', () => {
    expect(findCipherSuite('TLS_RSA_WITH_AES_128_CBC_SHA')).toBeUndefined();
    expect(findCipherSuite(0x002f)).toBeUndefined();
  });
});

describe('a key log line', () => {
  it('gives its label, random and secret', () => {
    expect(parseKeylogLine(`CLIENT_RANDOM ${'ab'.repeat(32)} 0102ff\n`)).toEqual({
      label: 'CLIENT_RANDOM',
      clientRandom: Buffer.alloc(32, 0xab),
      secret: hex('0102ff'),
    });
  });

  it('is nothing where it is a comment, empty or cut', () => {
    expect(parseKeylogLine('# SSL/TLS secrets')).toBeUndefined();
    expect(parseKeylogLine('')).toBeUndefined();
    expect(parseKeylogLine(`CLIENT_RANDOM ${'ab'.repeat(31)} 0102`)).toBeUndefined();
    expect(parseKeylogLine(`CLIENT_RANDOM ${'ab'.repeat(32)} 010`)).toBeUndefined();
  });
});

describe('the keys of TLS 1.3', () => {
  // RFC 8448 §3, "derive write traffic keys for application data".
  it('of the server are those of RFC 8448 §3', () => {
    const secret = hex('a11af9f05531f856ad47116b45a95032 8204b4f44bfb6b3a4b4f1f3fcb631643');
    const { key, iv } = deriveTls13Keys(suiteOf('TLS_AES_128_GCM_SHA256'), secret);
    expect(key.toString('hex')).toBe('9f02283b6c9c07efc26bb9f2ac92e356');
    expect(iv.toString('hex')).toBe('cf782b88dd83549aadf1e984');
  });

  it('of the client are those of RFC 8448 §3', () => {
    const secret = hex('9e40646ce79a7f9dc05af8889bce6552 875afa0b06df0087f792ebb7c17504a5');
    const { key, iv } = deriveTls13Keys(suiteOf('TLS_AES_128_GCM_SHA256'), secret);
    expect(key.toString('hex')).toBe('17422dda596ed5d9acd890e3c63f5051');
    expect(iv.toString('hex')).toBe('5b78923dee08579033e523d9');
  });

  it('after a KeyUpdate come from the next secret', () => {
    const suite = suiteOf('TLS_AES_128_GCM_SHA256');
    const secret = hex('9e40646ce79a7f9dc05af8889bce6552 875afa0b06df0087f792ebb7c17504a5');
    // RFC 8446 §7.2: one block of HMAC(secret, 0020 11 "tls13 traffic upd" 00 | 01).
    const label = Buffer.concat([hex('0020 11'), Buffer.from('tls13 traffic upd'), hex('00 01')]);
    const next = createHmac('sha256', secret).update(label).digest();
    expect(deriveNextKeys(deriveTls13Keys(suite, secret))).toEqual(deriveTls13Keys(suite, next));
    expect(next.toString('hex').startsWith('fcdfcc72725aaee48bf64e4f')).toBe(true);
  });

  it('are of 32 bytes and come from SHA-384 where the suite says so', () => {
    const { key, iv } = deriveTls13Keys(suiteOf('TLS_AES_256_GCM_SHA384'), Buffer.alloc(48, 1));
    const label = Buffer.concat([hex('0020 09'), Buffer.from('tls13 key'), hex('00 01')]);
    expect(key).toEqual(createHmac('sha384', Buffer.alloc(48, 1)).update(label).digest().subarray(0, 32));
    expect(iv).toHaveLength(12);
  });
});

describe('the keys of TLS 1.2', () => {
  it('lie in the key block as client key, server key, client iv, server iv', () => {
    const from = {
      masterSecret: Buffer.alloc(48, 3),
      clientRandom: Buffer.alloc(32, 1),
      serverRandom: Buffer.alloc(32, 2),
    };
    const { client, server } = deriveTls12Keys(suiteOf('ECDHE-ECDSA-AES128-GCM-SHA256'), from);
    const seed = Buffer.concat([Buffer.from('key expansion'), from.serverRandom, from.clientRandom]);
    const hmac = (data: Buffer): Buffer => createHmac('sha256', from.masterSecret).update(data).digest();
    const a1 = hmac(seed);
    const block = Buffer.concat([hmac(Buffer.concat([a1, seed])), hmac(Buffer.concat([hmac(a1), seed]))]);
    expect([client.key, server.key, client.iv, server.iv]).toEqual([
      block.subarray(0, 16),
      block.subarray(16, 32),
      block.subarray(32, 36),
      block.subarray(36, 40),
    ]);
  });

  it('have no successor', () => {
    const from = { masterSecret: Buffer.alloc(48), clientRandom: Buffer.alloc(32), serverRandom: Buffer.alloc(32) };
    const { server } = deriveTls12Keys(suiteOf('ECDHE-ECDSA-CHACHA20-POLY1305'), from);
    expect(() => deriveNextKeys(server)).toThrow(RangeError);
  });
});
