/** A certificate of two verdicts, and a key for the tests alone. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { caseReport, report, targetReport } from '../../../matchers/testing/observe';
import type { Report } from '../../../kit/core/report';
import { makeCertificate } from '../make-certificate';
import type { Certificate } from '../certificate';

export const sampleTarget = targetReport(
  [
    caseReport({ variant: 'tls12', bound: 0.139 }),
    caseReport({ variant: 'tls13', verdict: 'deviates' }),
    caseReport({
      id: 'code/none',
      variant: 'a@tls13',
      verdict: 'not-applicable',
      phrase: 'The client does not offer it.',
    }),
  ],
  { digest: { method: 'folder', sha256: 'a'.repeat(64), of: 'npm package ws@8.23.0' } },
);

const base = report([sampleTarget]);

export const sampleReport: Report = {
  ...base,
  run: { ...base.run, endedAt: '2026-01-01T00:10:00Z' },
  suite: { ...base.suite, catalogueDigest: 'c'.repeat(64) },
};

/** Valid for a day. */
export const sampleCertificate: Certificate = makeCertificate({
  report: sampleReport,
  target: sampleTarget,
  profile: { name: 'smoke', cases: ['freeze/answer-fin', 'code/none'], unbuilt: [] },
  expected: ['freeze/answer-fin@tls12', 'freeze/answer-fin@tls13', 'code/none@a@tls13'],
  observes: ['code'],
  blind: [{ what: 'wasClean', cases: ['freeze/answer-fin@tls12', 'code/none@a@tls13'] }],
  files: [
    { name: 'report.json', bytes: 1, sha256: '1'.repeat(64) },
    { name: 'trials.ndjson', bytes: 2, sha256: '2'.repeat(64) },
  ],
  issuedAt: '2026-01-02T00:00:00.000Z',
  expiresAt: '2026-01-03T00:00:00.000Z',
});

/** A moment at which it is valid. */
export const sampleNow = Date.parse('2026-01-02T12:00:00Z');

export function newKey(): { readonly signing: KeyObject; readonly trusted: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { signing: privateKey, trusted: publicKey };
}
