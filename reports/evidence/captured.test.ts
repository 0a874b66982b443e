/** Packets of a real run as evidence: of a client whose FIN handler takes the TLS layer away, and of one that conforms. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EvidenceReference, Report } from '../../kit/core/report';
import { startKit } from '../../kit/cli/testing/start-kit';
import { readProcesses } from '../../kit/io/process-table';
import { canCapture, withCapture } from '../../kit/io/testing/can-capture';
import { strictReport } from '../testing/strict-report';

const folder = mkdtempSync(join(tmpdir(), 'lastword-captured-'));
const out = join(folder, 'run');
const root = join(__dirname, '../..');
const main = join(root, 'dist/kit/cli/main.js');
const faulty = `node ${join(root, 'targets/faulty/adapter.cjs')} --fault m01-fin-unhooks-tls`;
const hasTshark = spawnSync('tshark', ['--version']).status === 0;
if (!hasTshark && process.env['CI'] !== undefined) throw new Error('tshark is missing: install the package tshark');
const withTshark = hasTshark && canCapture ? it : it.skip;

let report: Report;

function run(to: string, ...more: readonly string[]) {
  const words = ['run', 'ws', '--exec', faulty, '--label', 'faulty', '--case', 'freeze/answer-close-cn-fin'];
  return spawnSync(process.execPath, [main, ...words, '--trials', '2', '--out', to, ...more], { encoding: 'utf8' });
}

const readReport = (from: string): Report =>
  strictReport(JSON.parse(readFileSync(join(from, 'report.json'), 'utf8')) as Report);

beforeAll(() => {
  if (!canCapture) return;
  const { status, stderr } = run(out, '--capture', 'real');
  if (status !== 1) throw new Error(`status ${status}: ${stderr}`);
  report = readReport(out);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const captures = (from: Report): readonly EvidenceReference[] =>
  from.targets.flatMap(({ cases }) =>
    cases.flatMap(({ evidence }) => evidence.filter((each) => each.kind === 'pcapng')),
  );

function captureOf(target: string, variant: string): string {
  const { cases = [] } = report.targets.find((each) => each.name === target) ?? {};
  const [file] = cases.find((each) => each.variant === variant)?.evidence ?? [];
  return join(out, file?.path ?? 'none');
}

/** Fields of the packets that a filter leaves; the ports are whatever they were, and Wireshark finds out what is on them. */
function packets(file: string, filter: string, fields: readonly string[]): readonly string[] {
  const named = fields.flatMap((field) => ['-e', field]);
  return execFileSync('tshark', ['-r', file, '-Y', filter, '-T', 'fields', ...named], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .trimEnd()
    .split('\n');
}

withCapture('keeps packets as they were captured, and says by what', () => {
  expect(report.environment.capture).toEqual({
    source: 'captured',
    by: expect.stringMatching(/^dumpcap \d/),
    device: 'lo',
  });
  const all = captures(report);
  expect(all.length).toBeGreaterThanOrEqual(3 + 5 + 5);
  expect(all.filter((each) => each.source !== 'captured' || !each.path.endsWith('/captured.pcapng'))).toEqual([]);
});

withCapture('is the same, to the byte, when the raw trials are judged again', () => {
  const again = join(folder, 'again');
  cpSync(join(out, 'trials.ndjson'), join(again, 'trials.ndjson'));
  spawnSync(process.execPath, [main, 'judge', again]);
  expect(readFileSync(join(again, 'report.json'))).toEqual(readFileSync(join(out, 'report.json')));
  for (const { path } of captures(report)) {
    expect(readFileSync(join(again, path))).toEqual(readFileSync(join(out, path)));
  }
});

describe.each([
  ['faulty', 'tls12'],
  ['faulty', 'tls13'],
  ['ws', 'tls12'],
  ['ws', 'tls13'],
  ['ws', 'plain'],
])('of %s over %s', (target, variant) => {
  withTshark('opens down to the frames: offer, answer and Close', () => {
    const frames = packets(captureOf(target, variant), 'websocket', [
      'websocket.opcode',
      'websocket.payload.close.status_code',
    ]);
    expect(frames.slice(0, 2)).toEqual(['1\t', '1,8\t4001']);
  });

  withTshark('shows the TCP handshake first, and every byte', () => {
    const file = captureOf(target, variant);
    const [syn, synAck] = packets(file, 'tcp', ['tcp.flags.syn', 'tcp.flags.ack', 'tcp.seq']);
    expect([syn, synAck]).toEqual(['1\t0\t0', '1\t1\t0']);
    expect(packets(file, 'tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment', ['frame.number'])).toEqual(['']);
  });

  withTshark('tells true times, in order, with freeze and thaw between the packets', () => {
    const times = packets(captureOf(target, variant), 'frame', ['frame.time_epoch']).map(Number);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(Date.parse(report.run.startedAt) / 1000);
    expect(times.at(-1)).toBeLessThanOrEqual(Date.parse(report.run.endedAt ?? '') / 1000);
    const lines = packets(captureOf(target, variant), 'systemd_journal', ['systemd_journal.message']);
    expect(lines).toEqual(expect.arrayContaining(['client frozen', 'client thawed', 'client API: open']));
  });
});

withTshark('shows that the answer was acknowledged while the client stood still, and before it ended', () => {
  const told = packets(captureOf('faulty', 'tls13'), 'frame.comment', ['frame.comment']);
  const at = (words: RegExp): number => told.findIndex((each) => words.test(each));
  const order = [
    // The kernel may acknowledge the offer by a packet of its own in between.
    at(/FROZEN before this/),
    at(/message A ends here.*Close 4001.*FIN of the endpoint/),
    at(
      /^ACK: the TCP of the client has acknowledged message A, all \d+ bytes and the FIN, while the client stood still$/,
    ),
    at(/THAWED before this/),
    at(/^FIN of the client$/),
  ];
  expect(order).not.toContain(-1);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  const lines = packets(captureOf('faulty', 'tls13'), 'systemd_journal', ['systemd_journal.message']);
  expect(lines.join('\n')).toMatch(/client API: close 1006/);
});

withCapture('says in itself that it was captured, and what was added', () => {
  const text = readFileSync(captureOf('faulty', 'tls13')).toString('utf8');
  expect(text).toMatch(/CAPTURED by dumpcap [\d.]+ on lo: packets and their times are the kernel’s, unchanged/);
});

it('falls back, and says why, where no tool is there', () => {
  const to = join(folder, 'without');
  const bare = { ...process.env, NO_COLOR: '1', PATH: join(folder, 'nothing') };
  const words = ['run', 'ws', '--case', 'close/answer-cn-fin@tls13', '--trials', '2', '--out', to];
  const { status, stderr } = spawnSync(process.execPath, [main, ...words], { encoding: 'utf8', env: bare });
  expect([status, stderr]).toEqual([0, expect.stringContaining('conforms  close/answer-cn-fin@tls13')]);
  const without = readReport(to);
  expect(without.environment.capture).toEqual({
    source: 'synthesised',
    why: 'dumpcap is not installed; tcpdump is not installed',
  });
  expect(captures(without)).toMatchObject([
    { source: 'synthesised', path: expect.stringMatching(/synthesised\.pcapng$/) },
  ]);
});

it('refuses, before anything is run, where it has to be real and cannot be', () => {
  const to = join(folder, 'refused');
  const bare = { ...process.env, NO_COLOR: '1', PATH: join(folder, 'nothing') };
  const words = ['run', 'ws', '--case', 'control/answer-then-linger', '--capture', 'real', '--out', to];
  const { status, stderr } = spawnSync(process.execPath, [main, ...words], { encoding: 'utf8', env: bare });
  expect([status, stderr]).toEqual([
    2,
    'lastword: `--capture real`: dumpcap is not installed; tcpdump is not installed; install the package wireshark-common (dumpcap) or tcpdump\n',
  ]);
  expect(readdirSync(folder)).not.toContain('refused');
});

withCapture('falls back, and says why, for trials behind the death of the tool; the run goes on', async () => {
  const words = ['run', '--exec', faulty, '--case', 'freeze/answer-fin@tls13', '--out', 'died'];
  const kit = startKit(folder, words);
  await kit.says('1 verdict');
  const tools = readProcesses().filter((each) => each.parent === kit.child.pid && isTool(each.pid));
  expect(tools).toHaveLength(1);
  for (const { pid } of tools) process.kill(pid, 'SIGKILL');
  expect((await kit.ended).status).toBe(1);
  // Of twenty violating trials the newest keep evidence, whenever the tool died.
  expect(captures(readReport(join(folder, 'died'))).at(-1)).toMatchObject({
    source: 'synthesised',
    why: 'dumpcap ended with SIGKILL',
  });
});

withCapture('leaves no tool running where the kit is killed', async () => {
  const kit = startKit(folder, ['run', 'ws', '--case', 'freeze/*', '--out', 'killed']);
  await kit.says('verdicts');
  const [tool] = readProcesses().filter((each) => each.parent === kit.child.pid && isTool(each.pid));
  expect(tool).toBeDefined();
  kit.child.kill('SIGKILL');
  while (isTool(tool?.pid ?? 0)) await new Promise((resolve) => setTimeout(resolve, 10));
});

function isTool(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('dumpcap\0');
  } catch {
    // It is gone.
    return false;
  }
}
