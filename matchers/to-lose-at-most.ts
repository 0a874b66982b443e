import { formatPercent } from '../kit/core/phrases';
import { showText } from '../kit/core/timeline-text';
import { callOf } from './ask';
import { composeFailure } from './failure-message';
import { idOf, judgedCases, type JudgedCase } from './judged-cases';
import { boundsOf, trialsNeeded, type LossBounds } from './loss-bounds';
import type { MatcherContext, MatcherResult } from './matcher-context';
import { misuse } from './misuse';
import { settleWith, type Standing } from './settle';
import { showValue } from './show-value';
import { subjectOf, type Judged } from './subject';

export interface LossOptions {
  /** Between 0.5 and 1; default 0.95. */
  readonly confidence?: number;
}

const name = 'toLoseAtMost';

/**
 * The client loses at most this share of the messages that reached it. Holds where the exact one-sided upper bound is at
 * most `rate`, fails where the lower one is above it; in between both forms fail, and say how many trials it would take.
 *
 * Of a target or a run every case that decides has to hold, and they share the confidence among them (Bonferroni), so
 * that it is that of the whole statement. Trials that lost nothing and delivered nothing (after a reset, say) do not count.
 *
 * @param rate from 0 up to 1
 */
export function toLoseAtMost(
  this: MatcherContext,
  received: Judged,
  rate: number,
  options?: LossOptions,
): MatcherResult {
  checkRate(this, rate);
  const confidence = checkConfidence(this, options);
  const subject = subjectOf(this, name, received, [
    'observed-case',
    'observed-run',
    'case-report',
    'target-report',
    'report',
  ]);
  const cases = judgedCases(subject).cases.filter((each) => each.isBinding && counted(each).n > 0);
  const share = 1 - (1 - confidence) / Math.max(1, cases.length);
  const told = cases.map((each) => ({ each, bounds: boundsOf(counted(each), share) }));
  const call = callOf(this, subject.is.includes('case') ? 'kase' : 'run', { name, args: String(rate) });
  return settleWith(this, standingOf(this, { rate, confidence, share, told, call }));
}

function checkRate(context: MatcherContext, rate: unknown): void {
  if (typeof rate === 'number' && rate >= 0 && rate < 1) return;
  const shown = showValue(context, rate, 30);
  throw misuse(name, `takes a rate from 0 up to 1, such as 0.05 for 5 %, and not ${shown}.`);
}

function checkConfidence(context: MatcherContext, options: unknown): number {
  if (options === undefined) return 0.95;
  const isObject = typeof options === 'object' && options !== null;
  const confidence: unknown = isObject ? ('confidence' in options ? options.confidence : 0.95) : undefined;
  if (typeof confidence === 'number' && confidence > 0.5 && confidence < 1) return confidence;
  const shown = showValue(context, isObject ? confidence : options, 30);
  throw misuse(name, `takes \`{ confidence }\` between 0.5 and 1, such as 0.95, and not ${shown}.`);
}

/** Trials in which a message was to be delivered and nothing excused that it was not. */
function counted({ report }: JudgedCase): { readonly k: number; readonly n: number } {
  const { lost = 0, observed = 0, crash = 0 } = report.outcomes;
  return { k: lost, n: Math.max(lost, report.trials.valid - observed - crash) };
}

interface Told {
  readonly rate: number;
  readonly confidence: number;
  /** The confidence of each case, so that all hold together. */
  readonly share: number;
  readonly told: readonly { readonly each: JudgedCase; readonly bounds: LossBounds }[];
  readonly call: string;
}

function standingOf(context: MatcherContext, asked: Told): Standing {
  const { rate, told } = asked;
  const say = (stands: Standing['stands'], headline: string, shown: Told['told']): Standing => ({
    stands,
    message: () => compose(context, asked, headline, shown),
  });
  if (told.length === 0) return say('unknown', 'No statement: no trial counts', []);
  const over = told.filter(({ bounds }) => bounds.lower > rate);
  const [worst] = over;
  if (worst !== undefined) {
    const { k, n } = worst.bounds;
    return say('no', `${k} of ${n} witnessed answers lost: more than ${formatPercent(rate)}`, over);
  }
  const short = told.filter(({ each, bounds }) => bounds.upper > rate || each.report.verdict === 'inconclusive');
  const [first] = short;
  if (first === undefined) return say('yes', `the rate of losses is at most ${formatPercent(rate)}`, told);
  return say('unknown', `No statement: ${whyShort(first, asked)}`, short);
}

function whyShort({ each, bounds }: Told['told'][number], { rate, share }: Told): string {
  if (bounds.upper <= rate) return `${showText(idOf(each.report), 60)} is inconclusive, too few trials were valid`;
  const { k, n, upper } = bounds;
  const seen = `${k} of ${n} witnessed answers lost leaves up to ${formatPercent(upper)} open`;
  const needed = trialsNeeded({ k, n }, rate, share);
  if (needed === undefined) return `${seen}, and no number of trials shows ${formatPercent(rate)}`;
  return `${seen}; ${formatPercent(rate)} needs ${needed} trials${k === 0 ? ' without a loss' : ' at that rate'}`;
}

function compose(context: MatcherContext, asked: Told, headline: string, shown: Told['told']): string {
  const { rate, confidence, call } = asked;
  return composeFailure(context, {
    headline,
    call,
    expected: `a loss rate of at most ${formatPercent(rate)} (${formatPercent(confidence)}, one-sided, exact)`,
    received: shown.length === 0 ? 'no trial that counts' : rangeOf(shown[0]?.bounds),
    fields: [
      ...shown.slice(0, 8).flatMap(({ each, bounds }) => fieldsOf(each, bounds)),
      ...(shown.length > 8 ? [['', `… ${shown.length - 8} more …`] as const] : []),
    ],
  });
}

function rangeOf(bounds: LossBounds | undefined): string {
  if (bounds === undefined) return '';
  const { k, n, lower, upper } = bounds;
  return `${k} of ${n} lost: from ${formatPercent(lower)} to ${formatPercent(upper)}`;
}

function fieldsOf(each: JudgedCase, bounds: LossBounds): readonly (readonly [string, string])[] {
  const { clauses, replay } = each.report;
  return [
    ['Case', `${showText(idOf(each.report), 60)}: ${rangeOf(bounds)}`],
    ...(clauses.length === 0 ? [] : [['Clause', clauses.join(', ')] as const]),
    ...(replay === '' ? [] : [['Replay', showText(replay, 300)] as const]),
  ];
}
