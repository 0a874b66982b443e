/** Exact one-sided bounds of a rate of losses, and how many trials a bound takes. */
import type { Share } from '../kit/core/statistics';

export interface LossBounds extends Share {
  readonly lower: number;
  readonly upper: number;
}

/**
 * The statistics bring a package with them that most test files never need: they are loaded when they are first asked.
 */
function statistics(): typeof import('../kit/core/statistics') {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `require` knows no types
  return require('../kit/core/statistics') as typeof import('../kit/core/statistics');
}

/**
 * Both bounds, each of which holds with this confidence by itself.
 *
 * @param confidence between 0.5 and 1
 */
export function boundsOf({ k, n }: Share, confidence: number): LossBounds {
  // A two-sided interval leaves half of the doubt on each side.
  const { lower, upper } = statistics().clopperPearson({ k, n }, 2 * confidence - 1);
  return { k, n, lower, upper };
}

const most = 1_000_000;

/**
 * How many trials show the rate to be at most `rate`, if losses go on at the share seen so far; undefined where that
 * share is no smaller than `rate`, or no number will do.
 */
export function trialsNeeded({ k, n }: Share, rate: number, confidence: number): number | undefined {
  if (rate <= 0 || k / n >= rate) return undefined;
  const shows = (trials: number): boolean =>
    boundsOf({ k: Math.round((k / n) * trials), n: trials }, confidence).upper <= rate;
  let [low, high] = [n, n];
  while (!shows(high)) {
    if (high > most) return undefined;
    [low, high] = [high, 2 * high];
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (shows(middle)) high = middle;
    else low = middle;
  }
  return high;
}
