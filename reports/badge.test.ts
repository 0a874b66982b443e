import { caseReport, report, targetReport, violated } from '../matchers/testing/observe';
import { renderBadge } from './badge';
import { sampleInput } from './testing/sample';

const titleOf = (...cases: Parameters<typeof targetReport>[0]): string =>
  /<title>(.*?)<\/title>/.exec(renderBadge({ ...sampleInput, report: report([targetReport(cases)]) }))?.[1] ?? '';

it.each([
  ['lastword: 1 of 1 conform', [caseReport()]],
  ['lastword: 1 of 2 violate', [caseReport(), caseReport(violated)]],
  ['lastword: 1 conform, 1 open', [caseReport(), caseReport({ verdict: 'suspect' })]],
  ['lastword: nothing judged', [caseReport({ verdict: 'not-applicable' })]],
  ['lastword: no rule broken', [caseReport({ verdict: 'observed' })]],
  ['lastword: 1 conform, 1 known', [caseReport(), caseReport({ ...violated, exception: { reason: 'r' } })]],
  ['lastword: nothing judged', [caseReport({ verdict: 'violates', variant: 'plain' })]],
])('says %s', (said, cases) => {
  expect(titleOf(...cases)).toBe(said);
});

it('is yellow where a target was refused or the run ended early', () => {
  const early = report([targetReport([caseReport()])]);
  const partial = { ...early, run: { ...early.run, partial: true } };
  expect(renderBadge({ ...sampleInput, report: partial })).toContain('1 conform, 0 open');
});
