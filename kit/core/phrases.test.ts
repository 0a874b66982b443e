import * as fc from 'fast-check';
import type { CaseClass, Level } from './case';
import { judgeCase } from './judge-case';
import type { Finding, InconclusiveWhy, OutcomeKind, TrialJudgement, WitnessTier } from './outcome';
import { formatPercent, type CaseWords } from './phrases';
import { trialsPlanned, type TrialPlan } from './plan-trials';
import { addJudgement, emptyTally } from './tally';

const finding = (outcome: OutcomeKind, level: Level): Finding => ({ outcome, level, row: '15', note: outcome });

function trial(outcome: OutcomeKind, level: Level = 'informational', witness: WitnessTier = 'w3'): TrialJudgement {
  return { main: finding(outcome, level), also: [], witness };
}

const unsure = (why: InconclusiveWhy): TrialJudgement => {
  return { main: { ...finding('inconclusive', 'informational'), why }, also: [], witness: 'w0' };
};

type Seen = readonly (readonly [number, TrialJudgement, string?])[];

function phrase(seen: Seen, kind: CaseClass, n: number, words: CaseWords = {}): string {
  const names = [...new Set(seen.map(([, , part]) => part ?? ''))];
  const parts = names.length === 0 ? [''] : names;
  const plan: TrialPlan = { ...trialsPlanned(kind, 'quick', parts.length, n), class: kind, parts };
  let tally = emptyTally();
  for (const [count, judgement, part] of seen) {
    for (let at = 0; at < count; at += 1) tally = addJudgement(tally, judgement, part ?? '');
  }
  return judgeCase({ tally, plan, level: 'must', words }).phrase;
}

describe('a percentage', () => {
  it.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.8, '80 %'],
    [0.0495, '5.0 %'],
    [0.447, '45 %'],
    [0.0093, '0.93 %'],
    [0.000429, '0.043 %'],
    [0.0994, '9.9 %'],
    [0.0996, '10 %'],
    [0.997, '99.7 %'],
    [0.99999, '> 99.9 %'],
    [0.0000000001, '< 0.0001 %'],
  ])('of %d is %s', (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });
});

describe('the sentence of a case that conforms', () => {
  it('has its bound and what it could not have seen', () => {
    expect(phrase([[59, trial('pass')]], 'F', 59)).toBe(
      '0 of 59 witnessed answers lost; loss rate at most 5.0 % (95 %, exact). Losses of 1 % would be seen in 45 % of such runs.',
    );
  });

  it('speaks of no answers where none are expected', () => {
    expect(phrase([[20, trial('pass')]], 'F', 20, { delivers: false })).toBe(
      '0 of 20 trials broke a rule; rate at most 14 % (95 %, exact). Faults of 1 % would be seen in 18 % of such runs.',
    );
  });

  it('tells what was observed and what was not counted', () => {
    expect(
      phrase(
        [
          [19, trial('pass')],
          [1, trial('observed')],
          [2, unsure('kit')],
        ],
        'F',
        20,
      ),
    ).toBe(
      '0 of 20 trials broke a rule; rate at most 14 % (95 %, exact). Faults of 1 % would be seen in 18 % of such runs. In 1 of 20 trials something was observed that no rule forbids. Not counted: 2 inconclusive trials.',
    );
  });

  it('bounds the parts of a sweep one by one too', () => {
    expect(
      phrase(
        [
          [5, trial('pass'), 'a'],
          [5, trial('pass'), 'b'],
        ],
        'S',
        5,
      ),
    ).toBe(
      '0 of 10 witnessed answers lost; loss rate at most 26 % (95 %, exact). Losses of 1 % would be seen in 9.6 % of such runs. Each of the 2 parts by itself: at most 45 %.',
    );
  });

  it('says "in every run" where runs are few and deterministic', () => {
    expect(
      phrase(
        [
          [3, trial('pass'), 'a'],
          [3, trial('pass'), 'b'],
        ],
        'D',
        3,
      ),
    ).toBe('Conforms in every run (6 of 6).');
    expect(phrase([[1, trial('pass')]], 'L', 1)).toBe('Conforms in every run (1 of 1).');
  });

  it('notes an unstable client', () => {
    expect(
      phrase(
        [
          [20, trial('pass')],
          [3, unsure('client-left')],
        ],
        'F',
        20,
      ),
    ).toContain('In 3 of 23 trials the connection ended before the stimulus: unstable client.');
  });
});

