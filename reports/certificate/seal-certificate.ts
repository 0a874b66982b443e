/** The file of a certificate: two signed lines. */
import type { KeyObject } from 'node:crypto';
import { KitError } from '../../kit/core/kit-error';
import type { Certificate } from './certificate';
import { sealPayload } from './envelope';
import { payloadsOf } from './make-certificate';
import { mostCertificateBytes } from './read-certificate';

/**
 * Signs a certificate.
 * @throws {KitError} `FILES` nobody would read it: it names too many files
 */
export function sealCertificate(certificate: Certificate, key: KeyObject): string {
  const text = payloadsOf(certificate)
    .map((payload) => sealPayload(payload, key))
    .join('');
  const bytes = Buffer.byteLength(text);
  if (bytes <= mostCertificateBytes) return text;
  throw new KitError(
    'FILES',
    `the certificate would have ${bytes} bytes, and \`lastword verify\` reads ${mostCertificateBytes}: the folder holds ${certificate.predicate.files.length} files; take away those that are not of the run, or certify a run of fewer cases or trials`,
  );
}
