import { caseReport, report, targetReport, violated } from '../matchers/testing/observe';
import type { CaseReport } from '../kit/core/report';
import { compareReports } from './compare';
import { renderComparison } from './render-comparison';
import { sampleInput } from './testing/sample';

const of = (...cases: readonly CaseReport[]): ReturnType<typeof report> => report([targetReport(cases)]);

const violating = (k: number, n: number): CaseReport =>
  caseReport({ ...violated, trials: { planned: n, valid: n, violating: k, inconclusive: 0 }, outcomes: { lost: k } });

const kindOf = (before: CaseReport, after: CaseReport): string =>
  compareReports(of(before), of(after)).changes.map((each) => each.kind)[0] ?? 'same';

it.each([
  ['regression', caseReport(), violating(16, 20)],
  ['regression', caseReport({ verdict: 'inconclusive' }), violating(2, 20)],
  ['regression', caseReport({ verdict: 'deviates' }), caseReport({ verdict: 'deviates', also: ['kit-fail'] })],
  ['regression', violating(3, 20), violating(16, 20)],
  ['same', violating(10, 20), violating(12, 20)],
  ['better', violating(16, 20), violating(3, 20)],
  ['better', violating(16, 20), caseReport()],
  ['lost-sight', violating(16, 20), caseReport({ verdict: 'inconclusive' })],
  ['lost-sight', caseReport(), caseReport({ verdict: 'suspect' })],
  ['better', caseReport({ verdict: 'inconclusive' }), caseReport()],
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

it('compares one client a side whatever it is called, and several by their names', () => {
  const old = report([targetReport([caseReport()], { name: 'ws@8.18.0' })]);
  const now = report([targetReport([violating(16, 20)], { name: 'ws' })]);
  expect(compareReports(old, now).changes[0]).toMatchObject({
    target: 'ws@8.18.0 → ws',
    case: 'freeze/answer-fin@tls13',
  });
  const both = report([targetReport([caseReport()], { name: 'ws' }), targetReport([caseReport()], { name: 'bun' })]);
  expect(compareReports(both, now)).toMatchObject({ compared: 1, gone: ['bun freeze/answer-fin@tls13'] });
});

it('says what only one of them has, and what makes them hard to compare', () => {
  const old = of(caseReport(), caseReport({ id: 'rst/late' }));
  const now = { ...of(caseReport({ id: 'sig/ack' }), caseReport()), suite: { ...old.suite, tier: 'deep' as const } };
  expect(compareReports(old, now)).toMatchObject({
    compared: 1,
    gone: ['ws rst/late@tls13'],
    added: ['ws sig/ack@tls13'],
    cautions: ['the tier differs (quick and deep): one sees rarer losses than the other'],
  });
});

it('is told in lines, the regressions first', () => {
  const old = of(caseReport(), caseReport({ ...violated, id: 'rst/late' }), caseReport({ id: 'sig/ack' }));
  const now = of(violating(16, 20), caseReport({ id: 'rst/late' }), caseReport({ id: 'sig/ack' }));
  expect(renderComparison(compareReports(old, now), sampleInput.terminal)).toBe(
    [
      'Got worse, and is a regression (1)',
      '  freeze/answer-fin@tls13  ws',
      '      conforms → VIOLATES  0 of 20 → 16 of 20 violating trials, p < 0.0001',
      '      In 16 of 20 trials a message that had reached the client (witness up to W2+) was not reported.',
      '',
      'Got better (1)',
      '  rst/late@tls13  ws',
      '      VIOLATES → conforms  16 of 20 → 0 of 20 violating trials, p < 0.0001',
      '      0 of 20 witnessed answers lost; loss rate at most 14 % (95 %, exact).',
      '',
      '1 of 3 verdicts that both have is a regression.',
    ].join('\n'),
  );
});

it('says where so few trials show no change', () => {
  const few = compareReports(
    of(violating(3, 20)),
    of(caseReport({ trials: { planned: 4, valid: 4, violating: 0, inconclusive: 0 } })),
  );
  expect(renderComparison(few, sampleInput.terminal)).toContain(
    '3 of 20 → 0 of 4 violating trials, p = 0.56: chance alone explains the difference',
  );
});

it('says that nothing changed, or that nothing can be compared', () => {
  const said = (before: Parameters<typeof compareReports>[0], after: typeof before): string =>
    renderComparison(compareReports(before, after), sampleInput.terminal).split('\n').at(-1) ?? '';
  expect(said(of(caseReport()), of(caseReport()))).toBe('Nothing changed, of 1 verdicts that both have.');
  expect(said(of(caseReport()), of())).toBe('Nothing can be compared: no verdict that decides is in both.');
});
