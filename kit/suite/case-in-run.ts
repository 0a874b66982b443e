/** One case of a run, on all its transports, as a run of its own: what one test of a suite asserts. */
import type { ObservedCase, ObservedRun } from '../core/observation';
import type { CaseReport, Report } from '../core/report';

/** The part of a run that is about one case. */
export function caseInRun(run: ObservedRun, id: string): ObservedRun {
  const targets = run.report.targets.map((target) => ({ ...target, cases: target.cases.filter(isOf(id)) }));
  const cases = run.cases.filter((each: ObservedCase) => each.report.id === id);
  return { ...run, report: { ...run.report, targets }, cases };
}

/** Whether the client offers what no variant of a case can do without, so that there is nothing to assert. */
export function isNotApplicable(report: Report, id: string): boolean {
  const all = report.targets.flatMap((target) => target.cases);
  const own = all.filter(isOf(id));
  const some = all.some((each) => each.verdict !== 'not-applicable');
  return some && own.length > 0 && own.every((each) => each.verdict === 'not-applicable');
}

function isOf(id: string): (kase: CaseReport) => boolean {
  return (kase) => kase.id === id;
}
