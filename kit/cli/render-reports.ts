/** Renders a run by the reporters that were named: to files in its folder, or to standard output. */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObservedTrial } from '../core/observation';
import type { Report } from '../core/report';
import { showText } from '../core/timeline-text';
import { observeRun } from '../run/observe-run';
import { trialsFile } from '../run/run-folder';
import { trialsKey, type Reporter, type ReporterInput } from '../../reports/reporter';
import { isTold, keyOfCase, toneOf } from '../../reports/verdicts';
import type { Screen } from './screen';

export interface RenderOrder {
  /** Of the run: files go there. */
  readonly folder: string;
  readonly report: Report;
  readonly reporters: readonly Reporter[];
  readonly screen: Screen;
}

/** Of each verdict, for a timeline. */
const trialsPerCase = 1;

/**
 * Renders. A reporter that throws fails alone: what is wrong is said on standard error.
 * @returns how many succeeded
 */
export async function renderReports(order: RenderOrder): Promise<number> {
  const { report, reporters, screen } = order;
  const trials = reporters.some((each) => each.wantsTrials === true)
    ? await readTrials(order)
    : new Map<string, readonly ObservedTrial[]>();
  const input: ReporterInput = { report, trials, terminal: screen };
  return reporters.filter((each) => render(each, input, order)).length;
}

function render(reporter: Reporter, input: ReporterInput, { folder, screen }: RenderOrder): boolean {
  try {
    const text = reporter.render(input);
    if (reporter.file === undefined) process.stdout.write(text);
    else {
      const path = join(folder, reporter.file);
      writeFileSync(`${path}.part`, text);
      renameSync(`${path}.part`, path);
      screen.say(`${reporter.name}  ${path}`);
    }
    return true;
  } catch (error) {
    screen.say(screen.paint.yellow(`the reporter \`${reporter.name}\` failed: ${reason(error)}; the verdicts stand`));
    return false;
  }
}

/** What reporters draw; a run of another catalogue, or one without its raw trials, is rendered without. */
async function readTrials({ folder, report, screen }: RenderOrder): Promise<ReporterInput['trials']> {
  if (!existsSync(trialsFile(folder))) return new Map();
  try {
    const wants = (each: Report['targets'][number]['cases'][number]): boolean => isTold(toneOf(each));
    const { cases } = await observeRun(folder, report, { trialsPerCase, wants });
    return new Map(cases.map((each) => [trialsKey(each.target, keyOfCase(each.report)), each.trials]));
  } catch (error) {
    screen.say(screen.paint.yellow(`no timelines: ${reason(error)}`));
    return new Map();
  }
}

function reason(error: unknown): string {
  return showText(error instanceof Error ? error.message : String(error), 1000);
}
