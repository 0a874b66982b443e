/** Evidence of a real run: a client that conforms, and one whose FIN handler takes the TLS layer away. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../kit/core/message';
import type { CaseReport, EvidenceReference, Report } from '../../kit/core/report';
import { strictReport } from '../testing/strict-report';

const folder = mkdtempSync(join(tmpdir(), 'lastword-evidence-'));
const out = join(folder, 'run');
const main = join(__dirname, '../../dist/kit/cli/main.js');
const faulty = `node ${join(__dirname, '../../targets/faulty/adapter.cjs')} --fault m01-fin-unhooks-tls`;
const tshark = spawnSync('tshark', ['--version']).status === 0;
if (!tshark && process.env['CI'] !== undefined) throw new Error('tshark is missing: install the package tshark');
if (!tshark) console.warn('skipped: captures opened by tshark, which is missing (package tshark)');
const withTshark = tshark ? it : it.skip;

let report: Report;

beforeAll(() => {
  const cases = ['freeze/answer-close-cn-fin', 'control/answer-then-linger'].flatMap((id) => ['--case', id]);
  const words = [
    'run',
    'ws',
    '--exec',
    faulty,
    '--label',
    'faulty',
    ...cases,
    '--trials',
    '2',
    '--out',
    out,
    '--capture',
    'synthesised',
  ];
  const { status, stderr } = spawnSync(process.execPath, [main, ...words, '--reporter', 'json'], { encoding: 'utf8' });
  if (status !== 1) throw new Error(`status ${status}: ${stderr}`);
  report = strictReport(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function caseOf(target: number, key: string): CaseReport {
  const found = report.targets[target]?.cases.find((each) => `${each.id}@${each.variant}` === key);
  if (found === undefined) throw new Error(`no case ${key}`);
  return found;
}

const evidenceOf = (target: number, key: string, kind: string): readonly EvidenceReference[] =>
  caseOf(target, key).evidence.filter((each) => each.kind === kind);

/** Fields of the packets that a filter leaves, of the first capture of a case. */
function packets(target: number, key: string, filter: string, fields: readonly string[]): readonly string[] {
  const [first] = evidenceOf(target, key, 'pcapng');
  if (first === undefined) throw new Error(`no capture of ${key}`);
  const named = fields.flatMap((field) => ['-e', field]);
  const check = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
  const words = ['-r', join(out, first.path), ...check, '-Y', filter, '-T', 'fields', ...named];
  return execFileSync('tshark', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .trimEnd()
    .split('\n');
}

it('keeps evidence of every violating trial and of one that passed, hashed', () => {
  expect(caseOf(1, 'freeze/answer-close-cn-fin@tls13').trials.violating).toBeGreaterThan(5);
  expect(evidenceOf(1, 'freeze/answer-close-cn-fin@tls13', 'pcapng')).toHaveLength(5);
  expect(evidenceOf(0, 'freeze/answer-close-cn-fin@tls13', 'pcapng')).toHaveLength(1);
  const all = report.targets.flatMap((target) => target.cases.flatMap((each) => each.evidence));
  for (const each of all) {
    const bytes = readFileSync(join(out, each.path));
    expect([each.path, bytes.length, sha256(bytes)]).toEqual([each.path, each.bytes, each.sha256]);
  }
});

it('tells the row of the decision table, the timeline, the log and the witness', () => {
  const read = (kind: string): string =>
    readFileSync(join(out, evidenceOf(1, 'freeze/answer-close-cn-fin@tls13', kind)[0]?.path ?? ''), 'utf8');
  expect(JSON.parse(read('judgement'))).toMatchObject({
    row: { number: '13', says: expect.stringMatching(/^Something is missing that the client’s TCP had acknowledged/) },
    main: { outcome: 'lost' },
    // Whether the bytes were seen to be taken from the socket behind the thaw is the client's to decide.
    witness: expect.stringMatching(/^w(?:2\+|3)$/),
  });
  expect(read('timeline')).toContain('frozen');
  expect(read('adapter-log').split('\n')[0]).toContain('"event":"hello"');
  expect(JSON.parse(read('witness'))).toMatchObject({
    tier: expect.stringMatching(/^w(?:2\+|3)$/),
    connections: [{ witness: 'tcp-info' }],
  });
});

it('is the same, to the byte, when the raw trials are judged again', () => {
  const again = join(folder, 'again');
  cpSync(join(out, 'trials.ndjson'), join(again, 'trials.ndjson'));
  spawnSync(process.execPath, [main, 'judge', again]);
  expect(readFileSync(join(again, 'report.json'))).toEqual(readFileSync(join(out, 'report.json')));
  for (const { path } of caseOf(1, 'freeze/answer-close-cn-fin@tls12').evidence) {
    expect(readFileSync(join(again, path))).toEqual(readFileSync(join(out, path)));
  }
  expect(existsSync(join(again, 'evidence.part'))).toBe(false);
});

describe.each(['tls12', 'tls13', 'plain'])('a capture over %s', (transport) => {
  const key = `freeze/answer-close-cn-fin@${transport}`;

  withTshark('opens down to the frames: offer, answer and Close', () => {
    // The answer and the Close are in one record, and so in one packet.
    const frames = packets(0, key, 'websocket', ['websocket.opcode', 'websocket.payload.close.status_code']);
    expect(frames.slice(0, 2)).toEqual(['1\t', '1,8\t4001']);
  });

  withTshark('has the acknowledgement, the FIN, the freeze and the thaw commented', () => {
    const comments = packets(0, key, 'frame.comment', ['frame.comment']).join('\n');
    expect(comments).toContain('FROZEN before this');
    expect(comments).toContain('THAWED');
    expect(comments).toContain('message A ends here');
    expect(comments).toContain('FIN of the endpoint');
    expect(comments).toMatch(
      /ACK: the TCP of the client has acknowledged all \d+ bytes and the FIN \(seen now, by TCP_INFO\)/,
    );
  });

  withTshark('has no packet that TCP’s rules forbid', () => {
    expect(
      packets(0, key, 'tcp.checksum.status == 0 || ip.checksum.status == 0 || _ws.malformed', ['frame.number']),
    ).toEqual(['']);
    expect(packets(0, key, 'tcp.analysis.lost_segment || tcp.analysis.retransmission', ['frame.number'])).toEqual(['']);
  });

  withTshark('tells true times, in order', () => {
    const times = packets(0, key, 'tcp', ['frame.time_epoch']).map(Number);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(Date.parse(report.run.startedAt) / 1000);
    expect(times.at(-1)).toBeLessThanOrEqual(Date.parse(report.run.endedAt ?? '') / 1000);
  });

  withTshark('says in itself that it was synthesised, and from what', () => {
    const [first] = evidenceOf(0, key, 'pcapng');
    const bytes = readFileSync(join(out, first?.path ?? ''));
    expect(bytes.toString('utf8')).toContain(
      'SYNTHESISED by lastword from the bytes that its endpoint sent and received',
    );
    expect(first?.path).toMatch(/synthesised\.pcapng$/);
  });
});

withTshark('shows the client’s API between the packets', () => {
  const lines = packets(1, 'freeze/answer-close-cn-fin@tls13', 'systemd_journal', ['systemd_journal.message']);
  expect(lines).toEqual(expect.arrayContaining(['client frozen', 'client thawed', 'client API: open']));
  expect(lines.join('\n')).toMatch(/client API: close 1006/);
});
