import { caseReport, report, targetReport, violated } from '../matchers/testing/observe';
import type { CaseReport } from '../kit/core/report';
import { compareReports, statusOfComparison } from './compare';
import { renderComparison } from './render-comparison';
import { hostile, sampleInput } from './testing/sample';

const of = (...cases: readonly CaseReport[]): ReturnType<typeof report> => report([targetReport(cases)]);

const violating = (k: number, n: number): CaseReport =>
  caseReport({ ...violated, trials: { planned: n, valid: n, violating: k, inconclusive: 0 }, outcomes: { lost: k } });

const kindOf = (before: CaseReport, after: CaseReport): string =>
  compareReports(of(before), of(after)).changes.map((each) => each.kind)[0] ?? 'same';

it.each([
  ['regression', caseReport(), violating(16, 20)],
  ['first-fails', caseReport({ verdict: 'inconclusive' }), violating(2, 20)],
  ['first-fails', caseReport({ verdict: 'not-applicable' }), violating(2, 20)],
  ['regression', caseReport({ verdict: 'suspect' }), violating(2, 20)],
  ['regression', violating(16, 20), { ...violating(16, 20), also: ['kit-fail'] }],
  ['regression', violating(16, 20), { ...violating(3, 20), also: ['kit-fail'] }],
  ['regression', caseReport({ verdict: 'kit-fail' }), violating(2, 20)],
  ['regression', violating(16, 20), caseReport({ verdict: 'kit-fail' })],
  ['regression', { ...violating(3, 20), also: ['kit-fail'] }, violating(16, 20)],
  ['better', { ...violating(16, 20), also: ['kit-fail'] }, violating(16, 20)],
  ['worse', violating(16, 20), { ...violating(16, 20), also: ['deviates'] }],
  ['regression', violating(3, 20), violating(16, 20)],
  ['same', violating(10, 20), violating(12, 20)],
  ['better', violating(16, 20), violating(3, 20)],
  ['better', violating(16, 20), caseReport()],
  ['lost-sight', violating(16, 20), caseReport({ verdict: 'inconclusive' })],
  ['lost-sight', caseReport(), caseReport({ verdict: 'suspect' })],
  ['lost-sight', violating(16, 20), caseReport({ verdict: 'not-applicable' })],
  ['lost-sight', caseReport(), caseReport({ verdict: 'not-applicable' })],
  ['same', caseReport({ verdict: 'inconclusive' }), caseReport({ verdict: 'not-applicable' })],
  ['in-sight', caseReport({ verdict: 'inconclusive' }), caseReport()],
  ['in-sight', caseReport({ verdict: 'not-applicable' }), caseReport()],
  ['better', caseReport({ verdict: 'suspect' }), caseReport()],
  ['worse', caseReport(), caseReport({ verdict: 'deviates' })],
  ['better', caseReport({ verdict: 'deviates' }), caseReport()],
  ['same', caseReport(), caseReport({ verdict: 'observed' })],
  ['same', caseReport({ variant: 'plain' }), caseReport({ ...violated, variant: 'plain' })],
  ['regression', caseReport(), { ...violating(16, 20), exception: { reason: 'issue 7' } }],
] as const)('%s: %#', (kind, before, after) => {
  expect(kindOf(before, after)).toBe(kind);
});

it('gives the probability by Fisher’s exact test', () => {
  const [change] = compareReports(of(violating(3, 20)), of(violating(16, 20))).changes;
  expect(change?.p).toBeCloseTo(4.375e-5, 7);
});

it('corrects for the number of shares that are compared', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `rst/${name}`);
  const all = (...hits: readonly number[]) => of(...ids.map((id, at) => ({ ...violating(hits[at] ?? 5, 20), id })));
  // 13 of 20 against 4 of 20 is p = 0.0048 by itself and a finding; of six, it is none, and 18 of 20 is.
  expect(compareReports(all(4), all(13)).changes).toEqual([]);
  expect(compareReports(all(4, 4), all(13, 18)).changes).toMatchObject([{ kind: 'regression', case: 'rst/b@tls13' }]);
  expect(kindOf(violating(4, 20), violating(13, 20))).toBe('regression');
});

