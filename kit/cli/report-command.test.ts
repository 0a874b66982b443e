import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reporter } from '../../reports/reporter';
import { sampleInput, sampleReport } from '../../reports/testing/sample';
import { renderReports } from './render-reports';
import type { Screen } from './screen';

const plainOutput = { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-report-'));
  writeFileSync(join(folder, 'report.json'), JSON.stringify(sampleReport));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function report(...words: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const main = join(__dirname, '../../dist/kit/cli/main.js');
  return spawnSync(process.execPath, [main, 'report', folder, ...words], { encoding: 'utf8', env: plainOutput });
}

it('renders a report of which the raw trials are gone, by several reporters at once', () => {
  const { status, stdout, stderr } = report('--reporter', 'html,junit', '--reporter', 'badge', '--reporter', 'json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual(sampleReport);
  for (const name of ['report.html', 'junit.xml', 'badge.svg']) {
    expect(existsSync(join(folder, name))).toBe(true);
    expect(stderr).toContain(join(folder, name));
  }
  expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toEqual(sampleReport);
});

it('prints the summary where no reporter is named', () => {
  expect(report()).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/^ws {2}ws 8\.23\.0 node 20\n {2}6 verdicts: /),
  });
});

it.each([
  ['an unknown reporter', ['--reporter', 'pdf'], 'there is no such reporter; there are terminal, html, junit,'],
  ['no report', [], 'is no report: it is no JSON'],
  ['a report of a later kit', [], 'is of schema lastword/report/9, and this kit reads lastword/report/1'],
] as const)('refuses %s', (what, words, why) => {
  if (what === 'no report') writeFileSync(join(folder, 'report.json'), '{');
  if (what.startsWith('a report')) writeFileSync(join(folder, 'report.json'), '{"schema":"lastword/report/9"}');
  const { status, stderr } = report(...words);
  expect(stderr).toContain(why);
  expect(status).toBe(2);
});

it('lets a reporter that throws fail alone', async () => {
  const said: string[] = [];
  const screen = { ...sampleInput.terminal, say: (line: string) => void said.push(line) } as unknown as Screen;
  const broken: Reporter = {
    name: 'broken',
    says: '',
    file: 'broken.txt',
    render: () => {
      throw new Error('no ink');
    },
  };
  const sound: Reporter = { name: 'sound', says: '', file: 'sound.txt', render: () => 'text\n' };
  expect(await renderReports({ folder, report: sampleReport, reporters: [broken, sound], screen })).toBe(1);
  expect(said).toEqual([
    'the reporter `broken` failed: no ink; the verdicts stand',
    `sound  ${join(folder, 'sound.txt')}`,
  ]);
  expect(readFileSync(join(folder, 'sound.txt'), 'utf8')).toBe('text\n');
  expect(existsSync(join(folder, 'broken.txt'))).toBe(false);
});
