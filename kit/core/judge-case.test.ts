import * as fc from 'fast-check';
import type { Case, CaseClass, Level } from './case';
import { judgeCase, type CaseVerdict } from './judge-case';
import type { Finding, OutcomeKind, TrialJudgement, Verdict, WitnessTier } from './outcome';
import { trialsPlanned, type TrialPlan } from './plan-trials';
import { addJudgement, emptyTally, type Tally } from './tally';

const finding = (outcome: OutcomeKind, level: Level): Finding => ({ outcome, level, row: '15', note: outcome });

function trial(main: Finding, also: readonly Finding[] = [], witness: WitnessTier = 'w2'): TrialJudgement {
  return { main, also, witness };
}

const pass = trial(finding('pass', 'informational'));
const lost = trial(finding('lost', 'must'));
const echo = trial(finding('misreported', 'should'));
const hang = trial(finding('hang', 'kit'));
const crash = trial(finding('crash', 'kit'));
const seen = trial(finding('observed', 'informational'));
const absent = trial(finding('not-applicable', 'informational'));
const unsure = trial({ ...finding('inconclusive', 'informational'), why: 'setup' });

const times = (count: number, judgement: TrialJudgement): readonly TrialJudgement[] =>
  Array.from({ length: count }, () => judgement);

function planOf(kind: CaseClass, n: number, parts: readonly string[] = ['']): TrialPlan {
  return { ...trialsPlanned(kind, 'quick', parts.length, n), class: kind, parts };
}

function tallyOf(judgements: readonly TrialJudgement[], part = '', tally: Tally = emptyTally()): Tally {
  return judgements.reduce((sum, judgement) => addJudgement(sum, judgement, part), tally);
}

function judge(judgements: readonly TrialJudgement[], n = 20, level: Case['level'] = 'must'): CaseVerdict {
  return judgeCase({ tally: tallyOf(judgements), plan: planOf('F', n), level });
}

const verdictOf = (judgements: readonly TrialJudgement[]): Verdict => judge(judgements).verdict;

describe('a case conforms', () => {
  it('without a violation, with the bound for the trials that were valid', () => {
    expect(judge([...times(18, pass), ...times(22, unsure)])).toMatchObject({
      verdict: 'conforms',
      also: [],
      needsSecondBatch: false,
      bound: expect.closeTo(0.1533, 4),
    });
    expect(judge(times(20, pass)).rate).toBeUndefined();
  });

  it('from 80 % of n on, and is inconclusive below', () => {
    expect(verdictOf([...times(16, pass), ...times(24, unsure)])).toBe('conforms');
    expect(verdictOf([...times(15, pass), ...times(25, unsure)])).toBe('inconclusive');
    expect(verdictOf([])).toBe('inconclusive');
    expect(verdictOf(times(40, unsure))).toBe('inconclusive');
  });

  it('only if every part showed something', () => {
    const plan = planOf('R', 20, ['a', 'b']);
    const some = tallyOf(times(20, pass), 'a');
    expect(judgeCase({ tally: some, plan, level: 'must' }).verdict).toBe('inconclusive');
    expect(judgeCase({ tally: tallyOf([pass], 'b', some), plan, level: 'must' }).verdict).toBe('conforms');
  });

  it('in class D only if each part has its n', () => {
    const plan = planOf('D', 10, ['a', 'b', 'c']);
    const most = tallyOf(times(10, pass), 'c', tallyOf(times(10, pass), 'b', tallyOf(times(7, pass), 'a')));
    expect(judgeCase({ tally: most, plan, level: 'must' }).verdict).toBe('inconclusive');
    expect(judgeCase({ tally: tallyOf([pass], 'a', most), plan, level: 'must' }).verdict).toBe('conforms');
  });

  it('without a bound in class D, where n is small', () => {
    const once = judgeCase({ tally: tallyOf([pass]), plan: planOf('D', 1), level: 'must' });
    expect(once).toEqual({
      verdict: 'conforms',
      also: [],
      needsSecondBatch: false,
      phrase: 'Conforms in every run (1 of 1).',
    });
    const often = judgeCase({ tally: tallyOf(times(20, pass)), plan: planOf('D', 20), level: 'must' });
    expect(often.bound).toBeCloseTo(0.139, 3);
  });

  it('where parts that do not apply are left out of n', () => {
    const parts = ['a', 'b'];
    const tally = tallyOf(times(3, pass), 'b', tallyOf([absent], 'a'));
    expect(judgeCase({ tally, plan: planOf('D', 3, parts), level: 'must' }).verdict).toBe('conforms');
  });

  it('with observations among the passes', () => {
    expect(verdictOf([...times(10, pass), ...times(10, seen)])).toBe('conforms');
  });
});

