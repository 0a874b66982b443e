import * as fc from 'fast-check';
import type { Level } from './case';
import type { Finding, OutcomeKind, TrialJudgement, WitnessTier } from './outcome';
import { addJudgement, emptyTally, hasDisagreement, isProven, kindOf, type Tally } from './tally';

const finding = (outcome: OutcomeKind, level: Level, row = '13'): Finding => ({ outcome, level, row, note: outcome });
const pass: TrialJudgement = { main: finding('pass', 'informational', '15'), also: [], witness: 'w3' };

function trial(main: Finding, also: readonly Finding[] = [], witness: WitnessTier = 'w2'): TrialJudgement {
  return { main, also, witness };
}

function tallyOf(...judgements: readonly TrialJudgement[]): Tally {
  return judgements.reduce((tally, judgement) => addJudgement(tally, judgement, ''), emptyTally());
}

describe('a finding', () => {
  it.each<[OutcomeKind, Level, string]>([
    ['pass', 'informational', 'nothing'],
    ['inconclusive', 'informational', 'nothing'],
    ['not-applicable', 'informational', 'nothing'],
    ['lost', 'must', 'must'],
    ['misreported', 'should', 'should'],
    ['observed', 'informational', 'observation'],
    ['lost', 'informational', 'observation'],
    ['hang', 'informational', 'observation'],
    ['observed', 'must', 'observation'],
    ['hang', 'kit', 'hang'],
    ['hang', 'must', 'hang'],
    ['crash', 'kit', 'crash'],
    ['stalled', 'kit', 'hang'],
    ['stalled', 'must', 'must'],
    ['misreported', 'kit', 'observation'],
  ])('%s of level %s counts as %s', (outcome, level, kind) => {
    expect(kindOf(finding(outcome, level))).toBe(kind);
  });
});

