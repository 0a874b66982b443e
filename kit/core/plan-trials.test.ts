import * as fc from 'fast-check';
import type { CaseClass, Level } from './case';
import { judgeCase, type CaseVerdict } from './judge-case';
import type { OutcomeKind, TrialJudgement, WitnessTier } from './outcome';
import {
  applicableParts,
  isSettled,
  mostTrials,
  nextTrials,
  trialsPlanned,
  type NextTrials,
  type TrialPlan,
} from './plan-trials';
import { addJudgement, emptyTally, type Tally } from './tally';

const levels: Readonly<Partial<Record<OutcomeKind, Level>>> = {
  lost: 'must',
  misreported: 'should',
  hang: 'kit',
  crash: 'kit',
};

function outcome(kind: OutcomeKind, witness: WitnessTier = 'w2'): TrialJudgement {
  const level = levels[kind] ?? 'informational';
  return { main: { outcome: kind, level, row: '15', note: kind }, also: [], witness };
}

function planOf(kind: CaseClass, n: number, parts: readonly string[] = ['']): TrialPlan {
  return { ...trialsPlanned(kind, 'quick', parts.length, n), class: kind, parts };
}

function tallyOf(kinds: readonly OutcomeKind[], part = ''): Tally {
  return kinds.reduce((tally, kind) => addJudgement(tally, outcome(kind), part), emptyTally());
}

const times = (count: number, kind: OutcomeKind): readonly OutcomeKind[] => Array.from({ length: count }, () => kind);

interface Run {
  readonly tally: Tally;
  readonly issued: Readonly<Record<string, number>>;
  readonly steps: readonly NextTrials[];
}

/** What the runner does: up to `lanes` trials side by side, asking again behind each. */
function run(plan: TrialPlan, judge: (part: string, at: number) => TrialJudgement, lanes = 1): Run {
  let tally = emptyTally();
  const issued: Record<string, number> = {};
  const running: string[] = [];
  const steps: NextTrials[] = [];
  for (let at = 0; ;) {
    const next = nextTrials({ plan, tally, issued });
    steps.push(next);
    if (next.kind === 'more') {
      for (const part of next.parts.slice(0, lanes - running.length)) {
        running.push(part);
        issued[part] = (issued[part] ?? 0) + 1;
      }
    }
    const part = running.shift();
    if (part === undefined) return { tally, issued, steps };
    tally = addJudgement(tally, judge(part, at), part);
    at += 1;
  }
}

describe('the number of trials', () => {
  it.each<[CaseClass, 'quick' | 'standard' | 'deep', number, number, number]>([
    ['D', 'quick', 1, 1, 1],
    ['D', 'standard', 1, 3, 3],
    ['D', 'standard', 4, 3, 12],
    ['D', 'deep', 1, 10, 10],
    ['F', 'quick', 1, 20, 20],
    ['R', 'quick', 3, 6, 20],
    ['R', 'quick', 6, 5, 30],
    ['F', 'standard', 2, 29, 59],
    ['R', 'deep', 1, 299, 299],
    ['S', 'quick', 16, 5, 80],
    ['S', 'standard', 16, 20, 320],
    ['S', 'deep', 1, 60, 60],
    ['L', 'quick', 1, 1, 1],
    ['L', 'standard', 2, 3, 6],
    ['L', 'deep', 1, 10, 10],
  ])('of class %s at %s with %d parts is %d a part, %d in all', (kind, tier, parts, perPart, total) => {
    expect(trialsPlanned(kind, tier, parts)).toEqual({ perPart, total });
  });

  it('can be set, and then gives each part one at least', () => {
    expect(trialsPlanned('F', 'quick', 1, 7)).toEqual({ perPart: 7, total: 7 });
    expect(trialsPlanned('F', 'quick', 4, 1)).toEqual({ perPart: 1, total: 4 });
    expect(trialsPlanned('D', 'quick', 4, 7)).toEqual({ perPart: 7, total: 28 });
  });

  it.each([0, -1, 1.5, Number.NaN])('is not %d, nor is the number of parts', (value) => {
    expect(() => trialsPlanned('D', 'quick', value)).toThrow(RangeError);
    expect(() => trialsPlanned('D', 'quick', 1, value)).toThrow(RangeError);
  });
});

