/** `report.json`: what other programs may rely on. Computed from the raw trials, and from nothing else. */
import type { Hello } from './adapter-event';
import type { ServerWords } from './endpoint';
import type { BaselineReport, CaseException } from './baseline';
import type { CaptureSource, EvidenceKind } from './evidence';
import type { Tier } from './plan-trials';
import type { InconclusiveWhy, LossLayer, OutcomeKind, Verdict, WitnessTier } from './outcome';
import type { Counts } from './tally';
import type { Rate } from './judge-case';
import type { TargetDigest } from './target';

export const reportSchema = 'lastword/report/1';

export interface CaseReport {
  readonly id: string;
  /** `tls13`, or `a@tls13` for one part of a deterministic case. */
  readonly variant: string;
  readonly title: string;
  readonly level: string;
  readonly class: string;
  readonly verdict: Verdict;
  /** What else holds, such as `kit-fail` next to `violates`. */
  readonly also: readonly Verdict[];
  /** A baseline knows of the failure: it stands, and fails no run. */
  readonly exception?: CaseException;
  readonly clauses: readonly string[];
  readonly trials: {
    readonly planned: number;
    readonly valid: number;
    readonly violating: number;
    readonly inconclusive: number;
  };
  readonly outcomes: Counts<OutcomeKind>;
  readonly inconclusive: Counts<InconclusiveWhy>;
  /** Rows of the decision table that fired, with their numbers. */
  readonly rows: Counts<string>;
  readonly layers: Counts<LossLayer>;
  /** `tls` where the same case passes on plain `ws:`; absent where nothing was lost or nothing can be said. */
  readonly lossLayer?: 'socket' | 'tls' | 'decode' | 'dispatch';
  readonly witness?: WitnessTier;
  readonly rate?: Rate;
  /** Largest loss rate left possible, one-sided 95 %. */
  readonly bound?: number;
  readonly parts?: Readonly<Record<string, { readonly valid: number; readonly violating: number }>>;
  readonly phrase: string;
  readonly notes: readonly string[];
  /** The command that runs the case again. */
  readonly replay: string;
  /** The same for `lastword replay`. */
  readonly token: string;
  readonly evidence: readonly EvidenceReference[];
}

/** A file in the folder of the run. */
export interface EvidenceReference {
  readonly kind: EvidenceKind;
  /** The trial that it is of. */
  readonly trial: string;
  /** From the folder of the report, with `/` between folders. */
  readonly path: string;
  /** Of a capture: whether its packets were captured, or made of the bytes that the endpoint sent and received. */
  readonly source?: CaptureSource;
  /** Why it is synthesised, where packets were captured. */
  readonly why?: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface TargetReport {
  readonly name: string;
  readonly client: Hello['client'];
  readonly api: string;
  readonly model: string;
  /** Frozen was its main thread alone; absent: all of it. */
  readonly freeze?: Hello['freeze'];
  readonly digest?: TargetDigest;
  readonly admitted: boolean;
  /** Why the adapter was not admitted. */
  readonly refusal?: string;
  /** Whether every case conforms, or was observed only, or does not apply; plain `ws:` does not count unless asked for. */
  readonly conformant: boolean;
  readonly cases: readonly CaseReport[];
  readonly summary: Readonly<Record<Verdict, number>>;
}

export interface Report {
  readonly schema: typeof reportSchema;
  readonly run: {
    readonly id: string;
    readonly label?: string;
    readonly seed: string;
    readonly shard: string | null;
    readonly startedAt: string;
    readonly endedAt: string | null;
    readonly partial: boolean;
  };
  readonly suite: {
    readonly version: string;
    readonly catalogueDigest: string;
    readonly profile: string;
    readonly tier: Tier;
    /** Transports whose verdicts decide; `plain` among them only where it was asked for. */
    readonly binding: readonly string[];
  };
  readonly environment: Environment;
  /** What a baseline excused, and what of it is stale; absent: the run had none. */
  readonly baseline?: readonly BaselineReport[];
  readonly targets: readonly TargetReport[];
}

export interface Environment {
  readonly os: string;
  readonly kernel: string;
  readonly arch: string;
  readonly cpus: number;
  readonly node: string;
  readonly endpoint: 'embedded' | 'process' | 'container';
  readonly path: string;
  readonly witness: 'tcp-info' | 'proc-net-tcp' | 'client-socket' | 'none';
  /** The real server of the run, and what a recording client saw it put on the wire; absent for the endpoint. */
  readonly server?: ServerWords;
  /** Where the captures among the evidence come from; absent: the run kept none. */
  readonly capture?: {
    readonly source: CaptureSource;
    /** The tool, with its version, and the interface. */
    readonly by?: string;
    readonly device?: string;
    /** Why nothing was captured. */
    readonly why?: string;
  };
  /** What the machine could not do, in words. */
  readonly limits: readonly string[];
}
