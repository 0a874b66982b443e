/** How a test of a suite fails: as `toConform` does, and with the report and the evidence named. */
import type { ObservedRun } from '../core/observation';
import { showText } from '../core/timeline-text';
import type { Exceptions } from '../../matchers/exceptions';
import type { MatcherContext, MatcherResult } from '../../matchers/matcher-context';
import { toConform } from '../../matchers/to-conform';

export interface SuiteExpectation {
  readonly except: Exceptions;
  /** Path of `report.json`, for the first line. */
  readonly report: string;
  /** The run's folder. */
  readonly folder: string;
}

/** @this what a runner gives its matchers: the colours come from there */
export async function toConformInSuite(
  this: MatcherContext,
  run: ObservedRun,
  { except, report, folder }: SuiteExpectation,
): Promise<Awaited<MatcherResult>> {
  const { pass, message } = await toConform.call(this, run, { except });
  const { RECEIVED_COLOR = (text: string) => text } = this.utils ?? {};
  const whole = (): string => {
    const [headline = '', ...rest] = message().split('\n');
    const evidence = `Evidence   ${showText(folder, 400)}/trials.ndjson`;
    return [RECEIVED_COLOR(`${headline} (report: ${showText(report, 400)})`), ...rest, '', evidence].join('\n');
  };
  return { pass, message: whole };
}
