/** `lastword compare OLD NEW`. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { KitError } from '../core/kit-error';
import type { Report } from '../core/report';
import { readReport } from '../../reports/check-report';
import { compareReports } from '../../reports/compare';
import { renderComparison } from '../../reports/render-comparison';
import { exitStatus } from './exit-status';
import { readReportOf } from './report-command';
import { openScreen } from './screen';

/**
 * Compares and gives 1 for a regression, 3 where what was judged cannot be judged any more or nothing is in both, else 0.
 * @throws {KitError} `OUT`, `REPORT`
 */
export function compareCommand(before: string, after: string): number {
  const comparison = compareReports(readEither(before), readEither(after));
  process.stdout.write(`${renderComparison(comparison, openScreen())}\n`);
  const has = (kind: string): boolean => comparison.changes.some((each) => each.kind === kind);
  if (has('regression')) return exitStatus.violates;
  return has('lost-sight') || comparison.compared === 0 ? exitStatus.undecided : exitStatus.ok;
}

/** A folder of a run, or a file. */
function readEither(path: string): Report {
  if (!existsSync(path)) throw new KitError('REPORT', `\`${path}\`: there is no such folder or file`);
  return statSync(path).isDirectory() ? readReportOf(path) : readReport(readFileSync(path, 'utf8'), path);
}
