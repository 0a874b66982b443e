/**
 * Several runs as one report, for a test run with several suites. Pure. Rules:
 * - one run is its report, unchanged;
 * - several are joined where the same kit asked the same profile at the same tier, so that their verdicts mean the same;
 * - each run has a seed of its own: the joined report names them all, and none that could be given to a run.
 */
import type { Report, TargetReport } from '../kit/core/report';

export type Joined =
  | { readonly kind: 'joined'; readonly report: Report }
  /** Why they are no one report. */
  | { readonly kind: 'differ'; readonly why: string };

/** @param reports at least one, in the order in which their suites ended */
export function joinReports(reports: readonly Report[]): Joined {
  const [first, ...others] = reports;
  if (first === undefined) throw new TypeError('there is no report to join');
  if (others.length === 0) return { kind: 'joined', report: first };
  for (const what of ['version', 'catalogueDigest', 'profile', 'tier', 'binding'] as const) {
    const values = new Set(reports.map(({ suite }) => String(suite[what])));
    if (values.size > 1) return { kind: 'differ', why: `they differ in ${what}: ${[...values].join(' and ')}` };
  }
  const ends = reports.map(({ run }) => run.endedAt);
  const ended = ends.filter((each) => each !== null).sort();
  const run = {
    id: joinWords(reports.map((each) => each.run.id)),
    seed: joinWords(reports.map((each) => each.run.seed)),
    shard: null,
    startedAt: reports.map((each) => each.run.startedAt).sort()[0] ?? first.run.startedAt,
    endedAt: ended.length < ends.length ? null : (ended.at(-1) ?? null),
    partial: reports.some((each) => each.run.partial),
  };
  return { kind: 'joined', report: { ...first, run, targets: uniquelyNamed(reports.flatMap((each) => each.targets)) } };
}

/** `a, b`; one word where all are the same. */
function joinWords(words: readonly string[]): string {
  return [...new Set(words)].join(', ');
}

/** A target that two suites ran is two targets: `ws`, `ws (2)`. */
function uniquelyNamed(targets: readonly TargetReport[]): readonly TargetReport[] {
  const times = new Map<string, number>();
  return targets.map((target) => {
    const nth = (times.get(target.name) ?? 0) + 1;
    times.set(target.name, nth);
    return nth === 1 ? target : { ...target, name: `${target.name} (${nth})` };
  });
}
