import { caseReport, report, targetReport, violated } from '../../matchers/testing/observe';
import type { CaseReport, Report, TargetReport } from '../../kit/core/report';
import { refusalsOf, type CertificationInput, type Refusal } from './rules';

const digest = { method: 'file', sha256: 'a'.repeat(64), of: 'the file x' } as const;
const good = [caseReport({ variant: 'tls12' }), caseReport(), caseReport({ variant: 'plain' })];
const base = report([]);
const ended: Report = { ...base, run: { ...base.run, endedAt: '2026-01-01T00:10:00Z' } };

interface Changes {
  readonly cases?: readonly CaseReport[];
  readonly target?: Partial<TargetReport>;
  readonly report?: Partial<Report>;
  readonly input?: Partial<CertificationInput>;
}

function refusals(changes: Changes = {}): readonly Refusal[] {
  return refusalsOf({
    report: { ...ended, ...changes.report },
    target: targetReport(changes.cases ?? good, { digest, ...changes.target }),
    kit: '0.1.0',
    profile: 'smoke',
    expected: [
      { key: 'freeze/answer-fin@tls12', planned: 20 },
      { key: 'freeze/answer-fin@tls13', planned: 20 },
    ],
    unbuilt: [],
    allowsUnbuilt: false,
    observes: ['code', 'reason', 'wasClean'],
    unavailable: new Map(),
    ...changes.input,
  });
}

const withTls13 = (changes: Partial<CaseReport>): readonly CaseReport[] => [
  good[0] ?? caseReport(),
  caseReport(changes),
];

it('refuses nothing where every rule holds', () => {
  expect(refusals()).toEqual([]);
});

it.each([
  [
    'a case that deviates',
    {
      cases: withTls13({
        class: 'D',
        verdict: 'deviates',
        trials: { planned: 20, valid: 7, violating: 5, inconclusive: 0 },
      }),
    },
  ],
  [
    'a case that deviates, of hundreds of planned trials',
    {
      cases: withTls13({ verdict: 'deviates', trials: { planned: 299, valid: 20, violating: 20, inconclusive: 3 } }),
      input: { expected: [{ key: 'freeze/answer-fin@tls13', planned: 299 }] },
    },
  ],
  ['a case that was observed', { cases: withTls13({ verdict: 'observed' }) }],
  ['a case that does not apply', { cases: withTls13({ verdict: 'not-applicable' }) }],
  [
    'a violation on plain ws:, which is a diagnosis',
    { cases: [...good.slice(0, 2), caseReport({ ...violated, variant: 'plain' })] },
  ],
  ['a violation outside of the profile', { cases: [...good, caseReport({ ...violated, id: 'close/other' })] }],
  [
    'more trials than planned',
    { cases: withTls13({ trials: { planned: 59, valid: 59, violating: 0, inconclusive: 0 } }) },
  ],
  ['80 % valid', { cases: withTls13({ trials: { planned: 20, valid: 16, violating: 0, inconclusive: 4 } }) }],
  ['an unfinished profile that was asked for', { input: { unbuilt: ['time/jitter'], allowsUnbuilt: true } }],
  ['a WHATWG client for browser', { input: { profile: 'browser' }, target: { model: 'whatwg' } }],
] as const satisfies readonly (readonly [string, Changes])[])('does not refuse %s', (_, changes) => {
  expect(refusals(changes)).toEqual([]);
});

const server = { name: 'nginx', wire: [] };

