import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { keyIdOf, readPublicKey, readSigningKey } from './signing-key';

const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
const pem = (key: KeyObject): string =>
  String(key.type === 'public' ? key.export({ type: 'spki', format: 'pem' }) : key.export(pkcs8));

const own = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const encrypted = String(own.privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'secret' }));
const damaged = pem(own.privateKey)
  .replace(/[A-Za-z0-9]{8}\n-----END/, 'AAAAAAAA\n-----END')
  .replace('MC4', 'MC9');

it('reads a private key, and names it by the digest of its public half', () => {
  const key = readSigningKey(`# mine\n${pem(own.privateKey)}`, '`--key k`');
  expect(keyIdOf(key)).toMatch(/^[0-9a-f]{64}$/);
  expect(keyIdOf(key)).toBe(keyIdOf(readPublicKey(pem(own.publicKey), '`--key k`')));
  expect(keyIdOf(key)).toBe(keyIdOf(createPublicKey(own.privateKey)));
});

it.each([
  ['nothing', '', 'holds no key in PEM'],
  ['garbage', '\0\x01 -----BEGIN', 'holds no key in PEM'],
  ['two keys', pem(own.privateKey) + pem(own.privateKey), 'or more than one'],
  ['an encrypted one', encrypted, 'is encrypted (`openssl pkey'],
  ['one encrypted as OpenSSL once did', '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n', 'is encrypted'],
  ['a public one', pem(own.publicKey), 'holds a public key'],
  ['a certificate', '-----BEGIN CERTIFICATE-----\n', 'holds a certificate'],
  ['one of RSA', pem(rsa.privateKey), 'holds a key of rsa'],
  ['one of P-256', pem(ec.privateKey), 'holds a key of ec'],
  ['one of OpenSSH', '-----BEGIN OPENSSH PRIVATE KEY-----\n', 'holds a key of another kind (OPENSSH PRIVATE KEY)'],
  ['a damaged one', damaged, 'cannot be read: the key is damaged'],
])('does not sign with %s, and says nothing of what it holds', (_, text, why) => {
  const failure = (): unknown => readSigningKey(text, '`--key k`');
  expect(failure).toThrow(expect.objectContaining({ code: 'KEY', message: expect.stringContaining(why) as string }));
  const secret = pem(own.privateKey).split('\n')[1] ?? '';
  expect(failure).toThrow(expect.objectContaining({ message: expect.not.stringContaining(secret) as string }));
});

it.each([
  ['nothing', '', 'holds no key in PEM'],
  ['a private one', pem(own.privateKey), 'holds a private key'],
  ['an encrypted private one', encrypted, 'holds a private key'],
  ['a certificate', '-----BEGIN CERTIFICATE-----\n', 'holds no public key'],
  ['one of RSA', pem(rsa.publicKey), 'holds a key of rsa'],
  ['a damaged one', pem(own.publicKey).replace('MCow', 'MCox'), 'cannot be read'],
])('does not trust %s', (_, text, why) => {
  expect(() => readPublicKey(text, '`--key k`')).toThrow(
    expect.objectContaining({ code: 'KEY', message: expect.stringContaining(why) as string }),
  );
});
