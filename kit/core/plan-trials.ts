/**
 * How many trials a case gets on one transport, and when it has had enough. Decided from what has been counted and what
 * has been issued alone, so that a run may be interrupted and taken up again at any point.
 *
 *  1 a second crash or hang                          enough
 *  2 no part applies to this client                  enough
 *  3 five violations in 20 valid trials or more      enough; in class D without disagreement five violations will do,
 *                                                    and in class S each part has what the tier plans first
 *  4 fewer valid trials than the goal                more, to the part that has fewest; up to twice the goal in all
 *  5 one violation or failure that proves nothing    a second batch as large as the goal, and the same rules for it
 *  6 otherwise                                       enough
 *
 * The goal is what the tier plans, from the first violation, crash or hang on at least 20 (class L: 3). Classes F and R
 * have one goal for the case; in D, S and L each part has its own, and only a part with something bad in it gets the
 * larger one and the second batch: so a case of class D moves to the numbers of class R where it has to.
 * Inconclusive trials do not count towards a goal and so are replaced in their part. Parts that do not apply leave their
 * share to the others in F and R, and just drop out in D, S and L.
 */
import type { CaseClass } from './case';
import { hasDisagreement, isProven, type PartTally, type Tally } from './tally';

export type Tier = 'quick' | 'standard' | 'deep';

/** Numbers of trials of a case on one transport. */
export interface PlannedTrials {
  /** The least that each part gets. */
  readonly perPart: number;
  /** n: what the bound and the shares of the verdict refer to. */
  readonly total: number;
}

/** What is to be run of a case on one transport. */
export interface TrialPlan extends PlannedTrials {
  readonly class: CaseClass;
  /** Names of the parts that this transport has; `['']` where the case has only one. Never empty. */
  readonly parts: readonly string[];
}

/** Why trials are asked for. */
export type TrialReason = 'planned' | 'replacement' | 'rate' | 'second-batch';

export type NextTrials =
  /** Issue these, in this order. */
  | { readonly kind: 'more'; readonly count: number; readonly parts: readonly string[]; readonly reason: TrialReason }
  /** Nothing now; what is under way may ask for more. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'enough' };

export interface NextInput {
  readonly plan: TrialPlan;
  readonly tally: Tally;
  /** Trials started for each part, judged or not; absent: none. */
  readonly issued: Readonly<Record<string, number>>;
  /** The most to issue now; the caller asks again. Default: all that is missing. */
  readonly most?: number;
}

const tierTrials: Readonly<Record<CaseClass, Readonly<Record<Tier, number>>>> = {
  D: { quick: 1, standard: 3, deep: 10 },
  F: { quick: 20, standard: 59, deep: 299 },
  R: { quick: 20, standard: 59, deep: 299 },
  S: { quick: 5, standard: 20, deep: 60 },
  L: { quick: 1, standard: 3, deep: 10 },
};

const leastPerPart = 5;
const enoughViolations = 5;
const enoughFailures = 2;

/**
 * Trials that a tier plans: D, S and L for each part, F and R dealt round over the parts, at least 5 each.
 *
 * @param trials instead of the tier's number; F and R then get at least one for each part
 * @throws RangeError where `parts` or `trials` is no positive integer
 */
