/**
 * Known failures that somebody has looked at and taken on: they turn a run green, are listed in every report, and fail the
 * run once nothing needs them. Pure. Rules:
 *
 * - an exception is for one case of one target, on all transports or on the one that it names;
 * - it excuses `violates`, `kit-fail` and `suspect`; what could not be judged is not known to fail;
 * - it is needed where a verdict that decides is excused; a diagnosis needs it only where nothing that decides was judged;
 * - it is stale where all that it names and that decides was judged, and none of that is excused. A share of a run, a
 *   narrower choice of cases or transports, and a machine that lacks what a case takes judge a part: it is open then.
 */
import type { CaseReport } from './report';
import type { Verdict } from './outcome';

/** One reviewed exception, as it stands in a baseline file. */
export interface BaselineEntry {
  /** `freeze/answer-fin`, or with a variant, `freeze/answer-fin@tls13`. */
  readonly case: string;
  /** The target's name in the report. */
  readonly target: string;
  readonly reason: string;
  /** Where it is tracked. */
  readonly link?: string;
}

/** An exception and what became of it. */
export interface BaselineReport extends BaselineEntry {
  /** `unused`: the run asked nothing that it names; `open`: that could not be judged, or not all of it was asked. */
  readonly state: 'needed' | 'stale' | 'open' | 'unused';
  /** The verdicts that it excuses, as `case@variant`. */
  readonly excuses: readonly string[];
}

/** Why a failure is known. */
export type CaseException = Pick<BaselineEntry, 'reason' | 'link'>;

const excusable: ReadonlySet<Verdict> = new Set<Verdict>(['violates', 'kit-fail', 'suspect']);

type Judged = Pick<CaseReport, 'id' | 'variant' | 'verdict' | 'also'>;

/** The exception that excuses a verdict; undefined where none does, or nothing has to be excused. */
export function exceptionOf(entries: readonly BaselineEntry[], target: string, of: Judged): CaseException | undefined {
  if (!needsExcuse(of)) return undefined;
  const found = entries.find((entry) => entry.target === target && names(entry, of));
  if (found === undefined) return undefined;
  return { reason: found.reason, ...(found.link === undefined ? {} : { link: found.link }) };
}

/** What a run is, as far as its exceptions are concerned. */
export interface BaselineScope {
  readonly decides: (of: Pick<Judged, 'variant'>) => boolean;
  /** Every verdict that decides and that a run which left nothing out would have of this target. */
  readonly asked: readonly Pick<Judged, 'id' | 'variant'>[];
  /** One of several: another may hold what needs the exception. */
  readonly isShare: boolean;
}

const unjudged: ReadonlySet<Verdict> = new Set<Verdict>(['inconclusive', 'not-applicable']);

/**
 * What became of an exception.
 * @param judged the verdicts of its target
 */
export function stateOfEntry(entry: BaselineEntry, judged: readonly Judged[], scope: BaselineScope): BaselineReport {
  const named = judged.filter((of) => names(entry, of));
  const excuses = named.filter(needsExcuse).map((of) => `${of.id}@${of.variant}`);
  return { ...entry, state: stateOf(entry, named, scope), excuses };
}

function stateOf(entry: BaselineEntry, named: readonly Judged[], scope: BaselineScope): BaselineReport['state'] {
  const excused = named.filter(needsExcuse);
  const decisive = named.filter(scope.decides);
  const decided = decisive.filter((of) => !unjudged.has(of.verdict));
  if (excused.some(scope.decides)) return 'needed';
  if (decided.length === 0) {
    if (excused.length > 0) return 'needed';
    return decisive.length === 0 ? 'unused' : 'open';
  }
  const isWhole = scope.asked
    .filter((of) => names(entry, of))
    .every((of) => decided.some((each) => each.id === of.id && each.variant === of.variant));
  return isWhole && !scope.isShare ? 'stale' : 'open';
}

function needsExcuse({ verdict, also }: Judged): boolean {
  return excusable.has(verdict) || also.some((each) => excusable.has(each));
}

/** `code/none` names all variants of it, `code/none@tls13` those on TLS 1.3, `code/none@a@tls13` one. */
function names(entry: BaselineEntry, { id, variant }: Pick<Judged, 'id' | 'variant'>): boolean {
  const [wanted = '', ...rest] = entry.case.split('@');
  if (wanted !== id) return false;
  const parts = variant.split('@');
  return rest.every((each) => parts.includes(each));
}
