/** The words of the judge, cases.md §8 of the catalogue: outcomes of a trial, verdicts of a case. */
import type { Level } from './case';

export type OutcomeKind =
  | 'pass'
  | 'lost'
  | 'late'
  | 'stalled'
  | 'reordered'
  | 'duplicated'
  | 'corrupted'
  | 'forbidden'
  | 'rejected'
  | 'misreported'
  | 'spurious-close'
  | 'hang'
  | 'crash'
  | 'observed'
  | 'inconclusive'
  | 'not-applicable';

export type InconclusiveWhy = 'kit' | 'setup' | 'adapter' | 'control' | 'path' | 'unwitnessed' | 'client-left';

export type Verdict =
  'conforms' | 'violates' | 'deviates' | 'kit-fail' | 'suspect' | 'observed' | 'inconclusive' | 'not-applicable';

/** How sure it is that a message reached the client; `w2+` is W2 while frozen, seen unread in the client's socket. */
export type WitnessTier = 'w0' | 'w1' | 'w2' | 'w2+' | 'w3' | 'w4';

/**
 * Where a lost message stayed: `socket`, never read from the kernel; `decode`, read, but there is no proof that it was
 * parsed (TLS or WebSocket layer); `dispatch`, parsed and not handed to the application.
 */
export type LossLayer = 'socket' | 'decode' | 'dispatch';

/** One finding about a trial. */
export interface Finding {
  readonly outcome: OutcomeKind;
  /** For `inconclusive`. */
  readonly why?: InconclusiveWhy;
  /** Row of the decision table that fired: `1` to `15`, with `14a` to `14c`. */
  readonly row: string;
  /** How binding the broken assertion is; `must` and `kit` for what they say, `informational` for neutral ones. */
  readonly level: Level;
  /** One sentence of evidence; never the client's name as subject of a failure where nothing was witnessed. */
  readonly note: string;
}

/** What the judge says of one trial. */
export interface TrialJudgement {
  /** The finding that counts. */
  readonly main: Finding;
  /** What else was found: a hang next to a loss, a crash next to the verdict on delivery, observations. */
  readonly also: readonly Finding[];
  readonly witness: WitnessTier;
  readonly layer?: LossLayer;
}

/** Outcomes that are violations where the assertion is a MUST. */
export const violatingOutcomes: ReadonlySet<OutcomeKind> = new Set<OutcomeKind>([
  'lost',
  'late',
  'stalled',
  'reordered',
  'duplicated',
  'corrupted',
  'forbidden',
  'rejected',
  'misreported',
  'spurious-close',
]);

/** Valid trials that an acquittal needs, as a share of those planned. */
export const shareNeeded = 0.8;
