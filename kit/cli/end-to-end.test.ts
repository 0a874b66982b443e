/** The command line as a user has it, against real clients over real TLS. */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replayToken, templateSpec } from '../core/replay';
import type { Report } from '../core/report';
import { startKit, type EndedKit, type StartedKit } from './testing/start-kit';
import { isAlive, readProcess, readProcesses, type ProcessRow } from '../io/process-table';
import { strictReport } from '../../reports/testing/strict-report';

const root = join(__dirname, '../..');
const program = join(root, 'dist/kit/cli/main.js');
const faulty = (fault: string): string =>
  `${process.execPath} ${join(root, 'targets/faulty/adapter.cjs')} --fault ${fault}`;
const hostile = (name: string): string => `${process.execPath} ${join(root, 'targets/testing/hostile', `${name}.mjs`)}`;

let folder: string;
let out: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
  out = join(folder, 'run');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = (...args: readonly string[]): StartedKit => startKit(folder, args);

const lastword = (...args: readonly string[]): Promise<EndedKit> => start(...args).ended;
const report = (): Report => strictReport(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report);
const verdicts = (): Record<string, string> =>
  Object.fromEntries(report().targets[0]?.cases.map((each) => [`${each.id}@${each.variant}`, each.verdict]) ?? []);

it('is built as a file that a shell may run: `npx` links it only once', () => {
  expect(statSync(program).mode & 0o111).toBe(0o111);
});

describe('a client that delivers', () => {
  it('conforms, and the run exits with 0', async () => {
    const run = await lastword(
      'run',
      'ws',
      '--case',
      'freeze/answer-fin',
      '--case',
      'close/answer-fin-same-segment',
      '--out',
      out,
    );
    expect(run.stderr).toContain('conforms  freeze/answer-fin@tls13');
    expect(run.status).toBe(0);
    expect(report().targets[0]).toMatchObject({ admitted: true, conformant: true, summary: { conforms: 6 } });
  });

  it('is judged again from the raw trials to the same report, byte for byte', async () => {
    await lastword('run', 'ws', '--case', 'close/answer-close-one-record@tls13', '--trials', '6', '--out', out);
    const before = readFileSync(join(out, 'report.json'));
    const judged = await lastword('judge', out);
    expect(judged.stdout).toContain('the same, byte for byte');
    expect(readFileSync(join(out, 'report.json'))).toEqual(before);
    expect(judged.status).toBe(0);
  });

  it('is run again by the token of a case', async () => {
    await lastword('run', 'ws', '--case', 'code/none@a@tls13', '--out', out);
    const token = report().targets[0]?.cases[0]?.token ?? '';
    const replayed = await lastword('replay', token);
    expect(replayed.stderr).toContain(`seed ${report().run.seed}`);
    expect(replayed.status).toBe(0);
  });
});

describe('a client that drops the answer when it sees the FIN', () => {
  it('is convicted in the frozen and the live form, and the layer is named', async () => {
    const run = await lastword(
      'run',
      '--exec',
      faulty('m01-fin-unhooks-tls'),
      '--case',
      'freeze/answer-fin',
      '--out',
      out,
    );
    expect(run.status).toBe(1);
    expect(run.stdout).toContain('VIOLATES  freeze/answer-fin');
    expect(run.stdout).toContain('Lost at the TLS layer');
    expect(verdicts()).toEqual({
      'freeze/answer-fin@tls12': 'violates',
      'freeze/answer-fin@tls13': 'violates',
      'freeze/answer-fin@plain': 'conforms',
    });
    expect(report().targets[0]?.cases[0]).toMatchObject({
      rows: { '13': 20 },
      outcomes: { lost: 20 },
      lossLayer: 'tls',
    });
  });
});

