import * as fc from 'fast-check';
import { clopperPearson, fisherExact, holm, power, sequentialTest, wilson, zeroFailureBound } from './statistics';

const percent = (value: number, digits: number): number => Number((100 * value).toFixed(digits));

describe('the exact two-sided interval', () => {
  it.each([
    [16, 20, 56.3, 94.3],
    [0, 59, 0, 6.1],
    [59, 59, 93.9, 100],
    [0, 1, 0, 97.5],
    [1, 1, 2.5, 100],
    [0, 20, 0, 16.8],
    [47, 59, 67.2, 89],
  ])('of %d in %d is %d to %d %%', (k, n, lower, upper) => {
    const interval = clopperPearson({ k, n });
    expect([percent(interval.lower, 1), percent(interval.upper, 1)]).toEqual([lower, upper]);
  });

  it('of 1 in 59 is 0.04 to 9.1 %', () => {
    const interval = clopperPearson({ k: 1, n: 59 });
    expect([percent(interval.lower, 2), percent(interval.upper, 1)]).toEqual([0.04, 9.1]);
  });

  it('holds what it is defined by: each tail of the binomial distribution has half of what is left over', () => {
    const logFactorial = [0];
    for (let at = 1; at <= 300; at += 1) logFactorial.push(logFactorial[at - 1]! + Math.log(at));
    const tail = (k: number, n: number, p: number): number => {
      let sum = 0;
      for (let at = 0; at <= k; at += 1) {
        const ways = logFactorial[n]! - logFactorial[at]! - logFactorial[n - at]!;
        sum += Math.exp(ways + at * Math.log(p) + (n - at) * Math.log1p(-p));
      }
      return sum;
    };
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), (n, any) => {
        const k = 1 + (any % (n - 1));
        const { lower, upper } = clopperPearson({ k, n });
        expect(1 - tail(k - 1, n, lower)).toBeCloseTo(0.025, 6);
        expect(tail(k, n, upper)).toBeCloseTo(0.025, 6);
      }),
    );
  });

  it('narrows with n, widens with the confidence, contains k of n and mirrors', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.nat(), (n, any) => {
        const k = any % (n + 1);
        const narrow = clopperPearson({ k, n }, 0.9);
        const wide = clopperPearson({ k, n }, 0.99);
        const mirrored = clopperPearson({ k: n - k, n }, 0.9);
        expect(narrow.lower).toBeLessThanOrEqual(k / n);
        expect(narrow.upper).toBeGreaterThanOrEqual(k / n);
        expect(wide.lower).toBeLessThanOrEqual(narrow.lower);
        expect(wide.upper).toBeGreaterThanOrEqual(narrow.upper);
        expect(1 - mirrored.lower).toBeCloseTo(narrow.upper, 8);
      }),
    );
  });

  it('stays usable with a million trials', () => {
    const { lower, upper } = clopperPearson({ k: 1, n: 1_000_000 });
    expect(lower).toBeCloseTo(2.53e-8, 9);
    expect(upper).toBeCloseTo(5.57e-6, 8);
  });

  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [-1, 5],
    [0.5, 5],
    [0, Number.NaN],
    [0, Number.POSITIVE_INFINITY],
  ])('refuses %d of %d', (k, n) => {
    expect(() => clopperPearson({ k, n })).toThrow(RangeError);
    expect(() => wilson({ k, n })).toThrow(RangeError);
    expect(() => fisherExact({ k, n }, { k: 0, n: 1 })).toThrow(RangeError);
    expect(() => fisherExact({ k: 0, n: 1 }, { k, n })).toThrow(RangeError);
  });

  it.each([0, 1, -1, Number.NaN])('refuses the confidence %d', (confidence) => {
    expect(() => clopperPearson({ k: 1, n: 2 }, confidence)).toThrow(RangeError);
    expect(() => wilson({ k: 1, n: 2 }, confidence)).toThrow(RangeError);
    expect(() => zeroFailureBound(2, confidence)).toThrow(RangeError);
  });
});

describe('the bound without a failure', () => {
  it.each([
    [1, 95, 1],
    [5, 45, 0],
    [20, 13.9, 1],
    [59, 4.95, 2],
    [60, 4.9, 1],
    [299, 0.997, 3],
    [320, 0.93, 2],
  ])('in %d trials is %d %%', (n, bound, digits) => {
    expect(percent(zeroFailureBound(n), digits)).toBe(bound);
  });

  it('at the confidence of Bonferroni over 60 cases needs 139 trials for 5 % and 706 for 1 %', () => {
    const confidence = 1 - 0.05 / 60;
    expect(zeroFailureBound(139, confidence)).toBeLessThanOrEqual(0.05);
    expect(zeroFailureBound(138, confidence)).toBeGreaterThan(0.05);
    expect(zeroFailureBound(706, confidence)).toBeLessThanOrEqual(0.01);
    expect(zeroFailureBound(705, confidence)).toBeGreaterThan(0.01);
  });

  it('needs a trial', () => {
    expect(() => zeroFailureBound(0)).toThrow(RangeError);
  });
});

