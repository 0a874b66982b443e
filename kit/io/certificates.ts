/**
 * The certificates of one run: a CA and a leaf, ECDSA P-256 with SHA-256, never stored.
 *
 * Built on `@peculiar/x509` itself and not on a wrapper of it, because the wrappers write no key identifiers, and strict
 * verifiers (`openssl verify -x509_strict`, Python 3.13 and later) refuse a certificate without them.
 */
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

/** A certificate with its key. */
export interface Leaf {
  readonly leafPem: string;
  /** PKCS #8. */
  readonly leafKeyPem: string;
}

/** What {@link makeCertificates} gives. */
export interface Certificates extends Leaf {
  /** The CA that a client is told to trust. */
  readonly caPem: string;
  /**
   * For clients that dial an address and send no name, where the endpoint is to be dialled so: some look for the address
   * among the DNS names only. No other client should meet such a name, which is none (RFC 6125 §6.4).
   */
  readonly byAddress?: Leaf;
  /** SHA-256 of the CA's DER, lower-case hex. */
  readonly caSha256: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The names that a client may dial. Some clients check host names only, so each address has a name beside it. */
const SUBJECT_ALTERNATIVE_NAMES: x509.JsonGeneralNames = [
  { type: 'dns', value: 'localhost' },
  { type: 'dns', value: 'host.docker.internal' },
  { type: 'dns', value: 'lastword-endpoint' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
];

/**
 * Makes a CA and a leaf signed by it, valid from an hour before `now` (a client's clock may be behind) to 30 days after.
 *
 * @param also names and addresses that the leaf is for, besides those of loopback and of the endpoint's container
 * @see RFC 5280 §4.2.1 for the extensions
 */
export async function makeCertificates(now: Date, also: readonly string[] = []): Promise<Certificates> {
  x509.cryptoProvider.set(webcrypto);
  const [caKeys, leafKeys] = await Promise.all([generateKeys(), generateKeys()]);
  const validity = { notBefore: new Date(now.getTime() - HOUR_MS), notAfter: new Date(now.getTime() + 30 * DAY_MS) };
  const caName = 'CN=lastword test CA, O=lastword';
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: randomSerial(),
    name: caName,
    keys: caKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const issue = async (names: x509.JsonGeneralNames): Promise<Leaf> => {
    const leaf = await x509.X509CertificateGenerator.create({
      ...validity,
      serialNumber: randomSerial(),
      subject: 'CN=localhost, O=lastword endpoint',
      issuer: ca.subject,
      publicKey: leafKeys.publicKey,
      signingKey: caKeys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(names),
        await x509.SubjectKeyIdentifierExtension.create(leafKeys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
      ],
    });
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey));
    return { leafPem: `${leaf.toString('pem')}\n`, leafKeyPem: `${x509.PemConverter.encode(key, 'PRIVATE KEY')}\n` };
  };
  const names: x509.JsonGeneralNames = [...SUBJECT_ALTERNATIVE_NAMES, ...also.map(alternativeName)];
  const addresses = also.filter((each) => isIP(each) !== 0);
  const asNames: x509.JsonGeneralNames = addresses.map((value) => ({ type: 'dns', value }));
  return {
    caPem: `${ca.toString('pem')}\n`,
    ...(await issue(names)),
    ...(addresses.length === 0 ? {} : { byAddress: await issue([...names, ...asNames]) }),
    caSha256: createHash('sha256').update(Buffer.from(ca.rawData)).digest('hex'),
  };
}

function alternativeName(text: string): x509.JsonGeneralNames[number] {
  return isIP(text) === 0 ? { type: 'dns', value: text } : { type: 'ip', value: text };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets, and never the same twice from one issuer. */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}
