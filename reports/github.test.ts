import { caseReport, report, targetReport, violated } from '../matchers/testing/observe';
import { renderGithub } from './github';
import { sampleInput, sampleReport } from './testing/sample';

const lines = renderGithub(sampleInput).split('\n').slice(0, -1);

it('is one command a line, whatever a target says', () => {
  expect(lines.map((line) => /^::(error|warning|notice) title=[^,:]+::/.exec(line)?.[1])).toEqual([
    'error',
    'error',
    'warning',
    'warning',
    'notice',
  ]);
});

it('escapes what would end a command or begin another', () => {
  expect(lines[1]).toContain('100 %25 \\u{1b}[31m');
  expect(lines[1]).toContain('::error::x ::warning title=a,b:c::');
  expect(lines[1]).toMatch(
    /^::error title=<script>alert\(1\)<\/script> "'&\]\]>\|`!\[x\]\(javascript%3A1\) %3A%3Aerror/,
  );
});

it('joins the transports of a case, and leaves plain ws: out', () => {
  const both = report([targetReport([caseReport(violated), caseReport({ ...violated, variant: 'tls12' })])]);
  expect(renderGithub({ ...sampleInput, report: both })).toMatch(
    /^::error title=ws violates%3A freeze\/answer-fin::freeze\/answer-fin@tls13, freeze\/answer-fin@tls12: In 16 of 20 .*\n$/,
  );
  expect(sampleReport.targets[0]?.cases[2]).toMatchObject({ variant: 'plain', verdict: 'violates' });
});

it('says ten of a kind, and how many are left', () => {
  const many = Array.from({ length: 12 }, (_, at) => caseReport({ ...violated, id: `freeze/case-${at}` }));
  const text = renderGithub({ ...sampleInput, report: report([targetReport(many)]) });
  expect(text.split('\n')).toHaveLength(11);
  expect(text).toContain('::error title=lastword::3 more of this kind: see report.json\n');
});

it('says nothing where nothing is wrong', () => {
  expect(renderGithub({ ...sampleInput, report: report([targetReport([caseReport()])]) })).toBe('');
});

it('tells each excuse with the verdicts that it excuses', () => {
  const excused = (variant: string, reason: string) => caseReport({ ...violated, variant, exception: { reason } });
  const target = targetReport([excused('tls12', 'issue 7'), excused('tls13', 'issue 8')]);
  expect(renderGithub({ ...sampleInput, report: report([target]) }).split('\n')).toEqual([
    expect.stringMatching(/freeze\/answer-fin@tls12: .*issue 7$/),
    expect.stringMatching(/freeze\/answer-fin@tls13: .*issue 8$/),
    '',
  ]);
});
