/** Adapters in real containers: what is heard of them, how they end, and that a pause is one. */
import { docker, leftoversOf, withDocker } from '../../containers/testing/docker-gate';
import { openRunContainers, type RunContainers } from '../../containers/run-containers';
import { closeGuard } from '../../kit/io/guard';
import { AdapterRefusal, type AdapterSession } from '../../kit/core/target';
import { fromImage, type ImageOptions } from '../from-image';
import { Recorder } from '../testing/recorder';
import { imageTarget, isImageTarget } from './image-target';
import { adapters, buildTestImage, type TestImage } from './testing/test-image';

let image: TestImage | undefined;
let opened: RunContainers | undefined;
let recorder: Recorder;

/** Whatever a test leaves running when it fails is no other test's. */
const sessions: AdapterSession[] = [];

const name = (): string => image?.name ?? '';
const containers = (): RunContainers => {
  if (opened === undefined) throw new Error('no run was opened');
  return opened;
};

/** Only where a test will use it: without an engine nothing is built. */
async function prepare(): Promise<void> {
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  image ??= await buildTestImage();
  if (opened !== undefined) return;
  opened = await openRunContainers({}, () => undefined);
  await opened.startEndpoint();
}

beforeEach(() => {
  recorder = new Recorder();
});

afterAll(async () => {
  await opened?.close();
  await closeGuard();
  image?.remove();
  const left = opened === undefined ? [] : leftoversOf(process.pid);
  if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
}, 60_000);

async function launch(adapter: keyof typeof adapters, options: ImageOptions = {}): Promise<AdapterSession> {
  await prepare();
  const target = fromImage(name(), { command: [adapters[adapter]], ...options });
  if (!isImageTarget(target)) throw new Error('an image is no image');
  const session = await (await target.within(containers().site)).launch(recorder);
  sessions.push(session);
  return session;
}

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()));
}, 60_000);

