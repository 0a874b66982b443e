/** The exit status of a run, from its report alone. */
import type { CaseReport, Report } from '../core/report';

export const exitStatus = { ok: 0, violates: 1, usage: 2, undecided: 3, kit: 70 } as const;

/** A verdict that says that the client fails, and that no baseline excuses. */
export function isConvicted({ verdict, also, exception }: CaseReport): boolean {
  if (exception !== undefined) return false;
  return verdict === 'violates' || verdict === 'kit-fail' || also.includes('kit-fail');
}

/**
 * 1: something binding violates or breaks a kit rule, or an exception is stale; 3: nothing does, but something is undecided
 * or nothing was judged.
 */
export function statusOf(report: Report): 0 | 1 | 3 {
  const binding = new Set(report.suite.binding);
  const decisive = report.targets.flatMap((target) =>
    target.cases.filter((each) => binding.has(each.variant.split('@').at(-1) ?? '')),
  );
  const isStale = report.baseline?.some((entry) => entry.state === 'stale') === true;
  if (isStale || decisive.some(isConvicted)) return exitStatus.violates;
  const isOpen = decisive.some(
    (each) => each.exception === undefined && (each.verdict === 'suspect' || each.verdict === 'inconclusive'),
  );
  const isJudged = decisive.some((each) => each.verdict !== 'not-applicable');
  return isOpen || !isJudged || report.targets.some((target) => !target.admitted)
    ? exitStatus.undecided
    : exitStatus.ok;
}