export function trialsPlanned(kind: CaseClass, tier: Tier, parts: number, trials?: number): PlannedTrials {
  for (const [name, value] of Object.entries({ parts, trials: trials ?? 1 })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name} must be a positive integer, not ${value}`);
  }
  const n = trials ?? tierTrials[kind][tier];
  if (!isDealt(kind)) return { perPart: n, total: n * parts };
  const total = Math.max(n, parts * (trials === undefined ? leastPerPart : 1));
  return { perPart: Math.floor(total / parts), total };
}

/** Valid trials needed before a verdict without a violation; 0 where no part applies. */
export function validNeeded(plan: TrialPlan, tally: Tally): number {
  const open = applicableParts(plan, tally).length;
  if (open === 0) return 0;
  return isDealt(plan.class) ? plan.total : plan.perPart * open;
}

/** The parts that were not found to be out of reach for this client: something was not applicable and nothing valid. */
export function applicableParts(plan: TrialPlan, tally: Tally): readonly string[] {
  return plan.parts.filter((name) => {
    const part = tally.parts[name];
    return part === undefined || part.notApplicable === 0 || part.valid > 0;
  });
}

/** The most trials that a case is ever issued, whatever comes out: five times the larger of its plan and 20 a part. */
export function mostTrials(plan: TrialPlan): number {
  const larger = isDealt(plan.class)
    ? Math.max(plan.total, rateTrials(plan.class))
    : plan.parts.length * Math.max(plan.perPart, rateTrials(plan.class));
  return 5 * larger;
}

/** Whether there is exactly one violation or failure, which proves nothing, and no conviction that makes it idle. */
export function isPending(tally: Tally): boolean {
  if (isProven(tally.must) || tally.failing >= enoughFailures) return false;
  if (tally.must.count === 1 || tally.failing === 1) return true;
  return tally.should.count === 1 && !isProven(tally.should);
}

/** Whether nothing is left to be run for what was judged; a run that was cut short leaves cases that are not. */
export function isSettled(plan: TrialPlan, tally: Tally): boolean {
  return nextTrials({ plan, tally, issued: {}, most: 1 }).kind === 'enough';
}

/** What to issue next. Trials under way are taken to become valid passes until they are judged. */
export function nextTrials(input: NextInput): NextTrials {
  const { plan, tally } = input;
  if (tally.failing >= enoughFailures || validNeeded(plan, tally) === 0 || hasEnoughViolations(input)) {
    return { kind: 'enough' };
  }
  const first = deal(input, 1);
  if (first.length > 0) return { kind: 'more', count: first.length, parts: first, reason: reasonOf(input) };
  if (plan.parts.some((name) => issuedOf(input, name) > judgedOf(tally, name))) return { kind: 'wait' };
  const second = isPending(tally) ? deal(input, 2) : [];
  if (second.length === 0) return { kind: 'enough' };
  return { kind: 'more', count: second.length, parts: second, reason: 'second-batch' };
}

function isDealt(kind: CaseClass): boolean {
  return kind === 'F' || kind === 'R';
}

/** Valid trials that a rate is worth giving for; a trial of class L is a whole run. */
function rateTrials(kind: CaseClass): number {
  return kind === 'L' ? 3 : 20;
}

function isBad(tally: Tally): boolean {
  return tally.violating > 0 || tally.failing > 0;
}

function judgedOf(tally: Tally, name: string): number {
  return tally.parts[name]?.judged ?? 0;
}

/** What was judged was issued, even where the caller took up a run and does not know. */
function issuedOf({ tally, issued }: NextInput, name: string): number {
  return Math.max(issued[name] ?? 0, judgedOf(tally, name));
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

function hasEnoughViolations(input: NextInput): boolean {
  const { plan, tally } = input;
  if (tally.violating < enoughViolations) return false;
  if (applicableParts(plan, tally).some((name) => issuedOf(input, name) === 0)) return false;
  if (plan.class === 'D' && !hasDisagreement(tally)) return true;
  // A curve wants each of its values.
  const isShort = (name: string): boolean => (tally.parts[name]?.valid ?? 0) < plan.perPart;
  if (plan.class === 'S' && applicableParts(plan, tally).some(isShort)) return false;
  const parts = Object.values(tally.parts).filter((part) => isDealt(plan.class) || part.bad > 0);
  return sumOf(parts.map((part) => part.valid)) >= rateTrials(plan.class);
}

function reasonOf(input: NextInput): TrialReason {
  const { plan, tally } = input;
  const needed = validNeeded(plan, tally);
  const hands = handsOf(input, 1);
  if (sumOf(hands.map((hand) => hand.issued)) < needed) return 'planned';
  return isBad(tally) && sumOf(hands.map((hand) => hand.counting)) >= needed ? 'rate' : 'replacement';
}

/** A part and what it has. */
interface Hand {
  readonly name: string;
  /** Trials of its own that may count; without end where the case has one goal. */
  readonly goal: number;
  /** Trials that may be issued to it. */
  readonly limit: number;
  issued: number;
  /** Valid, or under way. */
  counting: number;
}

/** The parts that get what is missing to the goal of one batch or of two, in the order of issue. */
function deal(input: NextInput, batches: 1 | 2): readonly string[] {
  const { plan, tally } = input;
  const hands = handsOf(input, batches);
  const free = mostTrials(plan) - sumOf(plan.parts.map((name) => issuedOf(input, name)));
  let missing = Math.min(free, input.most ?? free);
  if (isDealt(plan.class)) {
    const goal = batches * caseGoal(plan, tally);
    const short = goal - sumOf(hands.map((hand) => hand.counting));
    missing = Math.min(missing, short, 2 * goal - sumOf(hands.map((hand) => hand.issued)));
  }
  const dealt: string[] = [];
  for (; missing > 0; missing -= 1) {
    const open = hands.filter((hand) => hand.issued < hand.limit && hand.counting < hand.goal);
    const [first] = open;
    if (first === undefined) break;
    const next = open.reduce((least, hand) => (hand.counting < least.counting ? hand : least), first);
    next.counting += 1;
    next.issued += 1;
    dealt.push(next.name);
  }
  return dealt;
}

function caseGoal(plan: TrialPlan, tally: Tally): number {
  return isBad(tally) ? Math.max(plan.total, rateTrials(plan.class)) : plan.total;
}

function handsOf(input: NextInput, batches: 1 | 2): readonly Hand[] {
  const { plan, tally } = input;
  const open = applicableParts(plan, tally);
  return open.map((name) => {
    const part: Pick<PartTally, 'judged' | 'valid' | 'bad'> = tally.parts[name] ?? { judged: 0, valid: 0, bad: 0 };
    const issued = issuedOf(input, name);
    const counting = part.valid + issued - part.judged;
    if (isDealt(plan.class)) {
      // A part that stays inconclusive leaves the rest of the goal to the others.
      const share = Math.ceil((batches * caseGoal(plan, tally)) / open.length);
      return { name, goal: Number.POSITIVE_INFINITY, limit: 2 * share, issued, counting };
    }
    const goal = part.bad > 0 ? batches * Math.max(plan.perPart, rateTrials(plan.class)) : plan.perPart;
    return { name, goal, limit: 2 * goal, issued, counting };
  });
}