describe('a run that is interrupted', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends by %s with a partial, valid report', async (signal, status) => {
    const run = start('run', 'ws', '--case', 'close/*', '--trials', '5000', '--out', out);
    await run.says('node ');
    run.child.kill(signal);
    expect((await run.ended).status).toBe(status);
    expect(report().run).toMatchObject({ partial: true });
  });

  it('ends by SIGINT while a target is still being built', async () => {
    const manifest = {
      name: 'slow',
      homepage: 'https://example.org',
      command: ['true'],
      install: { build: ['sleep', '600'] },
    };
    writeFileSync(join(folder, 'target.json'), JSON.stringify(manifest));
    const run = start('run', './target.json', '--case', 'freeze/answer-fin', '--out', out);
    await run.says('building slow: sleep 600');
    run.child.kill('SIGINT');
    expect(await run.ended).toMatchObject({
      status: 130,
      stderr: expect.stringContaining('interrupted before anything was run'),
    });
    expect(existsSync(out)).toBe(false);
  });

  it('goes on after a SIGKILL and loses no finished trial', async () => {
    const words = ['run', 'ws', '--case', 'close/answer-close-one-record@tls13', '--trials', '120', '--out', out];
    const killed = start(...words);
    await killed.says('node ');
    const trials = join(out, 'trials.ndjson');
    while (readFileSync(trials, 'utf8').split('\n').length < 20) await new Promise((resolve) => setImmediate(resolve));
    killed.child.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    const before = readFileSync(trials, 'utf8').split('\n').slice(0, -1);
    const resumed = await lastword(...words, '--resume');
    expect(resumed.status).toBe(0);
    expect(readFileSync(trials, 'utf8').split('\n').slice(0, before.length)).toEqual(before);
    expect(report().run).toMatchObject({ partial: false });
    expect(report().targets[0]?.cases[0]?.trials).toMatchObject({ planned: 120, valid: 120 });
  });
});

describe('a run that is killed while a client is frozen', () => {
  it('leaves neither the client nor a file behind', async () => {
    const words = ['run', 'ws', '--case', 'freeze/timers-expired@tls13', '--out', out];
    const run = start(...words);
    await run.says('node ');
    let frozen: readonly ProcessRow[] = [];
    while (frozen.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      frozen = readProcesses().filter((row) => row.parent === run.child.pid && row.state === 'T');
    }
    run.child.kill('SIGKILL');
    await run.ended;
    const isLeft = (): boolean =>
      frozen.some(({ pid }) => isAlive(readProcess(pid)?.state ?? 'X')) ||
      readdirSync(folder).some((name) => name.startsWith('lastword-'));
    while (isLeft()) await new Promise((resolve) => setImmediate(resolve));
    expect(isLeft()).toBe(false);
  });
});

it('leaves no client frozen that is gone before a script has frozen it for the last time', async () => {
  const client = `${process.execPath} ${join(root, 'targets/testing/leaves-at-close.mjs')}`;
  const cases = ['--case', 'freeze/stutter@tls13', '--case', 'hs/message-with-101@tls13', '--trials', '30'];
  const run = await lastword('run', '--exec', client, ...cases, '--workers', '1', '--out', out);
  expect(verdicts()).toEqual({ 'freeze/stutter@tls13': 'conforms', 'hs/message-with-101@tls13': 'conforms' });
  expect(run.status).toBe(0);
  // Whoever was left frozen was found stopped by the trial behind.
  expect(readFileSync(join(out, 'trials.ndjson'), 'utf8')).not.toContain('"stoppedByOther":true');
  expect(report().targets[0]?.cases.map((each) => each.inconclusive)).toEqual([{}, {}]);
});

it('counts what an adapter says when a trial is long over, and goes on where that is a reason to', async () => {
  // Trial 0 is the control in front; of the five that are planned one reports its close twice.
  const client = `${process.execPath} ${join(root, 'targets/testing/closes-again.mjs')}`;
  const words = ['--case', 'close/answer-close-one-record@tls13', '--trials', '5', '--workers', '1', '--out', out];
  const run = await lastword('run', '--exec', client, '--env', 'CLOSES_AGAIN=t3', ...words);
  expect(run.status).toBe(3);
  expect(report().targets[0]?.cases[0]).toMatchObject({
    verdict: 'suspect',
    trials: { valid: 40, violating: 1 },
    outcomes: { pass: 39, misreported: 1 },
  });
});

