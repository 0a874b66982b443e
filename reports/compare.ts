/**
 * What got better and what got worse between two reports. Pure. Rules:
 *
 * - verdicts that decide are compared, case by case and variant by variant; targets by name, or the only one of each;
 * - worse, and a regression: a client that violates or breaks a kit rule, and did not; or one that violates in a larger
 *   share of its trials than chance explains (Fisher's exact test, one-sided, p below 1 %);
 * - lost sight of: what was judged and is now suspect or inconclusive. It is no regression, and it is not nothing;
 * - a SHOULD that is no longer followed is told as worse, and is no regression.
 */
import type { CaseReport, Report, TargetReport } from '../kit/core/report';
import { fisherExact, type Share } from '../kit/core/statistics';
import { decides, keyOfCase, toneOf } from './verdicts';

export interface Change {
  readonly kind: 'regression' | 'worse' | 'lost-sight' | 'better';
  readonly target: string;
  /** `case@variant`. */
  readonly case: string;
  readonly before: CaseReport;
  readonly after: CaseReport;
  /** Probability of a difference in shares at least this large, were there none; absent where no shares are compared. */
  readonly p?: number;
}

export interface Comparison {
  readonly changes: readonly Change[];
  /** Verdicts that were compared. */
  readonly compared: number;
  /** In words: what makes the two hard to compare. */
  readonly cautions: readonly string[];
  /** Verdicts of the old report that the new one does not have, and the other way round. */
  readonly gone: readonly string[];
  readonly added: readonly string[];
}

/** Below it a difference of shares is no chance. */
const significance = 0.01;

/** Compares. */
export function compareReports(before: Report, after: Report): Comparison {
  const changes: Change[] = [];
  const gone: string[] = [];
  const added: string[] = [];
  let compared = 0;
  for (const { name, old, now } of pairsOf(before.targets, after.targets)) {
    const olds = decisive(before, old);
    const nows = decisive(after, now);
    const known = new Map(olds.map((each) => [keyOfCase(each), each]));
    for (const each of nows) {
      const key = keyOfCase(each);
      const same = known.get(key);
      known.delete(key);
      if (same === undefined) {
        added.push(`${name} ${key}`);
        continue;
      }
      compared += 1;
      const change = changeOf(same, each);
      if (change !== undefined) changes.push({ ...change, target: name, case: key, before: same, after: each });
    }
    gone.push(...[...known.keys()].map((key) => `${name} ${key}`));
  }
  return {
    changes: changes.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)),
    compared,
    cautions: cautionsOf(before, after),
    gone,
    added,
  };
}

const order: readonly Change['kind'][] = ['regression', 'worse', 'lost-sight', 'better'];

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

function changeOf(before: CaseReport, after: CaseReport): Pick<Change, 'kind' | 'p'> | undefined {
  // A baseline changes what a failure costs, and not whether it is one.
  const [was, is] = [bare(before), bare(after)].map(toneOf);
  if (is === 'bad' && was !== 'bad') return { kind: 'regression', ...testOf(after, before) };
  if (was === 'bad' && is !== 'bad')
    return is === 'open' ? { kind: 'lost-sight' } : { kind: 'better', ...testOf(before, after) };
  if (was === 'bad') {
    const { p: worse } = testOf(after, before);
    const { p: better } = testOf(before, after);
    if (worse !== undefined && worse < significance) return { kind: 'regression', p: worse };
    return better !== undefined && better < significance ? { kind: 'better', p: better } : undefined;
  }
  if (is === 'open' && was !== 'open') return { kind: 'lost-sight' };
  if (was === 'open' && is !== 'open') return { kind: 'better' };
  if (is === 'note' && was !== 'note') return { kind: 'worse' };
  return was === 'note' && is !== 'note' ? { kind: 'better' } : undefined;
}

function bare({ verdict, also }: CaseReport): Pick<CaseReport, 'verdict' | 'also'> {
  return { verdict, also };
}

/** Fisher's test of whether the share of `worse` is the larger. */
function testOf(worse: CaseReport, better: CaseReport): { readonly p?: number } {
  const [one, other] = [shareOf(worse), shareOf(better)];
  return one === undefined || other === undefined ? {} : { p: fisherExact(one, other) };
}

/** Violating trials; of a crash or a hang, which is none, as many as the verdict is about. */
function shareOf({ trials, rate }: CaseReport): Share | undefined {
  if (trials.valid === 0) return undefined;
  const k = rate === undefined ? trials.violating : Math.round(rate.observed * trials.valid);
  return { k, n: trials.valid };
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
