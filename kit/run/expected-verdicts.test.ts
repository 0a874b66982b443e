import { catalogue } from '../cases/catalogue';
import { findInCertificate } from '../../reports/certificate/read-certificate';
import { sampleCertificate } from '../../reports/certificate/testing/sample-certificate';
import { expectedOf } from './expected-verdicts';

it('expects the verdicts of a profile on TLS 1.2 and 1.3, each part of a deterministic case by itself', () => {
  const { verdicts, cases, unbuilt } = expectedOf('smoke', 'standard');
  expect(verdicts).toContainEqual({ key: 'freeze/answer-fin@tls12', planned: 59 });
  expect(verdicts).toContainEqual({ key: 'code/none@a@tls13', planned: 3 });
  expect(verdicts.some(({ key }) => key.endsWith('plain'))).toBe(false);
  expect(cases).toHaveLength(12);
  expect(unbuilt).toEqual([]);
});

it('knows what a client’s API has to expose for them', () => {
  const { asserts } = expectedOf('smoke', 'quick');
  const of = (what: string): readonly string[] => asserts.find((each) => each.what === what)?.cases ?? [];
  expect(of('code')).toContain('close/answer-close-one-record@tls13');
  // Where no Close came, saying nothing of a code is as good as 1006: RFC 6455 §7.1.5.
  expect(of('code')).not.toContain('freeze/answer-fin@tls13');
  expect(of('wasClean')).toContain('freeze/answer-fin@tls13');
});

it('refuses a profile that there is not', () => {
  expect(() => expectedOf('gold', 'quick')).toThrow('there is no such profile');
  expect(() => expectedOf('__proto__', 'quick')).toThrow('there is no such profile');
});

it('names every case of the catalogue as a certificate can', () => {
  const [verdict] = sampleCertificate.predicate.verdicts;
  const { verdicts } = expectedOf('all', 'deep');
  const predicate = {
    ...sampleCertificate.predicate,
    verdicts: verdicts.map(({ key }) => ({ ...verdict, case: key })),
    profile: { name: 'all', cases: catalogue.map(({ id }) => id), unbuilt: [] },
  };
  expect(findInCertificate({ ...sampleCertificate, predicate })).toBeUndefined();
});
