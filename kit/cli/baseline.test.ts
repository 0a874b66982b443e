import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../core/report';
import { strictReport } from '../../reports/testing/strict-report';

const plainOutput = { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' };
const folder = mkdtempSync(join(tmpdir(), 'lastword-baseline-'));
const root = join(__dirname, '../..');
const faulty = `node ${join(root, 'targets/faulty/adapter.cjs')} --fault m01-fin-unhooks-tls`;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(
  name: string,
  exceptions: unknown,
  ...more: readonly string[]
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, typeof exceptions === 'string' ? exceptions : JSON.stringify({ exceptions }));
  const words = [
    'run',
    '--exec',
    faulty,
    '--label',
    'faulty',
    '--case',
    'freeze/answer-fin',
    '--case',
    'close/answer-close-one-record',
    '--trials',
    '3',
  ];
  const all = [join(root, 'dist/kit/cli/main.js'), ...words, '--out', join(folder, name), '--baseline', file, ...more];
  return spawnSync(process.execPath, all, { encoding: 'utf8', env: plainOutput });
}

const known = { case: 'freeze/answer-fin', target: 'faulty', reason: 'issue 7', link: 'https://example.org/7' };

it('turns known failures green, and lists them', () => {
  const { status, stdout } = run('known', [known]);
  expect(status).toBe(0);
  expect(stdout).toContain('Excused by the baseline: issue 7 (https://example.org/7).');
  expect(stdout).toContain('baseline  1 needed\n');
  expect(stdout).toContain('All failures are known, and excused by the baseline.');
  const report = strictReport(JSON.parse(readFileSync(join(folder, 'known/report.json'), 'utf8')) as Report);
  expect(report.baseline).toEqual([
    { ...known, state: 'needed', excuses: ['freeze/answer-fin@tls12', 'freeze/answer-fin@tls13'] },
  ]);
  expect(report.targets[0]).toMatchObject({ conformant: false, summary: { violates: 2 } });
});

it('fails once an exception is stale', () => {
  const stale = { ...known, case: 'close/answer-close-one-record' };
  const { status, stdout } = run('stale', [known, stale]);
  expect(status).toBe(1);
  expect(stdout).toContain('STALE  close/answer-close-one-record of faulty: issue 7');
  expect(stdout).toContain('An exception of the baseline excuses nothing any more: take it out.');
});

it.each([
  ['one version of TLS', ['--tls', '1.2']],
  ['a share', ['--shard', '2/3']],
] as const)('does not call an exception stale that %s does not need', (name, more) => {
  const entry = { ...known, case: 'close/answer-close-one-record' };
  const { status, stdout } = run(`part-${name.replaceAll(' ', '-')}`, [known, entry], ...more);
  expect(stdout).toContain('1 open\n');
  expect(stdout).not.toContain('STALE');
  expect(status).toBe(0);
});

it('takes an exception for a real server', () => {
  const { status, stdout } = run('server', [known, { ...known, case: 'server/ws@tls13' }]);
  expect(stdout).toContain('baseline  1 needed, 1 unused\n');
  expect(status).toBe(0);
});

it.each([
  ['no JSON', '{', 'cannot be read'],
  ['no reason', [{ case: 'freeze/answer-fin', target: 'faulty' }], 'exceptions.0.reason'],
  ['no link', [{ ...known, link: 'javascript:alert(1)' }], 'exceptions.0.link'],
  ['no case', [{ ...known, case: 'freeze/answer-fim' }], 'there is no case freeze/answer-fim'],
  ['twice', [known, known], 'stands there twice'],
])('refuses a file with %s before anything starts', (name, exceptions, why) => {
  const { status, stderr } = run(`bad-${name.replace(' ', '-')}`, exceptions);
  expect(stderr).toContain(why);
  expect(status).toBe(2);
});
