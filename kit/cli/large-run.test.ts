/** A run of many trials is judged, and its report written and rendered, in memory that does not grow with it. */
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../core/report';
import type { Trial } from '../core/trial';
import type { Line } from '../run/journal';
import { startKit } from './testing/start-kit';

const root = join(__dirname, '../..');
const faulty = `${process.execPath} ${join(root, 'targets/faulty/adapter.cjs')} --fault m01-fin-unhooks-tls`;
const trials = 20_000;
/** Of V8, in MiB: the journal alone is longer, and what is parsed of it takes a multiple. */
const heapMiB = 48;

let folder: string;
const options = process.env['NODE_OPTIONS'];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
});

afterEach(() => {
  if (options === undefined) delete process.env['NODE_OPTIONS'];
  else process.env['NODE_OPTIONS'] = options;
  rmSync(folder, { recursive: true, force: true });
});

/** The lines of a real run, its trials again and again, the copies without their bytes as a run would keep them. */
async function writeLong(from: string, to: string): Promise<void> {
  const lines = readFileSync(from, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const cases = lines.filter((line): line is Trial => line.kind === 'trial' && line.role === 'case').map(bare);
  const file = createWriteStream(to);
  const write = async (line: Line): Promise<void> => {
    if (!file.write(`${JSON.stringify(line)}\n`)) await once(file, 'drain');
  };
  for (const line of lines) if (line.kind !== 'end') await write(line);
  for (let nth = 0; nth < trials; nth++) {
    const trial = cases[nth % cases.length];
    if (trial !== undefined) await write({ ...trial, trial: `again-${nth}` });
  }
  for (const line of lines) if (line.kind === 'end') await write(line);
  file.end();
  await once(file, 'finish');
}

function bare(trial: Trial): Trial {
  const connections = trial.connections.map(({ capture: _capture, packets: _packets, ...rest }) => rest);
  return { ...trial, connections };
}

it('is judged and rendered with a heap smaller than its journal', async () => {
  const run = ['run', '--exec', faulty, '--case', 'freeze/answer-fin@tls13', '--trials', '5', '--out', 'short'];
  expect((await startKit(folder, run).ended).status).toBe(1);
  mkdirSync(join(folder, 'long'));
  await writeLong(join(folder, 'short/trials.ndjson'), join(folder, 'long/trials.ndjson'));
  expect(statSync(join(folder, 'long/trials.ndjson')).size).toBeGreaterThan(heapMiB * 1024 * 1024);
  process.env['NODE_OPTIONS'] = `--max-old-space-size=${heapMiB}`;
  const judged = await startKit(folder, ['judge', 'long']).ended;
  expect([judged.status, judged.stderr]).toEqual([1, '']);
  const report = JSON.parse(readFileSync(join(folder, 'long/report.json'), 'utf8')) as Report;
  expect(report.targets[0]?.cases[0]?.trials.violating).toBeGreaterThanOrEqual(trials);
  expect(report.targets[0]?.cases[0]?.evidence.length).toBeGreaterThan(0);
  const rendered = await startKit(folder, ['report', 'long', '--reporter', 'html,junit,markdown']).ended;
  expect(rendered.status).toBe(0);
}, 240_000);