describe('an adapter that cannot be trusted', () => {
  it.each(readHostile())('%s accuses nobody', async (name) => {
    const run = await lastword('run', '--exec', hostile(name), '--case', 'code/none@a@tls13', '--out', out);
    expect(run.status).toBe(3);
    expect(Object.values(verdicts()).filter((each) => each === 'violates' || each === 'kit-fail')).toEqual([]);
  });
});

it('a trial that never comes to the death of its endpoint is inconclusive, and the run has its report', async () => {
  const run = await lastword(
    'run',
    '--exec',
    hostile('now-and-then'),
    '--case',
    'load/server-killed@tls13',
    '--trials',
    '6',
    '--out',
    out,
  );
  const [kase] = report().targets[0]?.cases ?? [];
  expect(kase?.outcomes).toMatchObject({ pass: expect.any(Number) });
  expect(kase?.trials).toMatchObject({ violating: 0 });
  expect(kase?.trials.inconclusive).toBeGreaterThan(0);
  expect([0, 3]).toContain(run.status);
});

function readHostile(): readonly string[] {
  // Those of which the tests of `targets` already show that they are refused need not be waited for here.
  return ['garbage', 'no-hello', 'endless-line', 'second-hello'].filter((name) =>
    existsSync(join(root, 'targets/testing/hostile', `${name}.mjs`)),
  );
}

const functionToken = replayToken({
  spec: templateSpec('npx jest a.test.js -t {case}'),
  case: 'code/none@a@tls13',
  seed: '0f',
  tier: 'quick',
});

