/**
 * The trials of one case on one transport, counted. What is kept does not grow with the number of trials, and but for
 * the samples it does not depend on their order.
 *
 * A trial that is inconclusive or not applicable counts for nothing else: no finding beside it is held against the client.
 * In all others, called valid, every finding counts, the main one and those beside it:
 *
 *  informational                               observation
 *  crash; hang, or `stalled` by a kit rule     kit failure
 *  a violating outcome of a MUST, a SHOULD     violation of that level, once a trial
 */
import {
  violatingOutcomes,
  type Finding,
  type InconclusiveWhy,
  type LossLayer,
  type OutcomeKind,
  type TrialJudgement,
  type WitnessTier,
} from './outcome';

/** How often something was seen; absent: never. */
export type Counts<Key extends string> = Readonly<Partial<Record<Key, number>>>;

/** Trials that broke an assertion of one level. */
export interface ViolationTally {
  /** Trials, however many findings each has. */
  readonly count: number;
  /** Best witness among them; null where there is none. */
  readonly witness: WitnessTier | null;
  /** Trials of the kinds of row 9, which the log alone proves: corrupted, duplicated, forbidden. */
  readonly selfEvident: number;
  /** Trials by outcome; one trial may show several. */
  readonly outcomes: Counts<OutcomeKind>;
}

/** Trials of one part. */
export interface PartTally {
  readonly judged: number;
  readonly valid: number;
  /** Valid trials with a violation of a MUST or a SHOULD. */
  readonly violating: number;
  /** Valid trials with a crash or a hang. */
  readonly failing: number;
  /** Valid trials with either. */
  readonly bad: number;
  readonly notApplicable: number;
}

/** A finding worth showing. */
export interface Sample {
  readonly part: string;
  readonly outcome: OutcomeKind;
  readonly row: string;
  /** From 5, a broken MUST, to 1, an observation. */
  readonly weight: number;
  /** At most 300 characters. */
  readonly note: string;
}

/** All that a verdict needs of any number of trials. Plain data, never changed in place. */
export interface Tally {
  readonly judged: number;
  /** Trials neither inconclusive nor not applicable. */
  readonly valid: number;
  readonly inconclusive: number;
  readonly notApplicable: number;
  /** By the main finding. */
  readonly outcomes: Counts<OutcomeKind>;
  readonly why: Counts<InconclusiveWhy>;
  readonly must: ViolationTally;
  readonly should: ViolationTally;
  /** Valid trials with a violation of a MUST or a SHOULD. */
  readonly violating: number;
  readonly hangs: number;
  readonly crashes: number;
  /** Valid trials with a hang or a crash. */
  readonly failing: number;
  /** Valid trials in which a close was reported while the connection stood, of whatever level. */
  readonly spurious: number;
  /** Valid trials with an observation that breaks no rule. */
  readonly observed: number;
  readonly parts: Readonly<Record<string, PartTally>>;
  /** Rows of the decision table, by the main finding. */
  readonly rows: Counts<string>;
  readonly layers: Counts<LossLayer>;
  /** At most three, the gravest first, of equal ones the earliest. */
  readonly samples: readonly Sample[];
}

/** What a finding of a valid trial counts as; `nothing` for a pass. */
export type FindingKind = 'must' | 'should' | 'hang' | 'crash' | 'observation' | 'nothing';

const noViolations: ViolationTally = { count: 0, witness: null, selfEvident: 0, outcomes: {} };
const noTrials: PartTally = { judged: 0, valid: 0, violating: 0, failing: 0, bad: 0, notApplicable: 0 };
const selfEvidentOutcomes: ReadonlySet<OutcomeKind> = new Set(['corrupted', 'duplicated', 'forbidden']);
const witnessOrder: readonly WitnessTier[] = ['w0', 'w1', 'w2', 'w2+', 'w3', 'w4'];
const sampleLimit = 3;
const noteLimit = 300;

/** No trial yet. */
export function emptyTally(): Tally {
  return {
    judged: 0,
    valid: 0,
    inconclusive: 0,
    notApplicable: 0,
    outcomes: {},
    why: {},
    must: noViolations,
    should: noViolations,
    violating: 0,
    hangs: 0,
    crashes: 0,
    failing: 0,
    spurious: 0,
    observed: 0,
    parts: {},
    rows: {},
    layers: {},
    samples: [],
  };
}

/** The tally with one more trial of a part; the part of a case that has only one is the empty string. */
export function addJudgement(tally: Tally, judgement: TrialJudgement, part: string): Tally {
  const { main, layer } = judgement;
  const seen: Tally = {
    ...tally,
    judged: tally.judged + 1,
    outcomes: addOne(tally.outcomes, main.outcome),
    rows: addOne(tally.rows, main.row),
    layers: layer === undefined ? tally.layers : addOne(tally.layers, layer),
  };
  switch (main.outcome) {
    case 'inconclusive':
      return {
        ...seen,
        inconclusive: tally.inconclusive + 1,
        why: addOne(tally.why, main.why ?? 'kit'),
        parts: addPart(tally, part, {}),
        samples: addSamples(tally.samples, [main], part),
      };
    case 'not-applicable':
      return {
        ...seen,
        notApplicable: tally.notApplicable + 1,
        parts: addPart(tally, part, { notApplicable: 1 }),
        samples: addSamples(tally.samples, [main], part),
      };
    default:
      return addValid(seen, judgement, part);
  }
}

