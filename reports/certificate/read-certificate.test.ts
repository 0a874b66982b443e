import { sealPayload } from './envelope';
import { payloadsOf } from './make-certificate';
import { findInCertificate, readCertificate } from './read-certificate';
import { testResultOf, type Certificate } from './certificate';
import { newKey, sampleCertificate, sampleNow } from './testing/sample-certificate';

const { signing, trusted } = newKey();
const seal = (...payloads: readonly string[]): Buffer =>
  Buffer.from(payloads.map((payload) => sealPayload(payload, signing)).join(''));
const sealed = seal(...payloadsOf(sampleCertificate));
const read = (bytes: Uint8Array, now = sampleNow) => readCertificate(bytes, trusted, now);
const changed = (changes: object): Certificate => ({
  ...sampleCertificate,
  predicate: { ...sampleCertificate.predicate, ...changes },
});
const sealOf = (certificate: Certificate): Buffer => seal(...payloadsOf(certificate));

it('reads what was sealed', () => {
  expect(read(sealed)).toEqual({ certificate: sampleCertificate, problems: [] });
});

it('says the same in the words of in-toto', () => {
  expect(testResultOf(sampleCertificate)).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'ws', digest: { dirHash: 'a'.repeat(64) }, annotations: { of: 'npm package ws@8.23.0' } }],
    predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
    predicate: {
      result: 'WARNED',
      passedTests: ['freeze/answer-fin@tls12'],
      warnedTests: ['freeze/answer-fin@tls13'],
      failedTests: [],
    },
  });
});

it('lists what does not apply and what cannot be observed', () => {
  expect(sampleCertificate.predicate).toMatchObject({
    tls: ['1.2', '1.3'],
    notApplicable: [{ case: 'code/none@a@tls13', why: 'The client does not offer it.' }],
    notObservable: [{ what: 'wasClean', cases: ['freeze/answer-fin@tls12'] }],
  });
});

it.each([
  ['before it is valid', '2026-01-01T23:59:59Z', 'it is not valid yet: issued at 2026-01-02T00:00:00.000Z'],
  ['when it has expired', '2026-01-03T00:00:00Z', 'it has expired: it was valid until 2026-01-03T00:00:00.000Z'],
])('says %s what is wrong, and not that the signature is', (_, now, problem) => {
  expect(read(sealed, Date.parse(now))).toEqual({ certificate: sampleCertificate, problems: [problem] });
});

const [resultPayload, ownPayload] = payloadsOf(sampleCertificate);
const [result, own] = [sealPayload(resultPayload, signing), sealPayload(ownPayload, signing)];
const [otherResult] = payloadsOf(changed({ tier: 'deep' }));
const wrongTimes = changed({ issuedAt: '2026-01-04T00:00:00.000Z' });

it.each([
  ['of one line', Buffer.from(own), 'it does not have two lines'],
  ['of three lines', Buffer.from(result + own + own), 'it does not have two lines'],
  ['with an empty line behind it', Buffer.from(`${result}${own}\n`), 'it does not have two lines'],
  ['with its lines the other way round', Buffer.from(own + result), 'line 2 is no certificate of lastword'],
  ['of two certificates, one line each', seal(otherResult, ownPayload), 'line 1 is not the test result'],
  ['of another statement that the key has signed', seal(resultPayload, resultPayload), 'line 2 is no certificate'],
  [
    'that another key has signed',
    Buffer.from(
      payloadsOf(sampleCertificate)
        .map((each) => sealPayload(each, newKey().signing))
        .join(''),
    ),
    'line 1: it is signed with another key',
  ],
  ['that is no UTF-8', Buffer.from([0xff, 0x0a, 0x0a]), 'it is no UTF-8'],
  ['that is empty', Buffer.alloc(0), 'it does not have two lines'],
  ['that is huge', Buffer.alloc(33 * 1024 * 1024), 'it is larger than'],
  ['with a byte order mark', Buffer.concat([Buffer.from('\ufeff'), sealed]), 'no JSON of the one form'],
  ['with a field more', sealOf(changed({ more: 1 })), 'line 2 is no certificate of lastword'],
  ['of no time', sealOf(changed({ issuedAt: '2026-02-31T00:00:00.000Z' })), 'are no times'],
  ['that ends before it begins', sealOf(wrongTimes), 'the one is not before the other'],
])('refuses a file %s', (_, bytes, why) => {
  const { problems } = read(bytes);
  expect(problems).toContainEqual(expect.stringContaining(why));
});

it('refuses a predicate with a key of the prototype', () => {
  const evil = ownPayload.replace('"predicate":{', '"predicate":{"__proto__":{"tier":"deep"},');
  expect(read(seal(resultPayload, evil)).problems).toEqual([expect.stringContaining('line 2 is no certificate')]);
});

it.each([
  ['a violated case', { verdicts: [{ ...sampleCertificate.predicate.verdicts[0], verdict: 'violates' }] }],
  ['no verdict', { verdicts: [] }],
  ['a digest that is none', { files: [{ name: 'report.json', bytes: 1, sha256: 'A' }] }],
])('a certificate has not %s', (_, changes) => {
  expect(findInCertificate(changed(changes))).toBeDefined();
});
