/**
 * What got better and what got worse between two reports. Pure. Rules:
 *
 * - verdicts that decide are compared, case by case and variant by variant; targets by name, or the only one of each;
 * - a regression: a client that violates or breaks a kit rule where it was judged and did not, a crash that came to a known
 *   loss included; or one that fails in a larger share of its trials than chance explains (Fisher's exact test, one-sided,
 *   corrected by Holm for all that are tested in that direction, p below 1 %);
 * - a failure where nothing was judged before is no regression, and fails all the same: it is told apart;
 * - lost sight of: what was judged, and is now suspect, inconclusive or not applicable. What was judged and is not in the
 *   new report at all is told with the reason;
 * - a SHOULD that is no longer followed is told as worse, and is no regression.
 */
import { decides } from '../kit/core/conclusion';
import type { Verdict } from '../kit/core/outcome';
import type { CaseReport, Report, TargetReport } from '../kit/core/report';
import { fisherExact, holm, type Share } from '../kit/core/statistics';
import { keyOfCase } from './verdicts';

/** The kinds of a change, in the order in which they are told. */
export const changeKinds = ['regression', 'first-fails', 'worse', 'lost-sight', 'better', 'in-sight'] as const;

export interface Change {
  readonly kind: (typeof changeKinds)[number];
  readonly target: string;
  /** `case@variant`. */
  readonly case: string;
  /** Absent: the old report does not have it. */
  readonly before?: CaseReport;
  readonly after: CaseReport;
  /** Trials that show what the change is about; absent where there is nothing to count, or not on both sides. */
  readonly shares?: Shares;
  /** Probability of a difference in shares at least this large, were there none, corrected; absent where none is tested. */
  readonly p?: number;
}

/** The same finding on both sides. */
export interface Shares {
  readonly of: 'violates' | 'kit-fail' | 'deviates' | 'suspect';
  readonly before: Share;
  readonly after: Share;
}

/** Verdicts that only the old report has. */
export interface Missing {
  readonly keys: readonly string[];
  /** Why the new report does not have them, in words. */
  readonly why: string;
}

export interface Comparison {
  readonly changes: readonly Change[];
  /** Verdicts that were compared. */
  readonly compared: number;
  /** In words: what makes the two hard to compare. */
  readonly cautions: readonly string[];
  /** What was judged and is not in the new report. */
  readonly gone: readonly Missing[];
  /** Verdicts that only the new report has. */
  readonly added: readonly string[];
}

/** Below it a difference of shares is no chance. */
export const significance = 0.01;

/** Compares. */
export function compareReports(before: Report, after: Report): Comparison {
  const both: Pairing[] = [];
  const gone: { readonly key: string; readonly why: string }[] = [];
  const firsts: Change[] = [];
  const added: string[] = [];
  for (const { name, old, now } of pairsOf(before.targets, after.targets)) {
    const known = new Map(decisive(before, old).map((each) => [keyOfCase(each), each]));
    for (const each of decisive(after, now)) {
      const key = keyOfCase(each);
      const same = known.get(key);
      known.delete(key);
      if (same !== undefined) both.push({ target: name, case: key, before: same, after: each });
      else {
        added.push(`${name} ${key}`);
        // A client that the old report has not at all has nothing to be compared with.
        if (old !== undefined && failuresOf(each).length > 0)
          firsts.push({ kind: 'first-fails', target: name, case: key, after: each });
      }
    }
    for (const [key, each] of known) {
      if (isJudged(each)) gone.push({ key: `${name} ${key}`, why: whyGone(each, now, before, after) });
    }
  }
  const changes = [...changesOf(both), ...firsts];
  return {
    changes: changes.sort((a, b) => changeKinds.indexOf(a.kind) - changeKinds.indexOf(b.kind)),
    compared: both.length,
    cautions: cautionsOf(before, after),
    gone: [...new Set(gone.map(({ why }) => why))].map((why) => ({
      why,
      keys: gone.filter((each) => each.why === why).map(({ key }) => key),
    })),
    added,
  };
}