it.each([
  ['partial', { report: { run: { ...ended.run, partial: true } } }, 'the run is partial'],
  ['that was killed', { report: { run: base.run } }, 'the run is partial'],
  ['that is a share', { report: { run: { ...ended.run, shard: '1/2' } } }, 'the run is share 1/2'],
  ['against a server', { report: { environment: { ...ended.environment, server } } }, 'against the server nginx'],
  [
    'of another kit',
    { report: { suite: { ...ended.suite, version: '0.2.0' } } },
    'kit 0.2.0 made the run, and this is kit 0.1.0',
  ],
  [
    'of an adapter that was refused',
    { target: { admitted: false, refusal: 'no hello' } },
    'the adapter was not admitted: no hello',
  ],
  ['without a digest', { target: { digest: { sha256: 'a', of: 'x' } } }, 'nothing says which bytes were tested'],
  [
    'for an unfinished profile',
    { input: { unbuilt: ['time/jitter'] } },
    'this kit does not have 1 cases of profile smoke: time/jitter',
  ],
  ['for browser, of another model', { input: { profile: 'browser' } }, 'its model is not whatwg'],
  [
    'for browser, blind',
    { input: { profile: 'browser', observes: ['code'] }, target: { model: 'whatwg' } },
    'does not expose wasClean',
  ],
  [
    'without a case',
    { cases: good.slice(0, 1) },
    '1 of 2 verdicts of profile smoke are missing: freeze/answer-fin@tls13',
  ],
  ['with a violation', { cases: withTls13(violated) }, 'freeze/answer-fin@tls13 violates: In 16 of 20 trials'],
  [
    'with an excused violation',
    { cases: withTls13({ ...violated, exception: { reason: 'issue 7' } }) },
    'a baseline excuses it: issue 7; a certificate does not',
  ],
  ['with a crash', { cases: withTls13({ verdict: 'kit-fail' }) }, 'freeze/answer-fin@tls13 kit-fail'],
  [
    'with a crash beside a deviation',
    { cases: withTls13({ verdict: 'deviates', also: ['suspect'] }) },
    'freeze/answer-fin@tls13 suspect',
  ],
  ['with a suspicion', { cases: withTls13({ verdict: 'suspect' }) }, 'freeze/answer-fin@tls13 suspect'],
  [
    'with what could not be judged',
    { cases: withTls13({ verdict: 'inconclusive' }) },
    'freeze/answer-fin@tls13 inconclusive',
  ],
  [
    'of too few planned trials',
    { cases: withTls13({ trials: { planned: 3, valid: 3, violating: 0, inconclusive: 0 } }) },
    'was given 3 trials, and tier quick is 20',
  ],
  [
    'of too few valid trials',
    { cases: withTls13({ trials: { planned: 20, valid: 15, violating: 0, inconclusive: 5 } }) },
    'has 15 valid trials, and tier quick needs 16',
  ],
  [
    'of hardly any valid trials beside a deviation',
    { cases: withTls13({ verdict: 'deviates', trials: { planned: 20, valid: 2, violating: 2, inconclusive: 98 } }) },
    'has 2 valid trials, and tier quick needs 16',
  ],
  [
    'of class D with hardly any valid trials beside a deviation',
    {
      cases: withTls13({
        class: 'D',
        verdict: 'deviates',
        trials: { planned: 20, valid: 3, violating: 3, inconclusive: 0 },
      }),
    },
    'has 3 valid trials, and tier quick needs 4',
  ],
  [
    'of more inconclusive than valid trials beside a deviation',
    { cases: withTls13({ verdict: 'deviates', trials: { planned: 20, valid: 20, violating: 5, inconclusive: 21 } }) },
    'has 21 inconclusive trials, more than its 20 valid ones',
  ],
  [
    'with what the machine cannot do',
    { input: { unavailable: new Map([['freeze/answer-fin@tls13', 'no netem']]) } },
    'could not be asked on this machine: no netem',
  ],
  [
    'with a violation on plain ws:, where that was asked for',
    {
      report: { suite: { ...ended.suite, binding: ['plain'] } },
      cases: [...good.slice(0, 2), caseReport({ ...violated, variant: 'plain' })],
    },
    'freeze/answer-fin@plain violates',
  ],
  [
    'in which nothing applies',
    { cases: good.map((each) => ({ ...each, verdict: 'not-applicable' as const })) },
    'nothing was judged',
  ],
] as const satisfies readonly (readonly [string, Changes, string])[])('refuses a run %s', (_, changes, why) => {
  const found = refusals(changes);
  expect(found.map((each) => each.why)).toEqual([expect.stringContaining(why)]);
  expect(found[0]?.remedy).not.toBe('');
});

it('gives every reason', () => {
  const found = refusals({
    report: { run: { ...ended.run, partial: true, shard: '1/2' } },
    target: { digest: { sha256: 'a', of: 'x' } },
    cases: withTls13({ ...violated, trials: { planned: 3, valid: 3, violating: 2, inconclusive: 0 } }),
  });
  expect(found).toHaveLength(5);
});
