/** `lastword report DIR --reporter NAME…`: an old run rendered again; no verdict is changed. */
import { existsSync, readFileSync } from 'node:fs';
import { KitError } from '../core/kit-error';
import { reportFile } from '../run/run-folder';
import { readReport } from '../../reports/check-report';
import { findReporters } from '../../reports/list';
import { exitStatus } from './exit-status';
import { renderReports } from './render-reports';
import { openScreen } from './screen';

export interface ReportWords {
  readonly reporter?: readonly string[] | undefined;
}

/** @throws {KitError} `REPORTER`, `REPORT`, `OUT` */
export async function reportCommand(folder: string, words: ReportWords): Promise<number> {
  const reporters = findReporters(words.reporter ?? ['terminal']);
  const report = readReportOf(folder);
  const rendered = await renderReports({ folder, report, reporters, screen: openScreen() });
  return rendered === 0 ? exitStatus.kit : exitStatus.ok;
}

/** The report in the folder of a run, checked. @throws {KitError} `OUT`, `REPORT` */
export function readReportOf(folder: string): ReturnType<typeof readReport> {
  const file = reportFile(folder);
  if (!existsSync(file)) {
    throw new KitError(
      'OUT',
      `\`${folder}\` holds no report.json: name the folder of a run, or \`lastword judge\` it first`,
    );
  }
  return readReport(readFileSync(file, 'utf8'), file);
}
