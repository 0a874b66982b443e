/** The exit status of a run, from its report alone. */
import type { Report } from '../core/report';

export const exitStatus = { ok: 0, violates: 1, usage: 2, undecided: 3, kit: 70 } as const;

/** 1: something binding violates or breaks a kit rule; 3: nothing does, but something is undecided or nothing was judged. */
export function statusOf(report: Report): 0 | 1 | 3 {
  const binding = new Set(report.suite.binding);
  const decisive = report.targets.flatMap((target) =>
    target.cases.filter((each) => binding.has(each.variant.split('@').at(-1) ?? '')),
  );
  if (
    decisive.some(
      (each) => each.verdict === 'violates' || each.verdict === 'kit-fail' || each.also.includes('kit-fail'),
    )
  ) {
    return exitStatus.violates;
  }
  const isOpen = decisive.some((each) => each.verdict === 'suspect' || each.verdict === 'inconclusive');
  const isJudged = decisive.some((each) => each.verdict !== 'not-applicable');
  return isOpen || !isJudged || report.targets.some((target) => !target.admitted)
    ? exitStatus.undecided
    : exitStatus.ok;
}