describe('the sentence of a violation', () => {
  it('names what was seen, its rate, the clauses and the replay', () => {
    const words = { clauses: ['RFC 6455 §6.2', 'WHATWG §4'], replay: 'lastword replay abc' };
    expect(
      phrase(
        [
          [47, trial('lost', 'must')],
          [12, trial('pass')],
        ],
        'F',
        59,
        words,
      ),
    ).toBe(
      'In 47 of 59 trials a message that had reached the client (witness up to W3) was not reported (80 %, 95 % interval 67-89 %). RFC 6455 §6.2, WHATWG §4. Replay: `lastword replay abc`.',
    );
  });

  it('counts outcomes that differ, and the parts that show them', () => {
    const seen: Seen = [
      [2, trial('late', 'must'), 'a'],
      [3, trial('duplicated', 'must'), 'a'],
      [5, trial('pass'), 'b'],
    ];
    expect(phrase(seen, 'R', 10)).toBe(
      'In 5 of 10 trials a message was reported more than once (3), a message was reported after the close (2) (50 %, 95 % interval 19-81 %). By part: a 5 of 5.',
    );
  });

  it('says where deterministic runs disagree', () => {
    expect(
      phrase(
        [
          [2, trial('misreported', 'must')],
          [18, trial('pass')],
        ],
        'D',
        3,
      ),
    ).toContain('Runs of the same part disagree.');
  });

  it('of a SHOULD requires nothing', () => {
    expect(
      phrase(
        [
          [2, trial('misreported', 'should')],
          [18, trial('pass')],
        ],
        'F',
        20,
      ),
    ).toBe(
      'In 2 of 20 trials the open or close was misreported or wrongly answered (10 %, 95 % interval 1.2-32 %). The standards recommend otherwise and do not require it.',
    );
  });

  it('of a rule of the kit names no RFC', () => {
    const words = { clauses: ['RFC 6455 §6.2'], replay: 'lastword replay abc' };
    const text = phrase(
      [
        [1, trial('hang', 'kit')],
        [1, trial('crash', 'kit')],
        [5, trial('pass')],
      ],
      'F',
      20,
      words,
    );
    expect(text).toBe(
      'In 2 of 7 trials the client crashed or did not finish in time: 1 crash, 1 hang (29 %, 95 % interval 3.7-71 %). That breaks a rule of this kit and of no standard. Replay: `lastword replay abc`.',
    );
    expect(text).not.toMatch(/RFC/);
  });

  it('is followed by what else holds', () => {
    const text = phrase(
      [
        [2, trial('lost', 'must')],
        [2, trial('hang', 'kit')],
        [2, trial('misreported', 'should')],
      ],
      'F',
      20,
    );
    expect(text).toMatch(
      /^In 2 of 6 trials a message .* In 2 of 6 trials the client crashed .*: 2 hangs\. .* In 2 of 6 trials the open or close/,
    );
  });

  it('that was seen once says so, before and after the second batch', () => {
    expect(
      phrase(
        [
          [1, trial('lost', 'must')],
          [19, trial('pass')],
        ],
        'F',
        20,
      ),
    ).toBe(
      'Once in 20 trials: a message that had reached the client (witness up to W3) was not reported. The second batch of trials was not completed, so this is no verdict yet.',
    );
    expect(
      phrase(
        [
          [1, trial('lost', 'must')],
          [1, trial('crash', 'kit')],
          [38, trial('pass')],
        ],
        'F',
        20,
      ),
    ).toBe(
      'Once in 40 trials: a message that had reached the client (witness up to W3) was not reported; once: the client crashed or did not finish in time. It was not seen again, and once is no proof.',
    );
  });
});

describe('the sentence without a statement', () => {
  it('names the reasons', () => {
    expect(
      phrase(
        [
          [3, trial('pass')],
          [20, unsure('unwitnessed')],
          [17, unsure('control')],
        ],
        'F',
        20,
      ),
    ).toBe(
      'No statement about the client: 3 valid of 20 planned trials: unwitnessed, what was sent was not acknowledged (20); control, a control beside them showed nothing (17).',
    );
  });

  it('names the parts that showed nothing', () => {
    expect(
      phrase(
        [
          [20, trial('pass'), 'a'],
          [20, unsure('setup'), 'b'],
        ],
        'R',
        20,
      ),
    ).toBe(
      'No statement about the client: 20 valid of 20 planned trials: setup, the machine or the freeze was not as the case needs it (20). Without a valid trial: b.',
    );
  });

  it('tells of a case that was not run', () => {
    expect(phrase([], 'F', 20)).toBe('No statement about the client: no trial was run.');
  });

  it('tells how often something was observed', () => {
    expect(phrase([[20, trial('observed')]], 'F', 20)).toBe(
      'In 20 of 20 trials something was observed that no rule forbids.',
    );
  });
});

describe('any sentence', () => {
  it('keeps to the rules of its file', () => {
    const kinds = fc.constantFrom(
      trial('pass'),
      trial('lost', 'must'),
      trial('misreported', 'should'),
      trial('hang', 'kit'),
      trial('observed'),
      trial('not-applicable'),
      unsure('path'),
      unsure('client-left'),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(20), kinds), { maxLength: 4 }),
        fc.constantFrom<CaseClass>('D', 'F', 'L'),
        (seen, kind) => {
          const text = phrase(seen, kind, 5);
          expect(text).not.toMatch(/\b(always|never|undefined|NaN|RFC violation)\b/i);
          expect(text).toMatch(/\.$/);
          expect(text).not.toMatch(/ {2}|\.\./);
        },
      ),
    );
  });
});

describe('the sentence of a case in which no connection may open', () => {
  it('speaks of the refusal', () => {
    const seen: Seen = [[3, trial('forbidden', 'must', 'w0')]];
    expect(phrase(seen, 'D', 3, { opens: false })).toContain(
      'In 3 of 3 trials a connection that had been refused was reported open, or a message was delivered of it (100 %,',
    );
  });
});