/** The container of a session: the only one that runs this program. */
function containerOf(adapter: keyof typeof adapters): string {
  const all = docker('ps', '-q', '--no-trunc', '--filter', `ancestor=${name()}`).split('\n');
  const found = all.filter((id) =>
    docker('inspect', '--format', '{{json .Config.Cmd}}', id).includes(adapters[adapter]),
  );
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} containers run ${adapter}`);
  return found[0];
}

describe('a resident adapter', () => {
  withDocker('runs as the image’s own user, bounded, and reads a CA that it cannot change', async () => {
    const session = await launch('ws', { cpus: 0.5, memory: '256m' });
    expect(session).toMatchObject({ mode: 'resident', place: 'network', freezing: 'cage' });
    expect(session.hello.client.name).toBe('ws');
    const inspected = JSON.parse(docker('inspect', containerOf('ws')))[0] as {
      HostConfig: Record<string, unknown>;
      Mounts: { Destination: string; RW: boolean }[];
    };
    expect(inspected.HostConfig).toMatchObject({
      NanoCpus: 5e8,
      Memory: 256 * 1024 ** 2,
      MemorySwap: 256 * 1024 ** 2,
      Init: true,
      CapDrop: ['ALL'],
    });
    expect(inspected.Mounts).toMatchObject([{ Destination: '/run/lastword', RW: false }]);
    const read = "require('fs').readFileSync('/run/lastword/ca.pem','latin1').slice(0,27)";
    expect(docker('exec', containerOf('ws'), 'node', '-p', read)).toBe('-----BEGIN CERTIFICATE-----');
    expect(await session.ping(10_000)).toBe(true);
    await session.close();
    await recorder.until(() => recorder.exits.length === 1);
    expect(recorder.exits).toMatchObject([{ code: 0, signal: null, byKit: true }]);
  });

  withDocker('stands still when it is frozen, as the kernel sees it, and answers when it is let go', async () => {
    const session = await launch('ws');
    for (let times = 0; times < 20; times++) {
      const frozen = await session.cage?.freeze();
      expect(await session.cage?.disturbance()).toBeUndefined();
      const proof = await frozen?.thaw();
      expect(proof).toMatchObject({ confirmed: true, how: 'pause' });
      expect(proof?.threads).toBeGreaterThan(2);
    }
    expect(await session.ping(10_000)).toBe(true);
    await session.close();
  });

  withDocker('is known to be held by somebody else, and is not frozen then', async () => {
    const session = await launch('ws');
    const id = containerOf('ws');
    docker('pause', id);
    expect(await session.cage?.disturbance()).toBe('held');
    await expect(session.cage?.freeze()).rejects.toThrow('somebody else had paused its container');
    expect(docker('inspect', '--format', '{{.State.Paused}}', id)).toBe('true');
    await session.close();
    expect(docker('ps', '-aq', '--filter', `id=${id}`)).toBe('');
  });

  withDocker('that somebody lets go is no frozen one', async () => {
    const session = await launch('ws');
    const frozen = await session.cage?.freeze();
    docker('unpause', containerOf('ws'));
    expect(await frozen?.thaw()).toMatchObject({ confirmed: false, reason: 'its container had been let go before' });
    await session.close();
  });

  withDocker('that hears neither the end of its input nor SIGTERM is killed', async () => {
    await prepare();
    const target = imageTarget({
      name: 'stubborn',
      reference: name(),
      command: [adapters.stubborn],
      spec: '',
      patience: { inputEndMs: 100, termMs: 100 },
    });
    const session = await (await target.within(containers().site)).launch(recorder);
    await session.close();
    await recorder.until(() => recorder.exits.length === 1);
    expect(recorder.exits).toMatchObject([{ signal: 'SIGKILL', byKit: true }]);
  });
});

describe('an end that is none of the client’s doing', () => {
  const order = (trial: string) => ({
    trial,
    url: `wss://localhost:9/${trial}`,
    requires: [],
    subprotocols: [],
    deflate: false,
    reactions: [],
    deadlineMs: 1000,
  });

  withDocker('is told as such where the memory was not enough', async () => {
    const session = await launch('eatsMemory', { memory: '64m' });
    await session.run(order('t1'));
    await recorder.until(() => recorder.exits.length === 1);
    expect(recorder.exits).toMatchObject([
      { byKit: false, outside: expect.stringContaining('too little memory') as string },
    ]);
    await session.close();
  });

  withDocker('is known where only another process in the container was killed', async () => {
    const session = await launch('ws', { memory: '96m' });
    const eat = 'const kept=[];for(;;)kept.push(Buffer.alloc(1<<20,kept.length))';
    expect(await session.cage?.disturbance()).toBeUndefined();
    expect(() => docker('exec', containerOf('ws'), 'node', '-e', eat)).toThrow('docker exec');
    expect(await session.cage?.disturbance()).toBe('out-of-memory');
    await session.close();
  });

  withDocker('is told by the signal where somebody killed the container', async () => {
    const session = await launch('ws');
    docker('kill', containerOf('ws'));
    await recorder.until(() => recorder.exits.length === 1);
    expect(recorder.exits).toMatchObject([{ signal: 'SIGKILL', byKit: false }]);
    await session.close();
  });

  withDocker('is told where somebody removed the container', async () => {
    const session = await launch('ws');
    docker('rm', '--force', containerOf('ws'));
    await recorder.until(() => recorder.exits.length === 1);
    expect(recorder.exits[0]?.byKit).toBe(false);
    expect(recorder.exits[0]?.outside ?? recorder.exits[0]?.signal).toMatch(/somebody removed|SIGKILL/);
    await session.close();
  });
});

describe('an image that is no adapter', () => {
  const refusal = async (adapter: keyof typeof adapters, options: ImageOptions = {}): Promise<AdapterRefusal> => {
    const error: unknown = await launch(adapter, options).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof AdapterRefusal) return error;
    throw error ?? new Error('it was taken for an adapter');
  };

  withDocker('is refused with its status and its last words where it exits at once', async () => {
    const { message, stderr } = await refusal('crash');
    expect(message).toMatch(/^the image `.*` is no adapter: with standard input: .* ended (with status|by) /);
    expect(stderr.length).toBeGreaterThan(0);
  });

  withDocker('is refused where it prints something else', async () => {
    expect((await refusal('noHello')).message).toContain('broke the protocol (no-hello: ');
  });

  withDocker('is refused where its program is missing', async () => {
    const error = await refusal('ws', { command: ['/nowhere.mjs'] });
    expect(error.message).toContain('printed no hello, and ended with status 1');
    expect(error.stderr).toContain("Cannot find module '/nowhere.mjs'");
  });

  withDocker('is stopped where it prints without end, and nothing of it is left', async () => {
    const session = await launch('flood');
    await session.run({
      trial: 't1',
      url: 'wss://localhost:9/t1',
      requires: [],
      subprotocols: [],
      deflate: false,
      reactions: [],
      deadlineMs: 1000,
    });
    await recorder.until(() => recorder.exits.length === 1);
    expect(recorder.breaches).toMatchObject([{ kind: 'flood' }]);
    await session.close();
    expect(docker('ps', '-aq', '--filter', `ancestor=${name()}`)).toBe('');
  });
});