describe('what is issued next', () => {
  it('is all of the plan at first, dealt round over the parts', () => {
    expect(nextTrials({ plan: planOf('R', 5, ['a', 'b']), tally: emptyTally(), issued: {} })).toEqual({
      kind: 'more',
      count: 5,
      parts: ['a', 'b', 'a', 'b', 'a'],
      reason: 'planned',
    });
  });

  it('waits while trials are under way, and ends with the last clean one', () => {
    const plan = planOf('F', 20);
    expect(nextTrials({ plan, tally: tallyOf(times(19, 'pass')), issued: { '': 20 } })).toEqual({ kind: 'wait' });
    expect(nextTrials({ plan, tally: tallyOf(times(20, 'pass')), issued: { '': 20 } })).toEqual({ kind: 'enough' });
  });

  it('replaces an inconclusive trial at once and in its part', () => {
    const plan = planOf('D', 3, ['a', 'b']);
    const tally = addJudgement(emptyTally(), outcome('inconclusive'), 'b');
    expect(nextTrials({ plan, tally, issued: { a: 3, b: 3 } })).toEqual({
      kind: 'more',
      count: 1,
      parts: ['b'],
      reason: 'replacement',
    });
  });

  it('replaces up to a total of 2n', () => {
    const { tally } = run(planOf('F', 20), () => outcome('inconclusive'));
    expect(tally).toMatchObject({ judged: 40, inconclusive: 40 });
    expect(run(planOf('R', 20, ['a', 'b', 'c']), () => outcome('inconclusive')).tally.judged).toBe(40);
    const parts = run(planOf('D', 3, ['a', 'b']), (part) => outcome(part === 'a' ? 'pass' : 'inconclusive'));
    expect(parts.issued).toEqual({ a: 3, b: 6 });
  });

  it('gives the others the share of a part that stays inconclusive, in class R', () => {
    const { issued, tally } = run(planOf('R', 20, ['a', 'b']), (part) =>
      outcome(part === 'a' ? 'pass' : 'inconclusive'),
    );
    expect(issued).toEqual({ a: 20, b: 20 });
    expect(tally.valid).toBe(20);
  });

  it('gives no second trial to a part that does not apply', () => {
    const judge = (part: string): TrialJudgement => outcome(part === 'a' ? 'not-applicable' : 'pass');
    expect(run(planOf('D', 3, ['a', 'b']), judge).issued).toEqual({ a: 1, b: 3 });
    expect(run(planOf('R', 20, ['a', 'b']), judge).issued).toEqual({ a: 1, b: 20 });
    expect(run(planOf('R', 20), () => outcome('not-applicable')).issued).toEqual({ '': 1 });
  });

  it('goes on to 20 valid trials behind a violation in class D', () => {
    const { tally, steps } = run(planOf('D', 3), (_, at) => outcome(at === 0 || at === 7 ? 'lost' : 'pass'));
    expect(tally).toMatchObject({ valid: 20, violating: 2 });
    expect(steps).toContainEqual(expect.objectContaining({ reason: 'rate' }));
  });

  it('gives these to the part that shows it, in class D', () => {
    const { issued } = run(planOf('D', 1, ['a', 'b', 'c']), (part, at) => {
      return outcome(part === 'b' && at % 3 === 1 ? 'lost' : 'pass');
    });
    expect(issued).toEqual({ a: 1, b: 20, c: 1 });
  });

  it('stops at five violations where all runs of class D agree', () => {
    const { tally } = run(planOf('D', 1), () => outcome('lost'));
    expect(tally).toMatchObject({ valid: 5, violating: 5 });
  });

  it('sees every part before five violations are enough', () => {
    const parts = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    expect(Object.keys(run(planOf('D', 1, parts), () => outcome('lost')).issued)).toEqual(parts);
  });

  it('stops at five violations and 20 valid trials in class F, whatever the level', () => {
    expect(run(planOf('F', 59), () => outcome('lost')).tally).toMatchObject({ valid: 20, violating: 20 });
    expect(run(planOf('F', 59), () => outcome('misreported')).tally).toMatchObject({ valid: 20, violating: 20 });
    const slow = run(planOf('F', 59), (_, at) => outcome(at % 8 === 0 ? 'lost' : 'pass'));
    expect(slow.tally).toMatchObject({ valid: 33, violating: 5 });
  });

  it('gives each value of a sweep what the tier plans, before any number of violations is enough', () => {
    const { tally } = run(planOf('S', 5, ['0ms', '1ms', '2ms']), () => outcome('lost'));
    for (const part of Object.values(tally.parts)) expect(part.valid).toBeGreaterThanOrEqual(5);
    expect(tally.valid).toBeGreaterThanOrEqual(20);
  });

  it('stops at the second crash or hang', () => {
    expect(run(planOf('F', 59), () => outcome('hang')).tally.judged).toBe(2);
    expect(run(planOf('D', 1), (_, at) => outcome(at === 0 ? 'crash' : 'hang')).tally.judged).toBe(2);
  });

  it.each<OutcomeKind>(['lost', 'misreported', 'hang'])('runs n more behind exactly one %s', (kind) => {
    const { tally, steps } = run(planOf('F', 20), (_, at) => outcome(at === 3 ? kind : 'pass'));
    expect(tally.valid).toBe(40);
    expect(steps).toContainEqual(expect.objectContaining({ count: 20, reason: 'second-batch' }));
  });

  it('runs no second batch where one violation proves enough', () => {
    const { tally } = run(planOf('F', 20), (_, at) => outcome(at === 3 ? 'lost' : 'pass', 'w4'));
    expect(tally.valid).toBe(20);
  });

  it('ends the second batch with the violation that was waited for', () => {
    const { tally } = run(planOf('F', 59), (_, at) => outcome(at === 3 || at === 70 ? 'lost' : 'pass'));
    expect(tally.judged).toBe(71);
  });

  it('starts the second batch when the first is judged, not before', () => {
    const tally = tallyOf([...times(18, 'pass'), 'lost']);
    expect(nextTrials({ plan: planOf('F', 20), tally, issued: { '': 20 } })).toEqual({ kind: 'wait' });
  });

  it('runs two batches of three runs in class L', () => {
    const { tally } = run(planOf('L', 1), (_, at) => outcome(at === 0 ? 'lost' : 'pass'));
    expect(tally.valid).toBe(6);
  });

  it('never goes over the limit of the case, whatever parts turn out not to apply', () => {
    const plan = planOf('R', 20, ['a', 'b']);
    expect(mostTrials(plan)).toBe(100);
    const tally = tallyOf([...times(96, 'inconclusive'), 'not-applicable'], 'a');
    expect(nextTrials({ plan, tally, issued: { a: 97 } })).toMatchObject({ kind: 'more', parts: ['b', 'b', 'b'] });
  });

  it('is settled exactly where a run would have ended', () => {
    const plan = planOf('F', 20);
    expect(isSettled(plan, tallyOf(times(19, 'pass')))).toBe(false);
    expect(isSettled(plan, tallyOf(times(20, 'pass')))).toBe(true);
    expect(isSettled(plan, tallyOf([...times(19, 'pass'), 'lost']))).toBe(false);
    expect(isSettled(plan, tallyOf([...times(39, 'pass'), 'lost']))).toBe(true);
  });
});

