import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hello } from '../core/adapter-event';
import type { Report } from '../core/report';
import type { Line, RunLine, TargetLine } from '../run/journal';
import { strictReport } from '../../reports/testing/strict-report';

const plainOutput = { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' };
const folder = mkdtempSync(join(tmpdir(), 'lastword-merge-'));
const root = join(__dirname, '../..');
const faulty = `node ${join(root, 'targets/faulty/adapter.cjs')} --fault m01-fin-unhooks-tls`;
const cases = ['freeze/answer-fin', 'close/answer-close-one-record', 'code/none'].flatMap((id) => ['--case', id]);
const whole = join(folder, 'whole');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lastword(...words: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(process.execPath, [join(root, 'dist/kit/cli/main.js'), ...words], {
    encoding: 'utf8',
    env: plainOutput,
  });
}

const run = (out: string, ...more: readonly string[]) =>
  lastword(
    'run',
    '--exec',
    faulty,
    '--label',
    'faulty',
    ...cases,
    '--trials',
    '3',
    '--seed',
    'merge',
    '--out',
    out,
    ...more,
  );

const reportOf = (path: string): Report =>
  strictReport(JSON.parse(readFileSync(join(path, 'report.json'), 'utf8')) as Report);

const linesOf = (path: string): readonly Line[] =>
  readFileSync(join(path, 'trials.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

/** A share of a whole run, as `--shard` would have cut it: every other unit, and all controls. */
function cut(index: 1 | 2, change: Partial<RunLine> = {}): string {
  const out = join(folder, `share-${index}-${Object.keys(change).join()}`);
  const lines = linesOf(whole);
  const head = lines[0] as RunLine;
  const units = head.units.filter((_, at) => at % 2 === index - 1);
  const kept = lines.filter(
    (line) => line.kind !== 'trial' || line.role === 'gate' || units.some((unit) => belongs(unit, line)),
  );
  const first = {
    ...head,
    units,
    cases: head.cases.filter((id) => units.some((unit) => unit.startsWith(`${id}@`))),
    shard: { index, of: 2 },
    ...change,
  };
  mkdirSync(out, { recursive: true });
  writeFileSync(
    join(out, 'trials.ndjson'),
    [first, ...kept.slice(1)].map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
  return out;
}

/** The same with lines changed: of its environment, of its target. */
function changed(share: string, name: string, change: (line: Line) => Line): string {
  const to = `${share}-${name}`;
  mkdirSync(to, { recursive: true });
  writeFileSync(
    join(to, 'trials.ndjson'),
    linesOf(share)
      .map((line) => `${JSON.stringify(change(line))}\n`)
      .join(''),
  );
  return to;
}

const ofTarget = (change: (line: TargetLine) => TargetLine) => (line: Line) =>
  line.kind === 'target' ? change(line) : line;

const helloWith = (changes: Partial<Hello>) =>
  ofTarget((line) => (line.hello === null ? line : { ...line, hello: { ...line.hello, ...changes } }));

const onServer = (name: string) => (line: Line) =>
  line.kind === 'run' ? { ...line, environment: { ...line.environment, server: { name, wire: [] } } } : line;

function belongs(unit: string, line: Line & { readonly kind: 'trial' }): boolean {
  const [id, ...variant] = unit.split('@');
  return id === line.case && variant.at(-1) === line.transport && (variant.length === 1 || variant[0] === line.part);
}

beforeAll(() => {
  const { status, stderr } = run(whole);
  if (status !== 1) throw new Error(`status ${status}: ${stderr}`);
});

it('gives exactly the report of the run that was not cut, but for the names of trials', () => {
  const out = join(folder, 'merged');
  expect(lastword('merge', cut(2), cut(1), '--out', out)).toMatchObject({ status: 1 });
  const withoutEvidence = (report: Report): Report => ({
    ...report,
    targets: report.targets.map((target) => ({
      ...target,
      cases: target.cases.map((each) => ({ ...each, evidence: [] })),
    })),
  });
  expect(withoutEvidence(reportOf(out))).toEqual(withoutEvidence(reportOf(whole)));
  const counts = (path: string): readonly number[] =>
    reportOf(path).targets[0]?.cases.map((each) => each.evidence.length) ?? [];
  expect(counts(out)).toEqual(counts(whole));
  expect(reportOf(out).targets[0]?.cases.find((each) => each.id === 'freeze/answer-fin')).toMatchObject({
    verdict: 'violates',
    lossLayer: 'tls',
  });
  const before = readFileSync(join(out, 'report.json'));
  lastword('judge', out);
  expect(readFileSync(join(out, 'report.json'))).toEqual(before);
});

it('joins shares that ran by themselves', () => {
  const [one, two, out] = [join(folder, 'one'), join(folder, 'two'), join(folder, 'both')];
  run(one, '--shard', '1/2');
  run(two, '--shard', '2/2');
  expect(lastword('merge', one, two, '--out', out).status).toBe(1);
  const told = (path: string): readonly string[] =>
    reportOf(path).targets[0]?.cases.map((each) => `${each.id}@${each.variant} ${each.verdict}`) ?? [];
  expect(told(out)).toEqual(told(whole));
  expect(reportOf(out).run).toMatchObject({ seed: 'merge', shard: null, partial: false });
});

describe('packets', () => {
  const dumpcap = { source: 'captured', by: 'dumpcap 4.0.17', device: 'lo' } as const;
  const none = { source: 'synthesised', why: 'dumpcap is not installed' } as const;
  const asked = { source: 'synthesised', why: 'asked for' } as const;
  type Capture = RunLine['environment']['capture'];

  const captured = (index: 1 | 2, name: string, capture: Capture, dropped?: number): string =>
    changed(cut(index), name, (line) => {
      if (line.kind === 'end') {
        const { droppedPackets: _dropped, ...end } = line;
        return { ...end, ...(dropped === undefined ? {} : { droppedPackets: dropped }) };
      }
      if (line.kind !== 'run') return line;
      const { capture: _capture, ...environment } = line.environment;
      return { ...line, environment: { ...environment, ...(capture === undefined ? {} : { capture }) } };
    });

  const captureOf = (name: string, one: Capture, two: Capture): Capture => {
    const out = join(folder, `joined-${name}`);
    lastword('merge', captured(1, name, one), captured(2, name, two), '--out', out);
    return reportOf(out).environment.capture;
  };

  it('are captured where those of all shares are', () => {
    expect(captureOf('all', dumpcap, dumpcap)).toEqual(dumpcap);
    const tcpdump = { source: 'captured', by: 'tcpdump 4.99.5', device: 'lo' } as const;
    expect(captureOf('tools', dumpcap, tcpdump)).toEqual({ ...dumpcap, by: 'dumpcap 4.0.17, tcpdump 4.99.5' });
  });

  it('are not captured where one share has none, and it is told which, and why', () => {
    expect(captureOf('first', dumpcap, none)).toEqual({
      source: 'synthesised',
      why: 'share 2/2: dumpcap is not installed',
    });
    expect(captureOf('neither', none, asked)).toEqual({
      source: 'synthesised',
      why: 'share 1/2: dumpcap is not installed; share 2/2: asked for',
    });
    expect(captureOf('alike', asked, asked)).toEqual(asked);
    expect(captureOf('kept', undefined, dumpcap)).toEqual({
      source: 'synthesised',
      why: 'share 1/2: nothing was kept',
    });
    expect(captureOf('bare', undefined, undefined)).toBeUndefined();
  });

  it('that were dropped are those of all shares, where all know theirs', () => {
    const droppedOf = (name: string, one?: number, two?: number): number | undefined => {
      const out = join(folder, `dropped-${name}`);
      lastword('merge', captured(1, name, dumpcap, one), captured(2, name, dumpcap, two), '--out', out);
      return linesOf(out).flatMap((line) => (line.kind === 'end' ? [line.droppedPackets] : []))[0];
    };
    expect(droppedOf('both', 3, 4)).toBe(7);
    expect(droppedOf('one', 3)).toBeUndefined();
  });
});

it('keeps the verdicts on a real server', () => {
  const ofServer = (share: string): string => {
    const to = `${share}-server`;
    mkdirSync(to);
    const text = readFileSync(join(share, 'trials.ndjson'), 'utf8');
    writeFileSync(join(to, 'trials.ndjson'), text.replaceAll('freeze/answer-fin', 'server/ws'));
    return to;
  };
  const out = join(folder, 'merged-server');
  lastword('merge', ofServer(cut(1)), ofServer(cut(2)), '--out', out);
  const told = reportOf(out).targets[0]?.cases.filter((each) => each.id === 'server/ws') ?? [];
  expect(told.map(({ variant, verdict, trials }) => [variant, verdict, trials.valid > 2])).toEqual([
    ['tls12', 'violates', true],
    ['tls13', 'violates', true],
    ['plain', 'conforms', true],
  ]);
});

it.each([
  ['a run', () => whole],
  ['a merged run', () => join(folder, 'merged')],
  ['a merged run against a real server', () => join(folder, 'merged-server')],
] as const)('changes nothing in the report of %s by judging or rendering it again', (_, place) => {
  const file = join(place(), 'report.json');
  const before = readFileSync(file, 'utf8');
  expect(lastword('judge', place())).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('the same, byte for byte'),
  });
  expect(readFileSync(file, 'utf8')).toBe(before);
  const all = 'terminal,html,junit,markdown,ctrf,github,badge,json';
  expect(lastword('report', place(), '--reporter', all).status).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

it.each([
  ['one is missing', () => [cut(1)], 'share 2/2 is missing'],
  ['one is there twice', () => [cut(1), cut(1)], 'are both share 1/2'],
  ['one is whole', () => [cut(1), whole], 'is a whole run'],
  ['seeds differ', () => [cut(1), cut(2, { seed: 'other' })], 'the seed is merge in'],
  ['catalogues differ', () => [cut(1), cut(2, { catalogueDigest: 'abc' })], 'the catalogue is'],
  ['targets differ', () => [cut(1), cut(2, { targets: ['other'] })], 'the list of targets is faulty in'],
  ['kits differ', () => [cut(1), cut(2, { version: '9.9.9' })], 'and 9.9.9 in'],
  [
    'commands differ',
    () => [
      cut(1),
      changed(
        cut(2),
        'command',
        ofTarget((line) => ({ ...line, spec: 'ws@8.18.0' })),
      ),
    ],
    'how the target is started is --exec',
  ],
  [
    'versions differ',
    () => [
      cut(1),
      changed(cut(2), 'version', helloWith({ client: { name: 'f', version: '2', runtime: '', platform: '' } })),
    ],
    'the target is lastword-faulty m01-fin-unhooks-tls',
  ],
  [
    'habits differ',
    () => [cut(1), changed(cut(2), 'habits', helloWith({ habits: ['reconnects'] }))],
    '`habits` of its hello is none in',
  ],
  ['features differ', () => [cut(1), changed(cut(2), 'features', helloWith({ features: ['wss'] }))], 'and wss in'],
  [
    'servers differ',
    () => [changed(cut(1), 'nginx', onServer('nginx')), changed(cut(2), 'ws', onServer('ws'))],
    'the server is nginx in',
  ],
] as const)('refuses where %s', (name, folders, why) => {
  const out = join(folder, `refused ${name}`);
  const { status, stderr } = lastword('merge', ...folders(), '--out', out);
  expect(stderr).toContain(why);
  expect(status).toBe(2);
});

it('compares runs', () => {
  const same = lastword('compare', whole, join(whole, 'report.json'));
  expect(same).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^Nothing changed, of \d+ verdicts that both have\.\n$/),
  });
  expect(lastword('compare', whole, join(folder, 'nowhere')).status).toBe(2);
});