describe('Wilson’s interval', () => {
  it.each([
    [16, 20, 58.4, 91.9],
    [0, 59, 0, 6.1],
    [20, 20, 83.9, 100],
    [1, 1, 20.7, 100],
  ])('of %d in %d is %d to %d %%', (k, n, lower, upper) => {
    const interval = wilson({ k, n });
    expect([percent(interval.lower, 1), percent(interval.upper, 1)]).toEqual([lower, upper]);
  });
});

describe('the power', () => {
  it.each([
    [0.8, 3, 99.2, 1],
    [0.1, 3, 27, 0],
    [0.02, 3, 6, 0],
    [0.01, 3, 3, 0],
    [0.001, 3, 0.3, 1],
    [0.1, 20, 87.8, 1],
    [0.02, 20, 33, 0],
    [0.01, 20, 18, 0],
    [0.001, 20, 2, 0],
    [0.1, 59, 99.8, 1],
    [0.02, 59, 69.6, 1],
    [0.01, 59, 44.7, 1],
    [0.001, 59, 5.7, 1],
    [0.02, 299, 99.8, 1],
    [0.01, 299, 95, 1],
    [0.001, 299, 25.9, 1],
    [0, 5, 0, 0],
    [1, 1, 100, 0],
  ])('of a rate of %d in %d trials is %d %%', (p, n, seen, digits) => {
    expect(percent(power(p, n), digits)).toBe(seen);
  });

  it('refuses what is no probability and no number of trials', () => {
    expect(() => power(-0.1, 1)).toThrow(RangeError);
    expect(() => power(1.1, 1)).toThrow(RangeError);
    expect(() => power(0.1, 0)).toThrow(RangeError);
  });
});

describe('Fisher’s exact test', () => {
  it('tells 16 of 20 from 0 of 20 with p = 8e-8', () => {
    expect(fisherExact({ k: 16, n: 20 }, { k: 0, n: 20 })).toBeCloseTo(7.71e-8, 10);
  });

  it('needs 5 losses in 59 against 0 in 59', () => {
    expect(fisherExact({ k: 5, n: 59 }, { k: 0, n: 59 })).toBeCloseTo(0.0286, 4);
    expect(fisherExact({ k: 4, n: 59 }, { k: 0, n: 59 })).toBeGreaterThan(0.05);
  });

  it('is 1 where nothing is worse', () => {
    expect(fisherExact({ k: 0, n: 20 }, { k: 7, n: 20 })).toBeCloseTo(1, 9);
    expect(fisherExact({ k: 0, n: 1 }, { k: 0, n: 1 })).toBeCloseTo(1, 9);
    expect(fisherExact({ k: 1, n: 1 }, { k: 1, n: 1 })).toBeCloseTo(1, 9);
  });
});

describe('Holm’s correction', () => {
  it.each([
    [[], []],
    [[0.03], [0.03]],
    [
      [0.01, 0.02, 0.03, 0.04],
      [0.04, 0.06, 0.06, 0.06],
    ],
    [
      [0.5, 0.001, 0.9],
      [1, 0.003, 1],
    ],
    [
      [0.02, 0.02],
      [0.04, 0.04],
    ],
  ])('of %j is %j', (probabilities, corrected) => {
    expect(holm(probabilities).map((each) => Number(each.toFixed(9)))).toEqual(corrected);
  });
});

describe('Wald’s sequential test', () => {
  it('acquits after 92 clean trials and not after 91', () => {
    expect(sequentialTest(0, 92).decision).toBe('acquit');
    expect(sequentialTest(0, 91).decision).toBe('go-on');
  });

  it('convicts on two violations within about the first 20 trials, later on three', () => {
    expect(sequentialTest(1, 0).decision).toBe('go-on');
    expect(sequentialTest(2, 18).decision).toBe('convict');
    expect(sequentialTest(2, 19).decision).toBe('go-on');
    expect(sequentialTest(3, 57).decision).toBe('convict');
  });

  it('scores 3.91 a violation and -0.0503 a pass', () => {
    expect(sequentialTest(1, 0).score).toBeCloseTo(3.912, 3);
    expect(sequentialTest(0, 1).score).toBeCloseTo(-0.0503, 4);
  });

  it('refuses what is no count', () => {
    expect(() => sequentialTest(-1, 0)).toThrow(RangeError);
    expect(() => sequentialTest(0, 0.5)).toThrow(RangeError);
  });
});
