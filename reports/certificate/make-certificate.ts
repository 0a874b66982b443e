/** The certificate of a run that may be certified. Pure: the same run, files and times give the same bytes. */
import { transportOf } from '../../kit/core/conclusion';
import type { CaseReport, Environment, Report, TargetReport } from '../../kit/core/report';
import {
  conformanceType,
  statementV1,
  subjectOf,
  testResultOf,
  type CertifiedVerdict,
  type Certificate,
  type Conformance,
  type SealedFile,
} from './certificate';
import { keyOfCase } from '../verdicts';

/** What an API has to expose for an assertion of a case. */
export interface Assertion {
  readonly what: string;
  /** Keys of verdicts that assert it. */
  readonly cases: readonly string[];
}

export interface CertificateInput {
  readonly report: Report;
  readonly target: TargetReport;
  readonly profile: Conformance['profile'];
  /** Keys of the verdicts that the profile asks for, in the order of the catalogue. */
  readonly expected: readonly string[];
  readonly observes: readonly string[];
  /** What the client's API does not expose, though the profile asserts it. */
  readonly blind: readonly Assertion[];
  readonly files: readonly SealedFile[];
  readonly issuedAt: string;
  readonly expiresAt: string;
}

/** The statement with all that was found. */
export function makeCertificate(input: CertificateInput): Certificate {
  const { report, target, profile, files, issuedAt, expiresAt } = input;
  const { run, suite } = report;
  const digest = target.digest ?? { sha256: '', of: '' };
  const cases = casesOf(input);
  const judged = cases.filter((each) => each.verdict !== 'not-applicable');
  const keys = new Set(judged.map(keyOfCase));
  return {
    _type: statementV1,
    subject: subjectOf(digest, target.name),
    predicateType: conformanceType,
    predicate: {
      target: {
        name: target.name,
        client: target.client,
        api: target.api,
        model: target.model,
        ...(target.freeze === undefined ? {} : { freeze: target.freeze }),
        observes: input.observes,
        digest: { sha256: digest.sha256, of: digest.of, method: digest.method ?? '' },
      },
      profile,
      tier: suite.tier,
      tls: tlsOf(judged),
      verdicts: judged.map(certified),
      notApplicable: cases
        .filter((each) => each.verdict === 'not-applicable')
        .map((each) => ({ case: keyOfCase(each), why: each.phrase })),
      notObservable: input.blind
        .map(({ what, cases: all }) => ({ what, cases: all.filter((key) => keys.has(key)) }))
        .filter((each) => each.cases.length > 0),
      kit: { version: suite.version, catalogueDigest: suite.catalogueDigest },
      environment: environmentOf(report.environment),
      run: {
        id: run.id,
        ...(run.label === undefined ? {} : { label: run.label }),
        seed: run.seed,
        startedAt: run.startedAt,
        endedAt: run.endedAt ?? '',
      },
      files,
      issuedAt,
      expiresAt,
    },
  };
}

/** Of all that a report says of the machine what bears on the verdicts. */
function environmentOf(all: Environment): Conformance['environment'] {
  const { os, kernel, arch, cpus, node, endpoint, path, witness, limits } = all;
  return { os, kernel, arch, cpus, node, endpoint, path, witness, limits };
}

/** What is signed: this one, and the same in in-toto's own words. */
export function payloadsOf(certificate: Certificate): readonly [string, string] {
  return [JSON.stringify(testResultOf(certificate)), JSON.stringify(certificate)];
}

/** Those of the profile, and on plain `ws:` where that was asked for. */
function casesOf({ report, target, expected }: CertificateInput): readonly CaseReport[] {
  const wanted = new Set(expected);
  const ids = new Set(expected.map((key) => key.split('@')[0]));
  const hasPlain = report.suite.binding.includes('plain');
  return target.cases.filter(
    (each) => wanted.has(keyOfCase(each)) || (hasPlain && ids.has(each.id) && transportOf(each.variant) === 'plain'),
  );
}

function tlsOf(judged: readonly CaseReport[]): readonly string[] {
  const on = (transport: string): boolean => judged.some((each) => transportOf(each.variant) === transport);
  return [...(on('tls12') ? ['1.2'] : []), ...(on('tls13') ? ['1.3'] : [])];
}

function certified(each: CaseReport): CertifiedVerdict {
  const { level, class: kind, trials, bound } = each;
  const { planned, valid, inconclusive } = trials;
  return {
    case: keyOfCase(each),
    level,
    class: kind,
    verdict: good(each),
    trials: { planned, valid, inconclusive },
    ...(bound === undefined ? {} : { bound }),
  };
}

function good({ verdict }: CaseReport): CertifiedVerdict['verdict'] {
  if (verdict === 'conforms' || verdict === 'observed' || verdict === 'deviates') return verdict;
  throw new TypeError(`a verdict ${verdict} is not certified`);
}
