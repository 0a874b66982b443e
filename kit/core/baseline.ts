/**
 * Known failures that somebody has looked at and taken on: they turn a run green, are listed in every report, and fail the
 * run once nothing needs them. Pure. Rules:
 *
 * - an exception is for one case of one target, on all transports or on the one that it names;
 * - it excuses `violates`, `kit-fail` and `suspect`; what could not be judged is not known to fail;
 * - it is stale where all that it names and that decides was judged, and none of it is excused.
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
  /** `unused`: the run asked nothing that it names; `open`: that could not be judged. */
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

/**
 * What became of an exception.
 * @param judged the verdicts of its target
 * @param decides whether a verdict decides
 */
export function stateOfEntry(
  entry: BaselineEntry,
  judged: readonly Judged[],
  decides: (of: Judged) => boolean,
): BaselineReport {
  const named = judged.filter((of) => names(entry, of));
  const excuses = named.filter(needsExcuse).map((of) => `${of.id}@${of.variant}`);
  const decisive = named.filter(decides);
  const isOpen = decisive.some((of) => of.verdict === 'inconclusive');
  const state = excuses.length > 0 ? 'needed' : decisive.length === 0 ? 'unused' : isOpen ? 'open' : 'stale';
  return { ...entry, state, excuses };
}

function needsExcuse({ verdict, also }: Judged): boolean {
  return excusable.has(verdict) || also.some((each) => excusable.has(each));
}

/** `code/none` names all variants of it, `code/none@tls13` those on TLS 1.3, `code/none@a@tls13` one. */
function names(entry: BaselineEntry, { id, variant }: Judged): boolean {
  const [wanted = '', ...rest] = entry.case.split('@');
  if (wanted !== id) return false;
  const parts = variant.split('@');
  return rest.every((each) => parts.includes(each));
}
