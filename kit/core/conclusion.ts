/**
 * What a report comes to. The exit status, every summary and every badge say this and nothing else. Pure. Rules:
 *
 *  a verdict      decides unless it is of a transport that is a diagnosis: plain `ws:` that was not asked for
 *  fails          a MUST or a rule of the kit is broken (`violates`, `kit-fail`, also beside one another) and no baseline
 *                 excuses it; or an exception of the baseline is stale
 *  unsure         nothing fails, but something is `suspect` or `inconclusive`, a target was refused, or nothing that
 *                 decides was judged
 *  holds          everything else
 */
import type { BaselineReport } from './baseline';
import type { Verdict } from './outcome';
import type { CaseReport, Report } from './report';

type Judged = Pick<CaseReport, 'variant' | 'verdict' | 'also' | 'exception'>;

/** As much of a report as says which verdicts decide. */
export interface Decider {
  readonly suite: Pick<Report['suite'], 'binding'>;
}

/** As much of a report as its conclusion rests on. */
export interface Concludable extends Decider {
  readonly targets: readonly { readonly admitted: boolean; readonly cases: readonly Judged[] }[];
  readonly baseline?: readonly Pick<BaselineReport, 'state'>[];
}

/** What one verdict means for its run. */
export type Bearing = 'fails' | 'unsure' | 'excused' | 'diagnosis' | 'inapplicable' | 'holds';

/** What a run comes to, why, and how many verdicts that decide say what. */
export interface Conclusion {
  readonly kind: 'fails' | 'unsure' | 'holds';
  /** `known`: all failures are excused; `quiet`: nothing conforms, and nothing breaks a rule. */
  readonly why: 'convicted' | 'stale' | 'open' | 'unjudged' | 'known' | 'conforms' | 'quiet';
  readonly decisive: number;
  readonly fails: number;
  readonly unsure: number;
  readonly excused: number;
  readonly conforms: number;
  /** Targets that were not admitted. */
  readonly refused: number;
  /** Exceptions that nothing needs. */
  readonly stale: number;
}

/** The transport of a variant: `tls13` of `a@tls13`. */
export function transportOf(variant: string): string {
  return variant.split('@').at(-1) ?? '';
}

/** Whether a verdict decides; on plain `ws:` it is a diagnosis, unless that was asked for. */
export function decides({ suite }: Decider, { variant }: Pick<CaseReport, 'variant'>): boolean {
  return suite.binding.includes(transportOf(variant));
}

const weights: Readonly<Record<Verdict, Conclusion['kind']>> = {
  violates: 'fails',
  'kit-fail': 'fails',
  suspect: 'unsure',
  inconclusive: 'unsure',
  deviates: 'holds',
  observed: 'holds',
  conforms: 'holds',
  'not-applicable': 'holds',
};

/** What a verdict says, whether it decides or is excused or not: the worst of all that holds counts. */
export function weightOf({ verdict, also }: Pick<CaseReport, 'verdict' | 'also'>): Conclusion['kind'] {
  const all = [verdict, ...also].map((each) => weights[each]);
  return all.includes('fails') ? 'fails' : all.includes('unsure') ? 'unsure' : 'holds';
}

/** What a verdict means for its run. */
export function bearingOf(report: Decider, each: Judged): Bearing {
  if (each.verdict === 'not-applicable') return 'inapplicable';
  const weight = weightOf(each);
  if (weight === 'holds') return 'holds';
  if (each.exception !== undefined) return 'excused';
  return decides(report, each) ? weight : 'diagnosis';
}

/** What the whole report comes to. */
export function conclusionOf(report: Concludable): Conclusion {
  const decisive = report.targets.flatMap(({ cases }) => cases.filter((each) => decides(report, each)));
  const count = (bearing: Bearing): number => decisive.filter((each) => bearingOf(report, each) === bearing).length;
  const counts = {
    decisive: decisive.length,
    fails: count('fails'),
    unsure: count('unsure'),
    excused: count('excused'),
    conforms: decisive.filter((each) => each.verdict === 'conforms').length,
    refused: report.targets.filter((target) => !target.admitted).length,
    stale: (report.baseline ?? []).filter((entry) => entry.state === 'stale').length,
  };
  const fails = (why: 'convicted' | 'stale'): Conclusion => ({ kind: 'fails', why, ...counts });
  if (counts.fails > 0) return fails('convicted');
  if (counts.stale > 0) return fails('stale');
  if (counts.unsure + counts.refused > 0) return { kind: 'unsure', why: 'open', ...counts };
  if (count('inapplicable') === decisive.length) return { kind: 'unsure', why: 'unjudged', ...counts };
  const why = counts.excused > 0 ? 'known' : counts.conforms > 0 ? 'conforms' : 'quiet';
  return { kind: 'holds', why, ...counts };
}