/** What a finding of a valid trial counts as. */
export function kindOf({ outcome, level }: Finding): FindingKind {
  if (outcome === 'pass' || outcome === 'inconclusive' || outcome === 'not-applicable') return 'nothing';
  if (level === 'informational') return 'observation';
  if (outcome === 'crash' || outcome === 'hang') return outcome;
  if (level === 'kit') return outcome === 'stalled' ? 'hang' : 'observation';
  return violatingOutcomes.has(outcome) ? level : 'observation';
}

/** Whether violations of a level are enough for a verdict: two, or one with W4, or one that the log alone proves. */
export function isProven({ count, witness, selfEvident }: ViolationTally): boolean {
  return count >= 2 || witness === 'w4' || selfEvident >= 1;
}

/** Whether trials of the same part came out differently; what no rule forbids makes no difference. */
export function hasDisagreement(tally: Tally): boolean {
  return Object.values(tally.parts).some((part) => part.bad > 0 && part.bad < part.valid);
}

function addValid(tally: Tally, judgement: TrialJudgement, part: string): Tally {
  const findings = [judgement.main, ...judgement.also];
  const kinds = new Set(findings.map(kindOf));
  const one = (is: boolean): number => (is ? 1 : 0);
  const violating = one(kinds.has('must') || kinds.has('should'));
  const failing = one(kinds.has('hang') || kinds.has('crash'));
  const spurious = findings.some((finding) => finding.outcome === 'spurious-close');
  return {
    ...tally,
    valid: tally.valid + 1,
    must: addViolation(tally.must, findings, { level: 'must', witness: judgement.witness }),
    should: addViolation(tally.should, findings, { level: 'should', witness: judgement.witness }),
    violating: tally.violating + violating,
    hangs: tally.hangs + one(kinds.has('hang')),
    crashes: tally.crashes + one(kinds.has('crash')),
    failing: tally.failing + failing,
    spurious: tally.spurious + one(spurious),
    observed: tally.observed + one(kinds.has('observation')),
    parts: addPart(tally, part, { valid: 1, violating, failing, bad: Math.max(violating, failing) }),
    samples: addSamples(tally.samples, findings, part),
  };
}

function addViolation(
  tally: ViolationTally,
  findings: readonly Finding[],
  trial: { readonly level: 'must' | 'should'; readonly witness: WitnessTier },
): ViolationTally {
  const broken = findings.filter((finding) => kindOf(finding) === trial.level).map((finding) => finding.outcome);
  if (broken.length === 0) return tally;
  // What a client replied proves that it lost what went before; it proves nothing of the close that it reported.
  const tier = trial.witness === 'w4' && !broken.includes('lost') ? 'w3' : trial.witness;
  const better = tally.witness === null || witnessOrder.indexOf(tier) > witnessOrder.indexOf(tally.witness);
  return {
    count: tally.count + 1,
    witness: better ? tier : tally.witness,
    selfEvident: tally.selfEvident + (broken.some((outcome) => selfEvidentOutcomes.has(outcome)) ? 1 : 0),
    outcomes: [...new Set(broken)].reduce<Counts<OutcomeKind>>(addOne, tally.outcomes),
  };
}

function addPart(tally: Tally, part: string, more: Partial<PartTally>): Tally['parts'] {
  const old = tally.parts[part] ?? noTrials;
  return {
    ...tally.parts,
    [part]: {
      judged: old.judged + 1,
      valid: old.valid + (more.valid ?? 0),
      violating: old.violating + (more.violating ?? 0),
      failing: old.failing + (more.failing ?? 0),
      bad: old.bad + (more.bad ?? 0),
      notApplicable: old.notApplicable + (more.notApplicable ?? 0),
    },
  };
}

function addOne<Key extends string>(counts: Counts<Key>, key: Key): Counts<Key> {
  return { ...counts, [key]: (counts[key] ?? 0) + 1 };
}

function addSamples(samples: readonly Sample[], findings: readonly Finding[], part: string): readonly Sample[] {
  const told = findings.filter((finding) => finding.outcome !== 'pass');
  if (told.length === 0) return samples;
  const more = told.map((finding): Sample => {
    const { outcome, row } = finding;
    return { part, outcome, row, weight: weightOf(finding), note: shorten(finding.note) };
  });
  return [...samples, ...more].sort((a, b) => b.weight - a.weight).slice(0, sampleLimit);
}

const weights: Readonly<Record<FindingKind, number>> = {
  must: 5,
  crash: 4,
  hang: 4,
  should: 3,
  nothing: 2,
  observation: 1,
};

/** `nothing` is here a trial that was inconclusive or did not apply: that has to be explained before mere observations. */
function weightOf(finding: Finding): number {
  return weights[kindOf(finding)];
}

function shorten(note: string): string {
  return note.length <= noteLimit ? note : `${note.slice(0, noteLimit - 1)}…`;
}