describe('wrong use', () => {
  it.each([
    [['run'], 'no target'],
    [['run', 'wz'], 'did you mean ws'],
    [['run', 'ws', '--case', 'nothing/*'], 'matches no case'],
    [['run', 'ws', '--case', 'freeze/answer-fin@tls14'], 'freeze/answer-fin@tls12'],
    [['run', 'ws', '--profile', 'smok'], 'there are smoke'],
    [['run', 'ws', '--trials', '0'], '`--trials` expects'],
    [['run', 'ws', '--tls', '1.1'], 'expected 1.2, 1.3 or plain'],
    [['run', 'ws', '--shard', '3/2'], 'expected I/N'],
    [['run', '--exec', '/no/such/program'], '/no/such/program'],
    [['run', '--exec', 'cat | sh'], 'runs no shell'],
    [['run', '--exec', 'node "a b'], 'the quote " is opened and never closed'],
    [['run', './no-such.json'], 'no-such.json'],
    [['run', 'ws', '--resume'], '--out DIR'],
    [['run', 'ws', 'ws'], 'named twice'],
    [['run', 'ws', '--out', ''], '`--out` is empty'],
    [['run', 'ws', '--case', ''], 'expected the id of a case'],
    [['run', 'ws', '--profile', 'constructor'], 'there is no such profile'],
    [['check-adapter', 'ws', '--exec', 'node x'], 'one adapter at a time'],
    [['judge', '/nowhere'], 'holds no run'],
    [['replay', 'nonsense'], 'that is no token'],
    [['replay', functionToken], 'it is run again by: npx jest a.test.js -t code/none'],
    [['run', 'ws', '--container-path', 'bridge'], 'is for `--endpoint container`'],
    [['image', 'prune'], 'it can only `build`'],
    [['image', 'build', '--offline', '--base', 'x'], 'makes its own base'],
    [['show', 'nothing'], 'neither a case nor a target'],
    [['list', 'nothing'], 'expected cases, targets or profiles'],
    [['frobnicate'], 'unknown command'],
  ])('%j is refused before anything starts', async (args, message) => {
    const run = await lastword(...args);
    expect(run.stderr).toContain(message);
    expect(run.status).toBe(2);
    expect(existsSync(join(folder, 'lastword-runs'))).toBe(false);
  });

  it('refuses a folder in which another run is under way', async () => {
    const first = start('run', 'ws', '--case', 'close/*', '--trials', '5000', '--out', out);
    await first.says('node ');
    const second = await lastword('run', 'ws', '--case', 'close/*', '--trials', '5000', '--out', out, '--resume');
    expect(second.stderr).toContain(`is being written by a run (process ${first.child.pid})`);
    expect(second.status).toBe(2);
    first.child.kill('SIGTERM');
    expect((await first.ended).status).toBe(143);
    expect(
      readdirSync(out)
        .filter((name) => name !== 'evidence')
        .sort(),
    ).toEqual(['report.json', 'trials.ndjson']);
  });

  it('refuses to take up a run with another program, or as another run', async () => {
    const client = join(folder, 'client.cjs');
    const programOf = (version: string): string =>
      `require(${JSON.stringify(join(root, 'targets/faulty/adapter.cjs'))}); // ${version}`;
    writeFileSync(client, programOf('1'));
    const words = ['run', '--exec', `${process.execPath} ${client}`, '--case', 'code/none@a@tls13', '--out', out];
    expect((await lastword(...words)).status).toBe(0);
    expect((await lastword(...words, '--resume', '--label', 'x')).stderr).toContain('had `--label` none, this has x');
    writeFileSync(client, programOf('2'));
    const resumed = await lastword(...words, '--resume');
    expect(resumed.stderr).toContain('another program needs a run of its own');
    expect(resumed.status).toBe(2);
  });

  it('refuses to judge trials of one hello by another', async () => {
    const words = ['run', '--exec', hostile('said-otherwise'), '--case', 'code/none@a@tls13', '--out', out];
    expect((await lastword(...words, '--env', 'OBSERVES=code')).status).toBe(0);
    const resumed = await lastword(...words, '--env', 'OBSERVES=code reason', '--resume');
    expect(resumed.stderr).toContain('`observes` of its hello');
    expect(resumed.status).toBe(2);
    // One that was made so before is no record of either.
    const trials = join(out, 'trials.ndjson');
    const target = readFileSync(trials, 'utf8')
      .split('\n')
      .find((line) => line.includes('"kind":"target"'));
    appendFileSync(trials, `${(target ?? '').replace('"observes":["code"]', '"observes":[]')}\n`);
    const judged = await lastword('judge', out);
    expect(judged.stderr).toContain('is of two targets');
    expect(judged.status).not.toBe(0);
  });

  it('refuses a record that is none of this kit, or of two runs', async () => {
    await lastword('run', 'ws', '--case', 'code/none@a@tls13', '--out', out);
    const trials = join(out, 'trials.ndjson');
    const written = readFileSync(trials, 'utf8');
    const judged = async (text: string): Promise<string> => {
      writeFileSync(trials, text);
      const { status, stderr } = await lastword('judge', out);
      expect(status).toBe(2);
      return stderr;
    };
    expect(await judged(written.replace('trials/1', 'trials/2'))).toContain('is of schema lastword/trials/2');
    expect(await judged(`${written.split('\n')[0]}\n${written}`)).toContain('holds two runs');
    expect(await judged(`{"kind":"run"}\n`)).toContain('is of schema');
    expect(
      await judged(written.replace('"kind":"trial"', '"kind":"trial","x":').replace('"x":,', '"connections')),
    ).toContain('is no record');
  });

  it('is told by a kit whose reader has gone, by its status alone', async () => {
    const run = start('run', 'ws', '--case', 'code/none@a@tls13', '--out', out);
    run.child.stdout?.destroy();
    run.child.stderr?.destroy();
    expect((await run.ended).status).toBe(0);
    expect(report().run).toMatchObject({ partial: false });
  });

  it('leaves no folder behind where nothing can begin', async () => {
    const child = spawn(process.execPath, [program, 'run', 'ws', '--out', out], {
      cwd: folder,
      stdio: 'ignore',
      env: { ...process.env, TMPDIR: join(folder, 'nowhere') },
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2);
    expect(existsSync(out)).toBe(false);
  });

  it('refuses a folder that holds another run', async () => {
    await lastword('run', 'ws', '--case', 'code/none@a@tls13', '--out', out);
    const again = await lastword('run', 'ws', '--case', 'code/none@a@tls13', '--out', out);
    expect(again.stderr).toContain('holds another run');
    expect(again.status).toBe(2);
  });
});