describe('a case violates', () => {
  it('with two violations, with W4, or with one that the log alone proves', () => {
    expect(verdictOf([...times(18, pass), lost, lost])).toBe('violates');
    expect(verdictOf([...times(19, pass), { ...lost, witness: 'w4' }])).toBe('violates');
    for (const outcome of ['corrupted', 'duplicated', 'forbidden'] as const) {
      expect(verdictOf([...times(19, pass), trial(finding(outcome, 'must'), [], 'w0')])).toBe('violates');
    }
  });

  it('however many trials were inconclusive', () => {
    expect(verdictOf([...times(38, unsure), lost, lost])).toBe('violates');
  });

  it('with the rate and its exact interval', () => {
    expect(judge([...times(4, pass), ...times(16, lost)]).rate).toEqual({
      observed: 0.8,
      lower: expect.closeTo(0.563, 3),
      upper: expect.closeTo(0.943, 3),
      confidence: 0.95,
      method: 'clopper-pearson',
    });
  });

  it('also where the violation stands beside the finding that counts', () => {
    const beside = trial(finding('hang', 'kit'), [finding('lost', 'must')]);
    expect(judge([...times(18, pass), beside, beside])).toMatchObject({ verdict: 'violates', also: ['kit-fail'] });
  });

  it('even if it is informational', () => {
    expect(judge([lost, lost, seen], 20, 'informational').verdict).toBe('violates');
  });
});

describe('one violation up to W3', () => {
  it('needs a second batch, and is suspect until then and after it', () => {
    expect(judge([...times(19, pass), lost])).toMatchObject({ verdict: 'suspect', needsSecondBatch: true });
    expect(judge([...times(39, pass), lost])).toMatchObject({
      verdict: 'suspect',
      needsSecondBatch: false,
      rate: { observed: 0.025 },
    });
    expect(judge([...times(38, pass), lost, lost])).toMatchObject({ verdict: 'violates', needsSecondBatch: false });
  });

  it('goes for crash, hang and SHOULD as well', () => {
    for (const one of [crash, hang, echo]) {
      expect(judge([...times(19, pass), one])).toMatchObject({ verdict: 'suspect', needsSecondBatch: true });
      expect(judge([...times(39, pass), one])).toMatchObject({ verdict: 'suspect', needsSecondBatch: false });
    }
  });

  it('is idle next to a conviction of the same weight', () => {
    expect(judge([...times(17, pass), lost, lost, hang])).toMatchObject({ verdict: 'violates', also: [] });
    expect(judge([...times(17, pass), lost, lost, echo])).toMatchObject({ verdict: 'violates', also: [] });
    expect(judge([...times(17, pass), hang, crash, lost])).toMatchObject({ verdict: 'kit-fail', also: ['suspect'] });
    expect(judge([...times(17, pass), echo, echo, lost])).toMatchObject({ verdict: 'suspect', also: ['deviates'] });
  });
});

describe('the other verdicts', () => {
  it('kit-fail: two trials with a crash or a hang', () => {
    expect(judge([...times(5, pass), hang, crash])).toMatchObject({
      verdict: 'kit-fail',
      also: [],
      rate: { observed: 2 / 7 },
    });
    expect(verdictOf(times(2, trial(finding('stalled', 'kit'))))).toBe('kit-fail');
  });

  it('deviates: a SHOULD, by the same rule as a MUST', () => {
    expect(judge([...times(18, pass), echo, echo])).toMatchObject({ verdict: 'deviates', rate: { observed: 0.1 } });
    // The reply that proves a loss proves nothing of how the close was reported.
    expect(verdictOf([...times(19, pass), { ...echo, witness: 'w4' }])).toBe('suspect');
    expect(judge([echo, echo, lost, lost, hang, hang])).toMatchObject({
      verdict: 'violates',
      also: ['kit-fail', 'deviates'],
    });
  });

  it('observed: an informational case, or one that showed nothing else', () => {
    expect(judge([...times(10, seen), ...times(10, pass)], 20, 'informational').verdict).toBe('observed');
    expect(judge([pass, ...times(30, unsure)], 20, 'informational').verdict).toBe('observed');
    expect(judge(times(20, seen), 20, 'mixed').verdict).toBe('observed');
    expect(judge(times(40, unsure), 20, 'informational').verdict).toBe('inconclusive');
  });

  it('not-applicable: no part applies', () => {
    expect(judge([absent])).toEqual({
      verdict: 'not-applicable',
      also: [],
      needsSecondBatch: false,
      phrase: 'Not applicable: not-applicable.',
    });
    expect(verdictOf([absent, unsure])).toBe('not-applicable');
  });
});