/** What a program that asks is told: 1 a client fails where it did not, 3 something was lost sight of, 0 neither. */
export function statusOfComparison({ changes, compared, gone }: Comparison): 0 | 1 | 3 {
  const has = (kind: Change['kind']): boolean => changes.some((each) => each.kind === kind);
  if (has('regression') || has('first-fails')) return 1;
  return has('lost-sight') || gone.length > 0 || compared === 0 ? 3 : 0;
}

interface Pair {
  readonly name: string;
  readonly old: TargetReport | undefined;
  readonly now: TargetReport | undefined;
}

/** One client a side is compared whatever it is called: that is how versions are compared. */
function pairsOf(olds: readonly TargetReport[], nows: readonly TargetReport[]): readonly Pair[] {
  const [old] = olds;
  const [now] = nows;
  if (olds.length === 1 && nows.length === 1 && old !== undefined && now !== undefined) {
    return [{ name: old.name === now.name ? now.name : `${old.name} → ${now.name}`, old, now }];
  }
  const names = [...new Set([...olds, ...nows].map((target) => target.name))];
  return names.map((name) => ({
    name,
    old: olds.find((target) => target.name === name),
    now: nows.find((target) => target.name === name),
  }));
}

function decisive(report: Report, target: TargetReport | undefined): readonly CaseReport[] {
  return target?.cases.filter((each) => decides(report, each)) ?? [];
}

interface Pairing {
  readonly target: string;
  readonly case: string;
  readonly before: CaseReport;
  readonly after: CaseReport;
}

/** A baseline changes what a failure costs, and not whether it is one: exceptions are not looked at. */
function changesOf(both: readonly Pairing[]): readonly Change[] {
  const tested = both.map((pair) => ({ ...pair, shares: sharesOf(pair) }));
  // As many tests as there are shares could be taken for a finding, in either direction.
  const worse = corrected(tested.map(({ shares }) => testOf(shares?.after, shares?.before, shares?.of)));
  const better = corrected(tested.map(({ shares }) => testOf(shares?.before, shares?.after, shares?.of)));
  return tested.flatMap(({ shares, ...pair }, at) => {
    const p = { worse: worse[at], better: better[at] };
    const kind = kindOf(pair, p);
    if (kind === undefined) return [];
    const told = kind === 'regression' || kind === 'first-fails' ? p.worse : kind === 'better' ? p.better : undefined;
    return [
      {
        ...pair,
        kind,
        ...(shares === undefined ? {} : { shares }),
        ...(told === undefined || !isJudged(pair.before) ? {} : { p: told }),
      },
    ];
  });
}

interface Probabilities {
  readonly worse: number | undefined;
  readonly better: number | undefined;
}

function kindOf({ before, after }: Pick<Pairing, 'before' | 'after'>, p: Probabilities): Change['kind'] | undefined {
  const [failed, fails] = [failuresOf(before), failuresOf(after)];
  if (fails.some((each) => !failed.includes(each))) return isJudged(before) ? 'regression' : 'first-fails';
  if (fails.length > 0) {
    if (p.worse !== undefined && p.worse < significance) return 'regression';
    if (fails.length < failed.length || (p.better !== undefined && p.better < significance)) return 'better';
    return kindOfNotes(before, after);
  }
  if (isOpen(after)) return isOpen(before) ? undefined : 'lost-sight';
  if (failed.length > 0) return 'better';
  if (isOpen(before)) return before.verdict === 'suspect' ? 'better' : 'in-sight';
  return kindOfNotes(before, after);
}

function kindOfNotes(before: CaseReport, after: CaseReport): Change['kind'] | undefined {
  const [deviated, deviates] = [before, after].map((each) => holds(each, 'deviates'));
  if (deviates === deviated) return undefined;
  return deviates === true ? 'worse' : 'better';
}