it('compares one client a side whatever it is called, and several by their names', () => {
  const old = report([targetReport([caseReport()], { name: 'ws@8.18.0' })]);
  const now = report([targetReport([violating(16, 20)], { name: 'ws' })]);
  expect(compareReports(old, now).changes[0]).toMatchObject({
    target: 'ws@8.18.0 → ws',
    case: 'freeze/answer-fin@tls13',
  });
  const both = report([targetReport([caseReport()], { name: 'ws' }), targetReport([caseReport()], { name: 'bun' })]);
  expect(compareReports(both, now)).toMatchObject({
    compared: 1,
    gone: [{ keys: ['bun freeze/answer-fin@tls13'], why: 'the new report has no such client' }],
  });
});

it('says what only one of them has, and what makes them hard to compare', () => {
  const old = of(caseReport(), caseReport({ id: 'rst/late' }), caseReport({ id: 'x/y', verdict: 'inconclusive' }));
  const now = { ...of(caseReport({ id: 'sig/ack' }), caseReport()), suite: { ...old.suite, tier: 'deep' as const } };
  expect(compareReports(old, now)).toMatchObject({
    compared: 1,
    gone: [{ keys: ['ws rst/late@tls13'], why: 'the new run did not ask it' }],
    added: ['ws sig/ack@tls13'],
    cautions: ['the tier differs (quick and deep): one sees rarer losses than the other'],
  });
});

const suite = of().suite;
const run = of().run;

it.each([
  ['the new run did not ask it', {}],
  [
    'the new run did not ask it, or its catalogue has no such case',
    { suite: { ...suite, catalogueDigest: 'newer', version: '0.2.0' } },
  ],
  ['the new report is of a share', { run: { ...run, shard: '1/2' } }],
] as const)('says that %s', (why, changes) => {
  const { gone } = compareReports(of(caseReport()), { ...of(), ...changes });
  expect(gone).toEqual([{ keys: ['ws freeze/answer-fin@tls13'], why }]);
});

it('says that a verdict does not decide any more', () => {
  const plain = caseReport({ variant: 'plain' });
  const asked = { ...of(plain), suite: { ...suite, binding: ['plain'] } };
  expect(compareReports(asked, of(plain)).gone).toMatchObject([{ why: 'it is a diagnosis there' }]);
});

it.each([
  ['a regression', 1, of(caseReport()), of(violating(16, 20))],
  ['a failure that could not be judged before', 1, of(caseReport({ verdict: 'inconclusive' })), of(violating(16, 20))],
  ['a failure in a case that is new', 1, of(caseReport()), of(caseReport(), { ...violating(16, 20), id: 'new/case' })],
  ['nothing new in a case that is new', 0, of(caseReport()), of(caseReport(), caseReport({ id: 'new/case' }))],
  ['what is not applicable any more', 3, of(violating(16, 20)), of(caseReport({ verdict: 'not-applicable' }))],
  ['a case that is gone', 3, of(caseReport(), caseReport({ id: 'rst/late' })), of(caseReport())],
  [
    'a case that is gone and was never judged',
    0,
    of(caseReport(), caseReport({ id: 'rst/late', verdict: 'not-applicable' })),
    of(caseReport()),
  ],
  ['nothing in common', 3, of(caseReport({ verdict: 'inconclusive' })), of()],
  ['what got better', 0, of(violating(16, 20)), of(caseReport())],
  ['a SHOULD', 0, of(caseReport()), of(caseReport({ verdict: 'deviates' }))],
  [
    'a client that is new',
    0,
    of(caseReport()),
    report([targetReport([caseReport()]), targetReport([violating(16, 20)], { name: 'bun' })]),
  ],
] as const)('gives, for %s, %d', (_, status, before, after) => {
  expect(statusOfComparison(compareReports(before, after))).toBe(status);
});

