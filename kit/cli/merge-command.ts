/** `lastword merge DIR… --out DIR`: the shares of a run as one run. */
import { resolve } from 'node:path';
import { finishRun } from '../run/finish-run';
import { mergeRuns } from '../run/merge-runs';
import { checkRunFolder, makeRunFolder, removeIfEmpty } from '../run/run-folder';
import { makeEvidence } from '../../reports/evidence/make-evidence';
import { findReporters } from '../../reports/list';
import { statusOf } from './exit-status';
import { renderReports } from './render-reports';
import { openScreen } from './screen';

export interface MergeWords {
  readonly out: string;
  readonly reporter?: readonly string[] | undefined;
}

/** Merges, judges and gives the exit status of the whole run. @throws {KitError} `MERGE`, `OUT`, `REPORTER` */
export async function mergeCommand(folders: readonly string[], words: MergeWords): Promise<number> {
  const reporters = findReporters(words.reporter ?? ['terminal']);
  for (const folder of folders) checkRunFolder(folder);
  const out = resolve(words.out);
  makeRunFolder(out);
  try {
    await mergeRuns(folders, out);
  } finally {
    removeIfEmpty(out);
  }
  const report = await finishRun(out, makeEvidence);
  await renderReports({ folder: out, report, reporters, screen: openScreen() });
  return statusOf(report);
}
