/** Words of a stranger on the command line: nothing of them is obeyed by a terminal. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostile, sampleReport } from '../../reports/testing/sample';

const root = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'lastword-hostile-'));
const report = join(folder, 'report.json');
const before = join(folder, 'before.json');
const adapter = join(folder, 'adapter.cjs');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hello = {
  event: 'hello',
  protocol: 1,
  client: { name: hostile.slice(0, 60), version: hostile.slice(-60), runtime: '', platform: '' },
  api: 'callback',
  model: 'other',
  habits: [],
  observes: [],
  features: ['wss', 'ws', hostile.slice(-100)],
};

beforeAll(() => {
  writeFileSync(report, JSON.stringify(sampleReport));
  const targets = sampleReport.targets.map((target) => ({
    ...target,
    cases: target.cases.map((each) => ({ ...each, verdict: 'conforms' })),
  }));
  writeFileSync(before, JSON.stringify({ ...sampleReport, targets }));
  const program = `console.log(${JSON.stringify(JSON.stringify(hello))}); console.error(${JSON.stringify(hostile)}); process.exit(3);`;
  writeFileSync(adapter, program);
});

// Controls (C0 but line ends, C1), zero-width and bidirectional characters.
// oxlint-disable-next-line no-control-regex -- none may be there
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/;
// An argument holds no NUL, and a list of names is split at its commas.
const word = hostile.slice(hostile.indexOf('\u202e'));

it.each([
  ['an old report', ['report', folder]],
  ['an old report for programs', ['report', folder, '--reporter', 'json,github']],
  ['a comparison', ['compare', before, report]],
  ['an adapter that is refused', ['check-adapter', '--', process.execPath, adapter]],
  [
    'a run',
    ['run', '--exec', `node ${adapter}`, '--label', word, '--trials', '1', '--case', 'code/none', '--out', 'run'],
  ],
  ['an unknown target', ['run', word]],
  ['an unknown case', ['run', 'ws', '--case', word]],
  ['an unknown reporter', ['report', folder, '--reporter', word]],
] as const)('shows, and lets nobody obey, the words of %s', (_, words) => {
  const main = join(root, 'dist/kit/cli/main.js');
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };
  const { stdout, stderr } = spawnSync(process.execPath, [main, ...words], { cwd: folder, encoding: 'utf8', env });
  expect(obeyed.exec(stdout + stderr)).toBeNull();
  expect(stdout + stderr).toMatch(/\\u\{?(00)?1b|\\u\{202e\}/);
});