it('is told in lines, the regressions first', () => {
  const old = of(caseReport(), caseReport({ ...violated, id: 'rst/late' }), caseReport({ id: 'sig/ack' }));
  const now = of(violating(16, 20), caseReport({ id: 'rst/late' }), caseReport({ id: 'sig/ack' }));
  expect(renderComparison(compareReports(old, now), sampleInput.terminal)).toBe(
    [
      'Regression: fails and was not seen to before, or fails more often (1)',
      '  freeze/answer-fin@tls13  ws',
      '      conforms → VIOLATES  0 of 20 → 16 of 20 violating trials, p < 0.0001',
      '      In 16 of 20 trials a message that had reached the client (witness up to W2+) was not reported.',
      '',
      'Better: fails no longer, or less often (1)',
      '  rst/late@tls13  ws',
      '      VIOLATES → conforms  16 of 20 → 0 of 20 violating trials, p < 0.0001',
      '      0 of 20 witnessed answers lost; loss rate at most 14 % (95 %, exact).',
      '',
      '1 regression, of 3 verdicts that both have; 1 better.',
    ].join('\n'),
  );
});

const told = (before: ReturnType<typeof of>, after: ReturnType<typeof of>): string =>
  renderComparison(compareReports(before, after), { ...sampleInput.terminal, width: 200 });
const trials = (valid: number): CaseReport['trials'] => ({ planned: valid, valid, violating: 0, inconclusive: 0 });

it('says where so few trials show no change', () => {
  const text = told(of(violating(3, 20)), of(caseReport({ trials: trials(4) })));
  expect(text).toContain('3 of 20 → 0 of 4 violating trials, p = 0.56: so few trials may have missed it');
});

it('does not call chance what it calls a regression', () => {
  const text = told(of(caseReport({ trials: trials(4) })), of(violating(3, 20)));
  expect(text).toContain('0 of 4 → 3 of 20 violating trials, p = 0.56: so few trials may have missed it before');
  expect(text).not.toContain('chance');
});

it('says of a crash that it is one, and of a failure that it is judged for the first time', () => {
  const rate = { observed: 0.5, lower: 0.2, upper: 0.8, confidence: 0.95, method: 'clopper-pearson' } as const;
  const crash = caseReport({ verdict: 'kit-fail', rate, phrase: 'In 10 of 20 trials the client crashed.' });
  expect(told(of(caseReport()), of(crash))).toContain('0 of 20 → 10 of 20 trials that crash or hang, p = 0.00022\n');
  const text = told(of(caseReport({ verdict: 'inconclusive', trials: trials(0) })), of(violating(16, 20)));
  expect(text).toContain('Judged for the first time, and fails (1)\n');
  expect(text).toContain('      INCONCLUSIVE → VIOLATES\n');
  expect(text).toMatch(/\n1 failure judged for the first time, of 1 verdicts that both have\.$/);
  const added = told(of(caseReport()), of(caseReport(), { ...violating(16, 20), id: 'new/case' }));
  expect(added).toContain('      not in the old report → VIOLATES\n');
});

it('says a crash beside a known loss', () => {
  const crashes = { ...violating(16, 20), also: ['kit-fail'] } as const;
  const text = told(of(violating(16, 20)), of(crashes));
  expect(text).toContain('      VIOLATES → VIOLATES + KIT-FAIL\n');
});

it('says what is gone, and why', () => {
  const text = told(of(caseReport(), caseReport({ id: 'rst/late' })), of(caseReport()));
  expect(text).toBe(
    'Was judged, and is not in the new report (1), since the new run did not ask it: ws rst/late@tls13\n\n' +
      'No regression, of 1 verdicts that both have; 1 not there any more.',
  );
});

it('says that nothing changed, or that nothing can be compared', () => {
  const said = (before: ReturnType<typeof of>, after: typeof before): string => told(before, after).split('\n').at(-1)!;
  expect(said(of(caseReport()), of(caseReport()))).toBe('Nothing changed, of 1 verdicts that both have.');
  expect(said(of(caseReport()), of())).toBe('Nothing can be compared: no verdict that decides is in both.');
});

it('prints nothing that a terminal would obey', () => {
  const named = (name: string, ...cases: readonly CaseReport[]) => ({
    ...report([targetReport(cases, { name }), targetReport([caseReport({ id: hostile })], { name: `${hostile}2` })]),
    suite: { ...suite, profile: name, tier: 'quick' as const },
  });
  const text = told(named(hostile, caseReport(), caseReport({ id: hostile })), {
    ...named(hostile, { ...violating(16, 20), phrase: hostile }, caseReport({ id: `new${hostile}` })),
    suite,
  });
  expect(text).toContain('\\u{1b}]8;;https://evil.example\\u{7}link');
  // oxlint-disable-next-line no-control-regex -- none may be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
});
