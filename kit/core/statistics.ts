/**
 * The statistics of cases.md §7. An accusation is existential, one sound trial will do; an acquittal is statistical: no
 * loss in n trials bounds the rate of losses and says nothing more.
 */
import { jStat } from 'jstat';

/** `k` of `n` trials. */
export interface Share {
  readonly k: number;
  readonly n: number;
}

/** Bounds of a proportion, both from 0 to 1. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** What Wald's test says so far. */
export interface SequentialTest {
  readonly score: number;
  readonly decision: 'acquit' | 'convict' | 'go-on';
}

/**
 * Exact two-sided interval of a proportion (Clopper and Pearson); 16 of 20 gives 0.563 to 0.943. For verdicts.
 *
 * @param confidence between 0 and 1
 * @throws RangeError where `n` is no positive integer, or `k` no integer from 0 to `n`
 */
export function clopperPearson(share: Share, confidence = 0.95): Interval {
  checkShare(share);
  const tail = (1 - checkOpen('confidence', confidence)) / 2;
  const { k, n } = share;
  return {
    lower: k === 0 ? 0 : k === n ? tail ** (1 / n) : jStat.beta.inv(tail, k, n - k + 1),
    upper: k === n ? 1 : k === 0 ? zeroFailureBound(n, 1 - tail) : jStat.beta.inv(1 - tail, k + 1, n - k),
  };
}

/**
 * Largest rate that no failure in `n` trials leaves possible, one-sided and exact; 59 gives 0.0495 at 0.95.
 *
 * @throws RangeError where `n` is no positive integer
 */
export function zeroFailureBound(n: number, confidence = 0.95): number {
  checkCount('n', n, 1);
  return -Math.expm1(Math.log1p(-checkOpen('confidence', confidence)) / n);
}

/**
 * Wilson's score interval: shorter than the exact one and without its guarantee. For plots only.
 *
 * @throws RangeError as `clopperPearson`
 */
export function wilson(share: Share, confidence = 0.95): Interval {
  checkShare(share);
  const { k, n } = share;
  const z = jStat.normal.inv(1 - (1 - checkOpen('confidence', confidence)) / 2, 0, 1);
  const scale = 1 + (z * z) / n;
  const centre = (k / n + (z * z) / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt(((k / n) * (1 - k / n)) / n + (z * z) / (4 * n * n));
  return { lower: k === 0 ? 0 : Math.max(0, centre - half), upper: k === n ? 1 : Math.min(1, centre + half) };
}

/**
 * Probability that a fault of rate `p` is seen at least once in `n` trials.
 *
 * @throws RangeError where `p` is no probability or `n` no positive integer
 */
export function power(p: number, n: number): number {
  checkCount('n', n, 1);
  if (!(p >= 0 && p <= 1)) throw new RangeError(`p must be from 0 to 1, not ${p}`);
  return p === 1 ? 1 : -Math.expm1(n * Math.log1p(-p));
}

/**
 * Fisher's exact test, one-sided: the probability of at least this many more in `worse` than in `better` if both had the
 * same rate. 16 of 20 against 0 of 20 gives 8e-8.
 *
 * @throws RangeError as `clopperPearson`
 */
export function fisherExact(worse: Share, better: Share): number {
  checkShare(worse);
  checkShare(better);
  const hits = worse.k + better.k;
  const all = jStat.combinationln(worse.n + better.n, hits);
  let sum = 0;
  for (let k = worse.k; k <= Math.min(worse.n, hits); k += 1) {
    sum += Math.exp(jStat.combinationln(worse.n, k) + jStat.combinationln(better.n, hits - k) - all);
  }
  return Math.min(1, sum);
}

/**
 * Holm's correction: what the probabilities of several tests are worth where any of them may be taken for a finding. In the
 * order given: of families in which nothing differs, at most a share α has any value below α, however the tests hang
 * together. 0.01, 0.02, 0.03 and 0.04 give 0.04, 0.06, 0.06 and 0.06.
 *
 * @see S. Holm, A simple sequentially rejective multiple test procedure, 1979
 */
export function holm(probabilities: readonly number[]): readonly number[] {
  const order = probabilities.map((_, at) => at).sort((a, b) => (probabilities[a] ?? 1) - (probabilities[b] ?? 1));
  const corrected = probabilities.map(() => 1);
  let least = 0;
  for (const [rank, at] of order.entries()) {
    least = Math.max(least, Math.min(1, (probabilities.length - rank) * (probabilities[at] ?? 1)));
    corrected[at] = least;
  }
  return corrected;
}

const sequential = { p0: 0.001, p1: 0.05, alpha: 0.001, beta: 0.01 } as const;

/**
 * Wald's sequential test of a rate of 0.1 % against 5 % (α 0.1 %, β 1 %): acquits at -4.60, after 92 clean trials, and
 * convicts at 6.90. After it only the decision may be reported, no naive interval.
 *
 * @throws RangeError where a count is negative or no integer
 */
export function sequentialTest(violations: number, passes: number): SequentialTest {
  checkCount('violations', violations, 0);
  checkCount('passes', passes, 0);
  const { p0, p1, alpha, beta } = sequential;
  const score = violations * Math.log(p1 / p0) + passes * Math.log((1 - p1) / (1 - p0));
  const decision =
    score >= Math.log((1 - beta) / alpha) ? 'convict' : score <= Math.log(beta / (1 - alpha)) ? 'acquit' : 'go-on';
  return { score, decision };
}

function checkShare({ k, n }: Share): void {
  checkCount('n', n, 1);
  checkCount('k', k, 0);
  if (k > n) throw new RangeError(`k must be at most n = ${n}, not ${k}`);
}

function checkCount(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be an integer of at least ${least}, not ${value}`);
  }
}

function checkOpen(name: string, value: number): number {
  if (!(value > 0 && value < 1)) throw new RangeError(`${name} must be between 0 and 1, not ${value}`);
  return value;
}
