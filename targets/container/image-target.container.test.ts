/** Clients in containers, from the command line and from a program, to the verdict; and that nothing of them is left. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docker, leftoversOf, withDocker } from '../../containers/testing/docker-gate';
import { startKit, type EndedKit, type StartedKit } from '../../kit/cli/testing/start-kit';
import type { Report } from '../../kit/core/report';
import { strictReport } from '../../reports/testing/strict-report';
import type { Trial } from '../../kit/core/trial';
import { runConformance } from '../../kit/suite/run-conformance';
import { fromImage } from '../from-image';
import { loadForeignImage } from './testing/foreign-image';
import { adapters, buildTestImage, type TestImage } from './testing/test-image';

let image: TestImage | undefined;
let folder: string;
let out: string;

/** Only where a test will use it: without an engine nothing is built. */
async function imageWith(words: string): Promise<string> {
  image ??= await buildTestImage();
  return `${image.name} ${words}`;
}

beforeEach(() => {
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
  out = join(folder, 'run');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));
afterAll(() => image?.remove());

const start = (...args: readonly string[]): StartedKit => startKit(folder, ['run', ...args, '--out', out]);
const report = (): Report => strictReport(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report);

async function run(...args: readonly string[]): Promise<EndedKit> {
  const kit = start(...args);
  const ended = await kit.ended;
  expect(leftoversOf(kit.child.pid ?? 0)).toEqual([]);
  return ended;
}

function trials(): readonly Trial[] {
  const lines = readFileSync(join(out, 'trials.ndjson'), 'utf8').trim().split('\n');
  const parsed = lines.map((line) => JSON.parse(line) as Trial | { readonly kind: 'run' | 'target' | 'end' });
  return parsed.filter((line): line is Trial => line.kind === 'trial');
}

const frozenOnes = (): readonly Trial[] => trials().filter((trial) => trial.frozen);

