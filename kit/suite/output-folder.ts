/** Where the suites of one run of a test runner put what they make, so that a reporter can gather it. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { outputVariable, runsFile } from '../../reports/suite-output';

/** The folder that a reporter asked for; undefined where there is no reporter. */
export function outputFolder(): string | undefined {
  return process.env[outputVariable] || undefined;
}

/** Tells a reporter of a run, if there is one. A line is appended with one call: suites may run side by side. */
export function announceRun(runFolder: string): void {
  const folder = outputFolder();
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, runsFile), `${JSON.stringify({ folder: runFolder })}\n`);
}
