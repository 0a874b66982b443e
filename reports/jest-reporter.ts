/**
 * A reporter for Jest that gathers what the suites of a test run found: the same `report.json` as the command line
 * writes, a summary as text, and the folder of each run.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { decides, weightOf } from '../kit/core/conclusion';
import type { Report } from '../kit/core/report';
import { showText } from '../kit/core/timeline-text';
import { joinReports } from './join-reports';
import { outputVariable, runsFile } from './suite-output';
import { renderTerminal, type Paint } from './terminal';

interface ReporterOptions {
  /** Where everything goes, from Jest's `rootDir`. Default `lastword-report`. */
  readonly outputFolder?: string;
}

const plainText = (text: string): string => text;
const noPaint: Paint = { bold: plainText, dim: plainText, red: plainText, green: plainText, yellow: plainText };
const red = (text: string): string => (process.stderr.isTTY ? `\u001b[31m${text}\u001b[39m` : text);

/** What has to be named in `reporters`: `['default', ['lastword/jest-reporter', { outputFolder: 'lastword-report' }]]`. */
class LastwordReporter {
  private readonly folder: string;

  constructor(globalConfig: { readonly rootDir: string }, options: ReporterOptions = {}) {
    this.folder = resolve(globalConfig.rootDir, options.outputFolder ?? 'lastword-report');
    // Workers are started later, and inherit it.
    process.env[outputVariable] = this.folder;
  }

  /** What an earlier run of the tests gathered is no part of this one; its folders of raw trials stay. */
  onRunStart(): void {
    mkdirSync(this.folder, { recursive: true });
    for (const name of [runsFile, 'report.json', 'summary.txt']) rmSync(join(this.folder, name), { force: true });
  }

  /** A reporter that fails must not fail the tests: whatever is wrong is said. */
  onRunComplete(): void {
    try {
      const folders = this.runFolders();
      if (folders.length > 0) this.write(folders);
    } catch (error) {
      process.stderr.write(`lastword: no report: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }

  private runFolders(): readonly string[] {
    const list = join(this.folder, runsFile);
    if (!existsSync(list)) return [];
    const lines = readFileSync(list, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map(folderOf);
  }

  private write(folders: readonly string[]): void {
    const texts = folders.map((folder) => readFileSync(join(folder, 'report.json'), 'utf8'));
    const reports = texts.map((text): Report => JSON.parse(text));
    const joined = joinReports(reports);
    const where = relative(process.cwd(), this.folder) || '.';
    const summary = reports.map((report) => renderTerminal(report, { paint: noPaint, width: 100 })).join('\n\n');
    writeFileSync(join(this.folder, 'summary.txt'), `${summary}\n`);
    if (joined.kind === 'differ') {
      process.stderr.write(
        `lastword: ${reports.length} suites, and no one report of them: ${showText(joined.why, 400)}. Each has its own:\n` +
          folders.map((folder) => `  ${join(relative(process.cwd(), folder), 'report.json')}\n`).join(''),
      );
      return;
    }
    const [only = ''] = texts;
    const text = texts.length === 1 ? only : `${JSON.stringify(joined.report, null, 2)}\n`;
    writeFileSync(join(this.folder, 'report.json'), text);
    process.stderr.write(`${conclusion(reports, join(where, 'report.json'))}\n`);
  }
}

function folderOf(line: string): string {
  const value: unknown = JSON.parse(line);
  if (typeof value === 'object' && value !== null && 'folder' in value && typeof value.folder === 'string') {
    return value.folder;
  }
  throw new Error(`a line of ${runsFile} names no folder: ${line.slice(0, 80)}`);
}

/** One line: what is not as it should be, and where it is told. */
function conclusion(reports: readonly Report[], path: string): string {
  const told = reports.flatMap((report) =>
    report.targets.flatMap((target) => {
      const decisive = target.cases.filter((each) => decides(report, each));
      const count = decisive.filter((each) => weightOf(each) !== 'holds').length;
      return count === 0 ? [] : [`${showText(target.name, 80)} ${count} of ${decisive.length}`];
    }),
  );
  if (told.length === 0) return `lastword: ${path}`;
  return red(`lastword: verdicts that are no pass: ${told.join(', ')}; report ${path}`);
}

export = LastwordReporter;