/** Waits for a state of the engine's. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('a run with the client and the endpoint in containers', () => {
  withDocker('that delivers conforms in all of smoke, with its digest in the record', async () => {
    const { status } = await run('--image', await imageWith(adapters.ws), '--profile', 'smoke');
    expect(report().targets[0]?.summary).toMatchObject({ conforms: 39, inconclusive: 0 });
    expect(status).toBe(0);
    const digest = docker('inspect', '--format', '{{.Id}}', image?.name ?? '');
    expect(report().targets[0]?.digest).toEqual({
      method: 'image',
      sha256: digest.slice(7),
      of: `image ${image?.name}`,
    });
    expect(report().environment).toMatchObject({ endpoint: 'container', path: 'direct' });
    const connections = frozenOnes().flatMap((trial) => trial.connections);
    expect(connections.length).toBeGreaterThan(40);
    expect(new Set(connections.map(({ path }) => path))).toEqual(new Set(['direct']));
    const proofs = connections.flatMap(({ freezes }) => freezes);
    expect(new Set(proofs.map(({ how, confirmed }) => `${how} ${confirmed}`))).toEqual(new Set(['pause true']));
    const unread = connections.filter(({ snapshots }) => snapshots.some(({ peer }) => (peer?.rxQueue ?? 0) > 100));
    expect(unread.length).toBeGreaterThan(connections.length / 2);
  });

  withDocker('that loses the answer is convicted, of what lay unread while it was paused', async () => {
    const client = await imageWith(`${adapters.faulty} --fault m01-fin-unhooks-tls`);
    const { status } = await run('--image', client, '--case', 'freeze/answer-fin', '--trials', '10');
    expect(status).toBe(1);
    const verdicts = report().targets[0]?.cases.map(({ variant, verdict }) => `${variant} ${verdict}`);
    expect(verdicts).toEqual(['tls12 violates', 'tls13 violates', 'plain conforms']);
    expect(report().targets[0]?.cases[0]?.phrase).toMatch(/had reached the client \(witness up to W[23]/);
  });

  withDocker('whose program is started once a trial conforms, frozen', async () => {
    const { status, stderr } = await run(
      '--image',
      await imageWith(adapters.oneShot),
      '--env',
      'UNUSED=1',
      '--case',
      'freeze/answer-fin@tls13',
      '--trials',
      '5',
    );
    expect(`${status} ${stderr}`).toMatch(/^0 /);
    const frozen = frozenOnes();
    expect(frozen.length).toBeGreaterThanOrEqual(5);
    expect(frozen.every(({ adapter }) => adapter.mode === 'one-shot')).toBe(true);
    expect(frozen.flatMap(({ connections }) => connections.flatMap(({ freezes }) => freezes))).toMatchObject(
      frozen.map(() => ({ how: 'pause', confirmed: true })),
    );
  });

  withDocker('of which the memory was not enough is told so, and is no crash', async () => {
    const { status } = await run(
      '--image',
      await imageWith(adapters.eatsMemory),
      '--memory',
      '64m',
      '--cpus',
      '1',
      '--case',
      'freeze/answer-fin@tls13',
      '--trials',
      '2',
    );
    expect(status).toBe(3);
    const exits = trials().map(({ adapter }) => adapter.exit?.outside);
    expect(exits.length).toBeGreaterThan(0);
    expect(new Set(exits)).toEqual(new Set([expect.stringContaining('too little memory')]));
  });
});

describe('what an image may lack is said', () => {
  withDocker('that there is none of the name', async () => {
    const { status, stderr } = await run('--image', 'lastword/no-such-image:1');
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /there is no image `lastword\/no-such-image:1`, and it cannot be pulled \(.+\): build it, `docker pull /,
    );
  });

  withDocker('that it is made for another processor', async () => {
    const other = `lastword/test-foreign:${process.pid}`;
    const foreign = process.arch === 'arm64' ? 'amd64' : 'arm64';
    loadForeignImage(other, foreign);
    try {
      const { status, stderr } = await run('--image', other);
      expect(status).toBe(3);
      expect(stderr).toContain(`is made for linux/${foreign} and the engine runs linux/`);
      expect(stderr).toContain(`--platform linux/`);
    } finally {
      docker('image', 'rm', other);
    }
  });

  withDocker('that it exits at once, with its status and its last words', async () => {
    const { status, stderr } = await run('--image', await imageWith('-e "process.exit(7)"'));
    expect(status).toBe(3);
    expect(stderr).toContain('ended with status 7');
  });

  it('and what stands beside it and makes no sense', async () => {
    const said = async (...args: readonly string[]): Promise<string> => {
      const { status, stderr } = await start(...args).ended;
      return `${status} ${stderr}`;
    };
    expect(await said('--image', 'a', '--endpoint', 'embedded')).toMatch(/^2 .*`--endpoint embedded` listens on/);
    expect(await said('--image', 'a', '--memory', 'much')).toMatch(/^2 .*`--memory`: expected .* such as `512m`/);
    expect(await said('--image', 'a', '--cpus', '0')).toMatch(/^2 .*--cpus/s);
    expect(await said('ws', '--cpus', '1')).toMatch(/^2 .*limit a container/);
    expect(await said('--image', 'a', '--cwd', '.')).toMatch(/^2 .*`WORKDIR`/);
    expect(await said('--image', 'No Good')).toMatch(/^2 .*is no reference of an image/);
    expect(await said('--image', 'a', '--', 'b')).toMatch(/^2 .*`--image "REF ARGS"`/);
  });
});

describe('nothing is left of a run that ended while its client was paused', () => {
  const isPaused = (pid: number): boolean => leftoversOf(pid).some((each) => each.includes('(Paused)'));

  withDocker.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s', async (signal, status) => {
    const kit = start('--image', await imageWith(adapters.ws), '--case', 'freeze/*', '--trials', '400');
    const pid = kit.child.pid ?? 0;
    await until(() => isPaused(pid));
    kit.child.kill(signal);
    expect((await kit.ended).status).toBe(status);
    expect(leftoversOf(pid)).toEqual([]);
    expect(report().run.partial).toBe(true);
  });

  withDocker('by SIGKILL, once the guard has run', async () => {
    const kit = start('--image', await imageWith(adapters.ws), '--case', 'freeze/*', '--trials', '400');
    const pid = kit.child.pid ?? 0;
    await until(() => isPaused(pid));
    kit.child.kill('SIGKILL');
    await kit.ended;
    await until(() => leftoversOf(pid).length === 0);
  });
});

describe('a program', () => {
  withDocker('runs a client that is an image without an endpoint of its own', async () => {
    image ??= await buildTestImage();
    const target = fromImage(image.name, { name: 'mine', command: [adapters.ws] });
    const run = await runConformance(target, { cases: ['freeze/answer-fin@tls13'], trials: 3, out });
    expect(run.report.targets[0]?.cases.map(({ verdict }) => verdict)).toEqual(['conforms']);
    expect(leftoversOf(process.pid)).toEqual([]);
    await expect(
      runConformance(target, { cases: ['freeze/answer-fin@tls13'], endpoint: () => Promise.reject(new Error()) }),
    ).rejects.toThrow('leave `endpoint` out');
  });
});