function holds({ verdict, also }: CaseReport, wanted: Verdict): boolean {
  return verdict === wanted || also.includes(wanted);
}

/** What was broken for certain: a MUST, a rule of the kit. */
function failuresOf(each: CaseReport): readonly ('violates' | 'kit-fail')[] {
  return (['violates', 'kit-fail'] as const).filter((verdict) => holds(each, verdict));
}

/** Nothing was found of it, or only half. */
function isOpen(each: CaseReport): boolean {
  return each.verdict === 'suspect' || !isJudged(each);
}

function isJudged({ verdict }: CaseReport): boolean {
  return verdict !== 'inconclusive' && verdict !== 'not-applicable';
}

/** What is counted on both sides: a failure that is new, or one that stays, or one that went, or a weaker finding. */
function sharesOf({ before, after }: Pairing): Shares | undefined {
  const [failed, fails] = [failuresOf(before), failuresOf(after)];
  const of =
    fails.find((each) => !failed.includes(each)) ??
    fails[0] ??
    failed[0] ??
    (['deviates', 'suspect'] as const).find((verdict) => before.verdict === verdict || after.verdict === verdict);
  if (of === undefined) return undefined;
  const [was, is] = [shareOf(before, of), shareOf(after, of)];
  return was === undefined || is === undefined ? undefined : { of, before: was, after: is };
}

/** Trials that show a finding; undefined where the report does not say how many. */
function shareOf(each: CaseReport, of: Shares['of']): Share | undefined {
  const { trials, rate, verdict, also } = each;
  if (trials.valid === 0) return undefined;
  const n = trials.valid;
  if (verdict === of) return { k: rate === undefined ? trials.violating : Math.round(rate.observed * n), n };
  if (also.includes(of) || (verdict === 'violates' && of === 'kit-fail')) return undefined;
  return { k: verdict === 'suspect' ? 1 : 0, n };
}

/** Fisher's test of whether the share of `worse` is the larger. */
function testOf(worse: Share | undefined, better: Share | undefined, of: Shares['of'] | undefined): number | undefined {
  const isTested = of === 'violates' || of === 'kit-fail';
  return isTested && worse !== undefined && better !== undefined ? fisherExact(worse, better) : undefined;
}

function corrected(probabilities: readonly (number | undefined)[]): readonly (number | undefined)[] {
  const tested = holm(probabilities.filter((each) => each !== undefined)).values();
  return probabilities.map((each) => (each === undefined ? undefined : tested.next().value));
}

/** Why a verdict is not in the new report, as far as the two reports say. */
function whyGone(each: CaseReport, now: TargetReport | undefined, before: Report, after: Report): string {
  if (now === undefined) return 'the new report has no such client';
  if (now.cases.some((other) => keyOfCase(other) === keyOfCase(each))) return 'it is a diagnosis there';
  if (after.run.shard !== null && after.run.shard !== before.run.shard) return 'the new report is of a share';
  if (before.suite.catalogueDigest !== after.suite.catalogueDigest)
    return 'the new run did not ask it, or its catalogue has no such case';
  return 'the new run did not ask it';
}

function cautionsOf(before: Report, after: Report): readonly string[] {
  const same = (what: string, was: string, is: string, then: string): readonly string[] =>
    was === is ? [] : [`${what} differs (${was} and ${is}): ${then}`];
  const [was, is] = [before.suite, after.suite];
  return [
    ...same(
      'the catalogue',
      was.catalogueDigest.slice(0, 12),
      is.catalogueDigest.slice(0, 12),
      'a case may ask for something else',
    ),
    ...same('the profile', was.profile, is.profile, 'cases that only one has are not compared'),
    ...same('the tier', was.tier, is.tier, 'one sees rarer losses than the other'),
    ...same(
      'the kernel’s witness',
      before.environment.witness,
      after.environment.witness,
      'one can prove more than the other',
    ),
    ...(before.run.partial || after.run.partial ? ['a run ended early: what it left out is not compared'] : []),
  ];
}