describe('any tally', () => {
  const corrupted = trial(finding('corrupted', 'must'));
  const both = trial(finding('lost', 'must'), [finding('hang', 'kit')]);
  const all = [
    pass,
    lost,
    echo,
    hang,
    crash,
    seen,
    absent,
    unsure,
    corrupted,
    both,
    { ...lost, witness: 'w4' as const },
  ];
  const anyTrials = fc.array(fc.tuple(fc.constantFrom(...all), fc.constantFrom('a', 'b')), { maxLength: 60 });
  const anyClass = fc.constantFrom<CaseClass>('D', 'F', 'R', 'S', 'L');
  const anyLevel = fc.constantFrom<Case['level']>('must', 'should', 'informational', 'kit', 'mixed');
  type Trials = readonly (readonly [TrialJudgement, string])[];
  const judgeAll = (trials: Trials, kind: CaseClass, level: Case['level'] = 'must'): CaseVerdict => {
    const tally = trials.reduce((sum, [each, part]) => addJudgement(sum, each, part), emptyTally());
    return judgeCase({ tally, plan: planOf(kind, 10, ['a', 'b']), level });
  };

  it('is judged alike in any order of its trials, down to the words', () => {
    fc.assert(
      fc.property(
        anyTrials,
        anyClass,
        anyLevel,
        fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
        (trials, kind, level, keys) => {
          const keyed = trials.map((each, at) => ({ each, key: keys[at] ?? 0 }));
          const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ each }) => each);
          expect(judgeAll(shuffled, kind, level)).toEqual(judgeAll(trials, kind, level));
        },
      ),
    );
  });

  it('accuses nobody of inconclusive trials, whatever stands beside them', () => {
    const beside = {
      ...unsure,
      also: [finding('lost', 'must'), finding('crash', 'kit'), finding('corrupted', 'must')],
    };
    const innocent = fc.array(fc.tuple(fc.constantFrom(beside, unsure, pass, seen, absent), fc.constantFrom('a', 'b')));
    fc.assert(
      fc.property(innocent, anyClass, anyLevel, (trials, kind, level) => {
        const { verdict, also } = judgeAll(trials, kind, level);
        expect(['conforms', 'observed', 'inconclusive', 'not-applicable']).toContain(verdict);
        expect(also).toEqual([]);
      }),
    );
  });

  it('never conforms by inconclusive trials: more of them change no verdict but for n', () => {
    fc.assert(
      fc.property(anyTrials, anyClass, fc.nat(30), (trials, kind, more) => {
        const before = judgeAll(trials, kind);
        const after = judgeAll([...trials, ...times(more, unsure).map((each) => [each, 'a'] as const)], kind);
        expect(after.verdict).toBe(before.verdict);
      }),
    );
  });

  it('is not made worse by a pass, nor better by a violation', () => {
    const guilty: readonly Verdict[] = ['violates', 'kit-fail', 'suspect', 'deviates'];
    fc.assert(
      fc.property(anyTrials, anyClass, fc.constantFrom('a', 'b'), (trials, kind, part) => {
        const { verdict } = judgeAll(trials, kind);
        const passed = judgeAll([...trials, [pass, part]], kind).verdict;
        const violated = judgeAll([...trials, [lost, part]], kind).verdict;
        expect(guilty.includes(passed)).toBe(guilty.includes(verdict));
        expect(guilty.includes(verdict) ? passed : verdict).toBe(verdict);
        expect(verdict === 'conforms' && passed !== 'conforms').toBe(false);
        expect(guilty).toContain(violated);
        expect(verdict === 'violates' && violated !== 'violates').toBe(false);
      }),
    );
  });

  it('has nothing beside it that is worse, nor anything twice, and nothing beside a verdict without violations', () => {
    const rank: readonly Verdict[] = ['violates', 'kit-fail', 'suspect', 'deviates'];
    fc.assert(
      fc.property(anyTrials, anyClass, anyLevel, (trials, kind, level) => {
        const { verdict, also } = judgeAll(trials, kind, level);
        const ranks = [verdict, ...also].map((each) => rank.indexOf(each));
        expect(also.length === 0 || ranks.every((each, at) => each > (ranks[at - 1] ?? -1))).toBe(true);
      }),
    );
  });

  it('gives a rate that its interval contains, and a bound only to what conforms', () => {
    fc.assert(
      fc.property(anyTrials, anyClass, (trials, kind) => {
        const { verdict, rate, bound } = judgeAll(trials, kind);
        const { observed, lower, upper } = rate ?? { observed: 0.5, lower: 0, upper: 1 };
        expect(lower).toBeLessThanOrEqual(observed);
        expect(upper).toBeGreaterThanOrEqual(observed);
        expect(rate !== undefined).toBe(['violates', 'kit-fail', 'suspect', 'deviates'].includes(verdict));
        expect(bound !== undefined && verdict !== 'conforms').toBe(false);
      }),
    );
  });
});