describe('a tally', () => {
  it('starts empty and is never changed in place', () => {
    const empty = emptyTally();
    addJudgement(empty, trial(finding('lost', 'must')), 'a');
    expect(empty).toEqual(emptyTally());
    expect(empty.valid).toBe(0);
  });

  it('counts a valid trial by its main finding, and its part, row and layer', () => {
    const tally = addJudgement(emptyTally(), { ...trial(finding('lost', 'must')), layer: 'decode' }, 'a');
    expect(tally).toMatchObject({
      judged: 1,
      valid: 1,
      outcomes: { lost: 1 },
      must: { count: 1, witness: 'w2', selfEvident: 0, outcomes: { lost: 1 } },
      should: { count: 0, witness: null },
      violating: 1,
      parts: { a: { judged: 1, valid: 1, violating: 1, failing: 0, bad: 1, notApplicable: 0 } },
      rows: { '13': 1 },
      layers: { decode: 1 },
    });
  });

  it('keeps inconclusive trials by their cause and holds nothing beside them against the client', () => {
    const lost = trial({ ...finding('inconclusive', 'informational', '3'), why: 'setup' }, [finding('lost', 'must')]);
    expect(tallyOf(lost, lost)).toMatchObject({
      judged: 2,
      valid: 0,
      inconclusive: 2,
      why: { setup: 2 },
      must: { count: 0 },
      parts: { '': { judged: 2, valid: 0, bad: 0 } },
    });
    expect(tallyOf(trial(finding('inconclusive', 'informational'))).why).toEqual({ kit: 1 });
  });

  it('keeps trials that do not apply apart', () => {
    expect(tallyOf(trial(finding('not-applicable', 'informational', '5')))).toMatchObject({
      valid: 0,
      notApplicable: 1,
      parts: { '': { judged: 1, valid: 0, notApplicable: 1 } },
    });
  });

  it('counts a trial once a level, and each of its outcomes once', () => {
    const twice = trial(
      finding('lost', 'must'),
      [finding('misreported', 'must'), finding('misreported', 'must'), finding('misreported', 'should')],
      'w3',
    );
    expect(tallyOf(twice, pass)).toMatchObject({
      valid: 2,
      violating: 1,
      must: { count: 1, witness: 'w3', outcomes: { lost: 1, misreported: 1 } },
      should: { count: 1, outcomes: { misreported: 1 } },
    });
  });

  it('finds a hang and a crash beside another finding, and counts the trial as failing once', () => {
    const both = trial(finding('lost', 'must'), [finding('hang', 'kit'), finding('crash', 'kit')]);
    expect(tallyOf(both)).toMatchObject({ hangs: 1, crashes: 1, failing: 1, violating: 1 });
    expect(tallyOf(trial(finding('stalled', 'kit')))).toMatchObject({ hangs: 1, failing: 1, violating: 0 });
  });

  it('counts observations and closes out of nothing', () => {
    const tally = tallyOf(trial(finding('observed', 'informational')), trial(finding('spurious-close', 'must')), pass);
    expect(tally).toMatchObject({ valid: 3, observed: 1, spurious: 1 });
  });

  it('remembers the best witness of a violation, not of a pass', () => {
    const lost = finding('lost', 'must');
    expect(tallyOf(trial(lost, [], 'w3'), trial(lost, [], 'w2+'), { ...pass, witness: 'w4' }).must.witness).toBe('w3');
    expect(tallyOf(trial(lost, [], 'w2'), trial(lost, [], 'w4')).must.witness).toBe('w4');
  });

  it('keeps three samples, the gravest first, cut to 300 characters', () => {
    const long = { ...finding('misreported', 'should'), note: 'x'.repeat(500) };
    const tally = tallyOf(
      pass,
      trial(finding('observed', 'informational')),
      trial(long),
      trial(finding('inconclusive', 'informational')),
      trial(finding('lost', 'must')),
    );
    expect(tally.samples.map((sample) => sample.outcome)).toEqual(['lost', 'misreported', 'inconclusive']);
    expect(tally.samples[1]?.note).toBe(`${'x'.repeat(299)}…`);
  });

  it('does not grow with the number of trials', () => {
    const some = [pass, trial(finding('lost', 'must')), trial(finding('inconclusive', 'informational'))];
    const grow = (tally: Tally, rounds: number): Tally => {
      let grown = tally;
      for (let round = 0; round < rounds; round += 1) {
        for (const judgement of some) grown = addJudgement(grown, judgement, `p${round % 4}`);
      }
      return grown;
    };
    const small = grow(emptyTally(), 4);
    const large = grow(small, 30_000);
    expect(large.judged).toBe(90_012);
    expect(JSON.stringify(large).replaceAll(/\d+/g, '0')).toBe(JSON.stringify(small).replaceAll(/\d+/g, '0'));
  });

  it('adds up: every trial is valid, inconclusive or not applicable, in all and in its part', () => {
    const outcomes: readonly OutcomeKind[] = ['pass', 'lost', 'hang', 'observed', 'inconclusive', 'not-applicable'];
    const any = fc.tuple(
      fc.constantFrom(...outcomes),
      fc.constantFrom<Level>('must', 'kit'),
      fc.constantFrom('a', 'b'),
    );
    fc.assert(
      fc.property(fc.array(any), (trials) => {
        let tally = emptyTally();
        for (const [outcome, level, part] of trials) {
          tally = addJudgement(tally, trial(finding(outcome, level)), part);
        }
        const sum = (counts: readonly number[]): number => counts.reduce((total, each) => total + each, 0);
        const parts = Object.values(tally.parts);
        expect(tally.valid + tally.inconclusive + tally.notApplicable).toBe(trials.length);
        expect(sum(Object.values(tally.outcomes))).toBe(trials.length);
        expect(sum(parts.map((part) => part.valid))).toBe(tally.valid);
        expect(sum(parts.map((part) => part.violating))).toBe(tally.violating);
        expect(tally.samples.length).toBeLessThanOrEqual(3);
      }),
    );
  });
});

describe('violations', () => {
  const lost = finding('lost', 'must');

  it('are proven by two, by one with W4, and by one that the log alone proves', () => {
    expect(isProven(emptyTally().must)).toBe(false);
    expect(isProven(tallyOf(trial(lost, [], 'w3')).must)).toBe(false);
    expect(isProven(tallyOf(trial(lost), trial(lost)).must)).toBe(true);
    expect(isProven(tallyOf(trial(lost, [], 'w4')).must)).toBe(true);
    expect(isProven(tallyOf(trial(finding('duplicated', 'must', '9'), [], 'w0')).must)).toBe(true);
  });

  it('disagree where trials of the same part differ', () => {
    const bad = addJudgement(emptyTally(), trial(lost), 'a');
    expect(hasDisagreement(bad)).toBe(false);
    expect(hasDisagreement(addJudgement(bad, pass, 'b'))).toBe(false);
    expect(hasDisagreement(addJudgement(bad, pass, 'a'))).toBe(true);
    expect(
      hasDisagreement(
        addJudgement(addJudgement(emptyTally(), pass, 'a'), trial(finding('observed', 'informational')), 'a'),
      ),
    ).toBe(false);
  });
});
