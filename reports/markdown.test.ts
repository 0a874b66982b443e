import { caseReport, report, targetReport, violated } from '../matchers/testing/observe';
import { renderMarkdown } from './markdown';
import { hostile, sampleInput } from './testing/sample';

const text = renderMarkdown(sampleInput);

it('says first what a run found', () => {
  expect(text).toMatch(/^## lastword: 2 of 6 verdicts violate\n/);
  expect(text).toContain('| ws | ws 8.23.0 node 20 | 2 | 1 | 1 | 1 | 1 |');
});

it('tells each verdict that needs somebody, with a timeline and the command', () => {
  expect(text).toContain(
    '<summary>✗ <b>violates</b> freeze/answer-fin (tls13): Frozen form of the motivating bug</summary>',
  );
  expect(text).toContain('```text\nlastword run ws --case freeze/answer-fin@tls13 --seed 1\n```');
  expect(text).toContain('│ close 1006');
  expect(text).toContain('<b>deviates</b> close/nothing');
  expect(text).not.toContain('(plain)');
});

it('lets no words of a target become markup', () => {
  const outside = text.replaceAll(/(`{3,})text\n[\s\S]*?\n\1/g, '');
  expect(outside).not.toMatch(/(?<!\\)<script/);
  // oxlint-disable-next-line no-control-regex -- none may be there
  expect(outside).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  expect(text).toContain('\\<script\\>alert(1)');
  expect(text).toContain('\\!\\[x\\](javascript:1)');
  expect(text).toContain('\\|');
});

it('fences what holds a fence', () => {
  const broken = caseReport({ ...violated, replay: 'lastword run "```"' });
  expect(renderMarkdown({ ...sampleInput, report: report([targetReport([broken])]) })).toContain(
    '````text\nlastword run "```"\n````',
  );
  expect(hostile).toContain('`');
});

it.each([
  ['all that was judged conforms', caseReport()],
  ['nothing that was judged breaks a rule', caseReport({ verdict: 'observed' })],
  ['nothing was convicted, but not everything could be judged', caseReport({ verdict: 'suspect' })],
  ['all failures are known, and excused by the baseline', caseReport({ ...violated, exception: { reason: 'r' } })],
])('says that %s', (said, each) => {
  const text = renderMarkdown({ ...sampleInput, report: report([targetReport([each])]) });
  expect(text.split('\n')[0]).toBe(`## lastword: ${said}`);
});

it('never tells an excuse over a verdict that it does not excuse', () => {
  const excused = caseReport({ ...violated, variant: 'tls12', exception: { reason: 'issue 7' } });
  const mixed = renderMarkdown({ ...sampleInput, report: report([targetReport([excused, caseReport(violated)])]) });
  const [, first = '', second = ''] = mixed.split('<details>');
  expect(first).toContain('freeze/answer-fin (tls13)');
  expect(first).not.toContain('issue 7');
  expect(second).toContain('freeze/answer-fin (tls12)');
  expect(second).toContain('issue 7');
});
