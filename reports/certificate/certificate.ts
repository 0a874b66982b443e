/** What a certificate says: an in-toto Statement v1 with a predicate of ours, and the one of in-toto that is made of it. */
import type { Environment } from '../../kit/core/report';
import type { TargetDigest } from '../../kit/core/target';
import type { Tier } from '../../kit/core/plan-trials';
import type { Verdict } from '../../kit/core/outcome';

export const statementV1 = 'https://in-toto.io/Statement/v1';
export const testResultType = 'https://in-toto.io/attestation/test-result/v0.1';
export const conformanceType = 'urn:lastword:conformance:1';

/** In-toto's way to name a thing by its content. */
export interface ResourceDescriptor {
  readonly name: string;
  readonly uri?: string;
  readonly digest: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

export interface Statement<Type extends string, Predicate> {
  readonly _type: typeof statementV1;
  readonly subject: readonly ResourceDescriptor[];
  readonly predicateType: Type;
  readonly predicate: Predicate;
}

/** A verdict on a case of the profile. */
export interface CertifiedVerdict {
  /** `freeze/answer-fin@tls13`. */
  readonly case: string;
  readonly level: string;
  readonly class: string;
  readonly verdict: Extract<Verdict, 'conforms' | 'observed' | 'deviates'>;
  readonly trials: { readonly planned: number; readonly valid: number; readonly inconclusive: number };
  /** Largest rate of violations that the trials leave possible, one-sided 95 %; of `conforms` where there is one. */
  readonly bound?: number;
}

/** A file of the run's folder, as it was when the certificate was issued. */
export interface SealedFile {
  /** From the folder, with `/` between folders. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Conformance {
  readonly target: {
    readonly name: string;
    readonly client: {
      readonly name: string;
      readonly version: string;
      readonly runtime: string;
      readonly platform: string;
    };
    readonly api: string;
    readonly model: string;
    /** Frozen was its main thread alone; absent: all of it. */
    readonly freeze?: string;
    readonly observes: readonly string[];
    readonly digest: Pick<TargetDigest, 'sha256' | 'of'> & { readonly method: string };
  };
  readonly profile: {
    readonly name: string;
    /** Cases of it that the kit has. */
    readonly cases: readonly string[];
    /** Cases of it that the kit does not have yet, and that nothing is said of. */
    readonly unbuilt: readonly string[];
  };
  readonly tier: Tier;
  /** `1.2`, `1.3`: those on which something was judged. */
  readonly tls: readonly string[];
  readonly verdicts: readonly CertifiedVerdict[];
  readonly notApplicable: readonly { readonly case: string; readonly why: string }[];
  readonly notObservable: readonly { readonly what: string; readonly cases: readonly string[] }[];
  readonly kit: { readonly version: string; readonly catalogueDigest: string };
  readonly environment: Omit<Environment, 'server' | 'capture'>;
  readonly run: {
    readonly id: string;
    readonly label?: string;
    readonly seed: string;
    readonly startedAt: string;
    readonly endedAt: string;
  };
  readonly files: readonly SealedFile[];
  readonly issuedAt: string;
  readonly expiresAt: string;
}

export interface TestResult {
  readonly result: 'PASSED' | 'WARNED';
  readonly configuration: readonly ResourceDescriptor[];
  readonly passedTests: readonly string[];
  readonly warnedTests: readonly string[];
  readonly failedTests: readonly string[];
}

export type Certificate = Statement<typeof conformanceType, Conformance>;
export type TestResultStatement = Statement<typeof testResultType, TestResult>;

/**
 * The same in the words that every reader of in-toto's attestations knows. A function of the certificate, so that neither
 * can stand beside another one.
 */
export function testResultOf({ subject, predicate }: Certificate): TestResultStatement {
  const { verdicts, profile, tier, tls, kit, files, issuedAt, expiresAt, run } = predicate;
  const named = (isWarned: boolean): readonly string[] =>
    verdicts.filter(({ verdict }) => (verdict === 'deviates') === isWarned).map((each) => each.case);
  const sha256Of = (name: string): string => files.find((file) => file.name === name)?.sha256 ?? '';
  const isWarned = named(true).length > 0 || profile.unbuilt.length > 0;
  return {
    _type: statementV1,
    subject,
    predicateType: testResultType,
    predicate: {
      result: isWarned ? 'WARNED' : 'PASSED',
      configuration: [
        {
          name: 'catalogue',
          uri: `pkg:npm/lastword@${kit.version}`,
          digest: { sha256: kit.catalogueDigest },
          annotations: { profile: profile.name, tier, tls, seed: run.seed, issuedAt, expiresAt },
        },
        { name: 'report.json', digest: { sha256: sha256Of('report.json') } },
        { name: 'trials.ndjson', digest: { sha256: sha256Of('trials.ndjson') } },
      ],
      passedTests: named(false),
      warnedTests: named(true),
      failedTests: [],
    },
  };
}

/** What was tested, by digests that somebody else can compute. */
export function subjectOf(digest: TargetDigest, name: string): readonly ResourceDescriptor[] {
  const annotations = { of: digest.of };
  switch (digest.method) {
    case 'files':
      // In-toto: names within a subject are unique.
      return (digest.files ?? [])
        .filter((file, at, all) => all.findIndex(({ name: other }) => other === file.name) === at)
        .map((file) => ({ name: file.name, digest: { sha256: file.sha256 } }));
    case 'folder':
      // in-toto's dirHash is over the same lines, `<sha256>  <path>`.
      return [{ name, digest: { dirHash: digest.sha256 }, annotations }];
    case 'file':
    case 'image':
      return [{ name, digest: { sha256: digest.sha256 }, annotations }];
    case undefined:
      return [];
    default:
      throw new TypeError(`unknown method ${String(digest.method satisfies never)}`);
  }
}
