/** What a reporter is: a pure function of a report, and of the trials behind it where they are there. */
import type { ObservedTrial } from '../kit/core/observation';
import type { Report } from '../kit/core/report';
import type { TerminalOptions } from './terminal';

export interface ReporterInput {
  readonly report: Report;
  /** By {@link trialsKey}: the trials of a verdict that show something; empty where only `report.json` is left. */
  readonly trials: ReadonlyMap<string, readonly ObservedTrial[]>;
  /** How wide and how coloured a terminal is; the others do not look at it. */
  readonly terminal: TerminalOptions;
}

export interface Reporter {
  /** What `--reporter` takes. */
  readonly name: string;
  readonly says: string;
  /** In the folder of the run; absent: goes to standard output. */
  readonly file?: string;
  /** Draws trials, which have to be read for it. */
  readonly wantsTrials?: boolean;
  /** Text ends in a line end. */
  render(input: ReporterInput): string;
}

/** Where the trials of a verdict are kept. */
export function trialsKey(target: string, caseKey: string): string {
  return `${target}\0${caseKey}`;
}
