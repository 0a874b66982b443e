/**
 * From the trials of a case on one transport to its verdict, cases.md §8.4. Three questions are asked apart, each with
 * the same rule: was a MUST broken, a SHOULD, a rule of the kit (crash, hang)?
 *
 *  proven   two trials; of MUST and SHOULD also one with W4, or one that the log alone proves (row 9)
 *  single   exactly one and not proven: `suspect` for good once a second batch has shown none
 *
 * The first that holds is the verdict; what else holds stands in `also`:
 *
 *  MUST proven                                      violates
 *  kit rule proven                                  kit-fail
 *  MUST or kit rule single                          suspect
 *  SHOULD proven                                    deviates
 *  SHOULD single                                    suspect
 *  nothing applies to this client                   not-applicable
 *  informational case, at least one valid trial     observed
 *  less than 80 % of n valid, or of a part's share  inconclusive
 *  no trial passed, all were observations           observed
 *  otherwise                                        conforms
 */
import type { Case } from './case';
import { shareNeeded, type Verdict } from './outcome';
import { phraseOf, type CaseWords } from './phrases';
import { applicableParts, isPending, isSettled, validNeeded, type TrialPlan } from './plan-trials';
import { clopperPearson, zeroFailureBound } from './statistics';
import { isProven, type Tally, type ViolationTally } from './tally';

export interface CaseEvidence {
  readonly tally: Tally;
  readonly plan: TrialPlan;
  readonly level: Case['level'];
  /** What the sentence may name beside the numbers. */
  readonly words?: CaseWords;
}

/** A share of trials with its exact interval, from 0 to 1. */
export interface Rate {
  readonly observed: number;
  readonly lower: number;
  readonly upper: number;
  readonly confidence: 0.95;
  readonly method: 'clopper-pearson';
}

export interface CaseVerdict {
  readonly verdict: Verdict;
  /** What else holds, for instance `kit-fail` next to `violates`. */
  readonly also: readonly Verdict[];
  /** True for a `suspect` whose second batch is still to be run, or was cut short. */
  readonly needsSecondBatch: boolean;
  /** Share of the valid trials that the verdict is about; only of `violates`, `deviates`, `kit-fail` and `suspect`. */
  readonly rate?: Rate;
  /** Largest rate of violations that is left possible, one-sided 95 %; only of `conforms`, in D and L from 20 a part. */
  readonly bound?: number;
  /** The verdict in one or a few sentences, cases.md §8.5. */
  readonly phrase: string;
}

type Finding = 'none' | 'single' | 'proven';

/** The verdict on a case. The order of the trials makes no difference. */
export function judgeCase(evidence: CaseEvidence): CaseVerdict {
  const { tally, plan, words } = evidence;
  const { verdict, also } = decide(evidence);
  const needsSecondBatch = verdict === 'suspect' && isPending(tally) && !isSettled(plan, tally);
  const rate = rateOf(verdict, tally);
  const bound = verdict === 'conforms' && hasBound(plan) ? zeroFailureBound(tally.valid) : undefined;
  const numbers = { ...(rate === undefined ? {} : { rate }), ...(bound === undefined ? {} : { bound }) };
  const phrase = phraseOf({ verdict, also, tally, plan, needsSecondBatch, words: words ?? {}, ...numbers });
  return { verdict, also, needsSecondBatch, phrase, ...numbers };
}

function decide(evidence: CaseEvidence): { readonly verdict: Verdict; readonly also: readonly Verdict[] } {
  const { tally } = evidence;
  const must = findingOf(tally.must);
  const should = findingOf(tally.should);
  const kit: Finding = tally.failing >= 2 ? 'proven' : tally.failing === 1 ? 'single' : 'none';
  const held: Verdict[] = [];
  if (must === 'proven') held.push('violates');
  if (kit === 'proven') held.push('kit-fail');
  // A conviction on delivery makes suspicions idle; a crash does not.
  if (must !== 'proven' && (must === 'single' || kit === 'single')) held.push('suspect');
  if (should === 'proven') held.push('deviates');
  if (should === 'single' && held.length === 0) held.push('suspect');
  const [verdict, ...also] = held;
  return verdict === undefined ? { verdict: decideClean(evidence), also: [] } : { verdict, also };
}

function findingOf(violations: ViolationTally): Finding {
  if (violations.count === 0) return 'none';
  return isProven(violations) ? 'proven' : 'single';
}

/** No violation, no crash, no hang. */
function decideClean({ tally, plan, level }: CaseEvidence): Verdict {
  if (applicableParts(plan, tally).length === 0) return 'not-applicable';
  if (level === 'informational' && tally.valid > 0) return 'observed';
  if (!isCovered(plan, tally)) return 'inconclusive';
  return (tally.outcomes.pass ?? 0) === 0 ? 'observed' : 'conforms';
}

/** Whether enough trials were valid, of the case and of each part that applies; an acquittal needs them all. */
function isCovered(plan: TrialPlan, tally: Tally): boolean {
  const needed = validNeeded(plan, tally);
  if (tally.valid === 0 || tally.valid < shareNeeded * needed) return false;
  const isDealt = plan.class === 'F' || plan.class === 'R';
  const least = isDealt ? 1 : shareNeeded * plan.perPart;
  return applicableParts(plan, tally).every((part) => (tally.parts[part]?.valid ?? 0) >= least);
}

/** In a few deterministic runs a bound of 95 % and the like says less than "in every run". */
function hasBound({ class: kind, perPart }: TrialPlan): boolean {
  return (kind !== 'D' && kind !== 'L') || perPart >= 20;
}

function rateOf(verdict: Verdict, tally: Tally): Rate | undefined {
  const k = countOf(verdict, tally);
  if (k === undefined) return undefined;
  const { lower, upper } = clopperPearson({ k, n: tally.valid });
  return { observed: k / tally.valid, lower, upper, confidence: 0.95, method: 'clopper-pearson' };
}

function countOf(verdict: Verdict, tally: Tally): number | undefined {
  switch (verdict) {
    case 'violates':
      return tally.must.count;
    case 'deviates':
      return tally.should.count;
    case 'kit-fail':
      return tally.failing;
    case 'suspect':
      return 1;
    case 'conforms':
    case 'observed':
    case 'inconclusive':
    case 'not-applicable':
      return undefined;
    default:
      throw new TypeError(`unknown verdict ${String(verdict satisfies never)}`);
  }
}
