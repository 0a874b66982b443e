/** `lastword compare OLD NEW`. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { KitError } from '../core/kit-error';
import type { Report } from '../core/report';
import { readReport } from '../../reports/check-report';
import { compareReports, statusOfComparison } from '../../reports/compare';
import { renderComparison } from '../../reports/render-comparison';
import { readReportOf } from './report-command';
import { openScreen } from './screen';

/**
 * Compares and gives 1 where a client fails and did not, 3 where what was judged is not judged any more or nothing is in
 * both, else 0.
 * @throws {KitError} `OUT`, `REPORT`
 */
export function compareCommand(before: string, after: string): number {
  const comparison = compareReports(readEither(before), readEither(after));
  process.stdout.write(`${renderComparison(comparison, openScreen())}\n`);
  return statusOfComparison(comparison);
}

/** A folder of a run, or a file. */
function readEither(path: string): Report {
  if (!existsSync(path)) throw new KitError('REPORT', `\`${path}\`: there is no such folder or file`);
  return statSync(path).isDirectory() ? readReportOf(path) : readReport(readFileSync(path, 'utf8'), path);
}