describe('any run', () => {
  const anyKind = fc.constantFrom<OutcomeKind>(
    'pass',
    'lost',
    'misreported',
    'hang',
    'crash',
    'observed',
    'inconclusive',
    'not-applicable',
  );
  const anyPlan = fc
    .tuple(
      fc.constantFrom<CaseClass>('D', 'F', 'R', 'S', 'L'),
      fc.integer({ min: 1, max: 25 }),
      fc.integer({ min: 1, max: 5 }),
    )
    .map(([kind, n, parts]) => planOf(kind, n, ['a', 'b', 'c', 'd', 'e'].slice(0, parts)));

  it('ends, within its limit, whatever comes out and however many lanes there are', () => {
    fc.assert(
      fc.property(
        anyPlan,
        fc.array(anyKind, { minLength: 1 }),
        fc.integer({ min: 1, max: 8 }),
        (plan, kinds, lanes) => {
          const { tally, steps } = run(plan, (_, at) => outcome(kinds[at % kinds.length]!), lanes);
          expect(steps.at(-1)).toEqual({ kind: 'enough' });
          expect(tally.judged).toBeLessThanOrEqual(mostTrials(plan));
          expect(isSettled(plan, tally)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('issues only parts of the plan that apply, and as many as it says', () => {
    fc.assert(
      fc.property(anyPlan, fc.array(fc.tuple(anyKind, fc.nat(4))), (plan, trials) => {
        const name = (at: number): string => plan.parts[at % plan.parts.length]!;
        const tally = trials.reduce((sum, [kind, at]) => addJudgement(sum, outcome(kind), name(at)), emptyTally());
        const next = nextTrials({ plan, tally, issued: {} });
        const parts = next.kind === 'more' ? next.parts : [];
        expect(next.kind === 'more' ? next.count : 0).toBe(parts.length);
        expect(next).not.toEqual({ kind: 'wait' });
        expect(next.kind === 'more' && parts.length === 0).toBe(false);
        expect(applicableParts(plan, tally)).toEqual(expect.arrayContaining([...new Set(parts)]));
      }),
      { numRuns: 500 },
    );
  });

  it('of a client that only passes is as long as planned, and conforms', () => {
    fc.assert(
      fc.property(anyPlan, fc.integer({ min: 1, max: 8 }), (plan, lanes) => {
        const { tally } = run(plan, () => outcome('pass'), lanes);
        expect(tally.judged).toBe(plan.total);
        expect(Object.values(tally.parts).every((part) => part.valid >= plan.perPart)).toBe(true);
        expect(judgeCase({ tally, plan, level: 'must' }).verdict).toBe('conforms');
      }),
    );
  });

  it('leaves no suspect whose second batch was not run', () => {
    fc.assert(
      fc.property(anyPlan, fc.array(anyKind, { minLength: 1 }), (plan, kinds) => {
        const { tally } = run(plan, (_, at) => outcome(kinds[at % kinds.length]!));
        expect(judgeCase({ tally, plan, level: 'must' }).needsSecondBatch).toBe(false);
      }),
    );
  });
});

describe('m27, which drops the last message at random', () => {
  /** Mulberry32, so that the figures stay what they are. */
  function randomOf(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
  }

  /** Share of runs that end in each verdict. */
  function shares(rate: number, tier: 'quick' | 'standard' | 'deep', runs: number): Readonly<Record<string, number>> {
    const random = randomOf(20260101);
    const plan: TrialPlan = { ...trialsPlanned('F', tier, 1), class: 'F', parts: [''] };
    const counts: Record<string, number> = {};
    for (let at = 0; at < runs; at += 1) {
      const { tally } = run(plan, () => outcome(random() < rate ? 'lost' : 'pass', 'w3'), 4);
      const { verdict }: CaseVerdict = judgeCase({ tally, plan, level: 'must' });
      counts[verdict] = (counts[verdict] ?? 0) + 1 / runs;
    }
    return counts;
  }

  it('is convicted at quick where it drops 80 %', () => {
    expect(shares(0.8, 'quick', 2000).violates).toBeGreaterThanOrEqual(0.999);
  });

  it('is convicted at standard where it drops 10 %', () => {
    expect(shares(0.1, 'standard', 1000).violates).toBeGreaterThan(0.95);
  });

  it('is often not convicted at standard where it drops 1 %: 27 % of the runs see it twice', () => {
    const { violates, conforms } = shares(0.01, 'standard', 1000);
    expect(violates).toBeGreaterThan(0.2);
    expect(violates).toBeLessThan(0.33);
    expect(conforms).toBeGreaterThan(0.5);
  });

  it('is convicted at deep in about 95 % of the runs where it drops 1 %', () => {
    const { violates } = shares(0.01, 'deep', 200);
    expect(violates).toBeGreaterThan(0.9);
    expect(violates).toBeLessThan(0.99);
  });

  it('conforms where it drops nothing', () => {
    expect(shares(0, 'quick', 10)).toEqual({ conforms: expect.closeTo(1, 9) });
  });
});
