/** Ed25519 keys in PEM: the private one that signs, the public one that somebody trusts. What a key says is never shown. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { KitError } from '../../kit/core/kit-error';

const makeOne = '`openssl genpkey -algorithm ed25519 -out key.pem` makes one';
const makePublic = '`openssl pkey -in key.pem -pubout -out key.pub.pem` makes it of the private key';

/**
 * The private key that signs certificates.
 * @param where what the text came from, for messages: `--key FILE`
 * @throws {KitError} `KEY`
 */
export function readSigningKey(pem: string, where: string): KeyObject {
  const expected = `expected a private key of Ed25519 in PEM (PKCS #8, not encrypted); ${makeOne}`;
  const refuse = (found: string): KitError => new KitError('KEY', `${where} ${found}: ${expected}`);
  const label = labelOf(pem);
  if (label === undefined) throw refuse('holds no key in PEM, or more than one');
  if (label === 'ENCRYPTED PRIVATE KEY' || /Proc-Type: 4,ENCRYPTED/.test(pem)) {
    throw refuse('is encrypted (`openssl pkey -in FILE -out key.pem` decrypts it)');
  }
  if (label === 'PUBLIC KEY' || label === 'CERTIFICATE') throw refuse(`holds a ${label.toLowerCase()}`);
  if (label !== 'PRIVATE KEY') throw refuse(`holds a key of another kind (${label})`);
  return checked(() => createPrivateKey(pem), refuse);
}

/**
 * The public key that a certificate has to be signed with.
 * @throws {KitError} `KEY`
 */
export function readPublicKey(pem: string, where: string): KeyObject {
  const expected = `expected the public key of Ed25519 that you trust, in PEM; ${makePublic}`;
  const refuse = (found: string): KitError => new KitError('KEY', `${where} ${found}: ${expected}`);
  const label = labelOf(pem);
  if (label === undefined) throw refuse('holds no key in PEM, or more than one');
  // Node would take the public half of it; whoever hands a private key around should hear of it.
  if (label.endsWith('PRIVATE KEY')) throw refuse('holds a private key');
  if (label !== 'PUBLIC KEY') throw refuse(`holds no public key (${label})`);
  return checked(() => createPublicKey(pem), refuse);
}

/** SHA-256 of the public key (SubjectPublicKeyInfo, DER) in lower-case hex: what names a key in an envelope. */
export function keyIdOf(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(half.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** What the one block of a PEM says it is. */
function labelOf(pem: string): string | undefined {
  const labels = [...pem.matchAll(/^-----BEGIN ([A-Z0-9 ]{1,40})-----\r?$/gm)].map((match) => match[1]);
  return labels.length === 1 ? labels[0] : undefined;
}

function checked(read: () => KeyObject, refuse: (found: string) => KitError): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    // What OpenSSL says of it helps nobody, and might quote it.
    throw refuse('cannot be read: the key is damaged');
  }
  if (key.asymmetricKeyType !== 'ed25519') throw refuse(`holds a key of ${key.asymmetricKeyType ?? 'another kind'}`);
  return key;
}
