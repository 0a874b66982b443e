/** The real servers: what they put on the wire, and clients against them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKit } from '../kit/cli/testing/start-kit';
import type { Report } from '../kit/core/report';
import { strictReport } from '../reports/testing/strict-report';
import { adviseServer } from '../kit/core/server-habits';
import { recordingModes, type ServerRecording } from '../kit/core/server-recording';
import { recordServer } from '../kit/io/record-server';
import { docker, leftoversOf, withDocker } from './testing/docker-gate';
import { openEngine } from './engine';
import { StackContainer, type StartedStackContainer } from './stack-container';
import { ensureStackImage, stackImages } from './stack-image';

const root = join(__dirname, '..');
const adapter = `${process.execPath} ${join(root, 'targets/faulty/adapter.cjs')}`;
const faulty = `${adapter} --fault m01-fin-unhooks-tls`;

/** Bases of this machine's own programs: no registry is asked. */
async function buildImages(): Promise<void> {
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  const engine = await openEngine();
  for (const image of stackImages) await ensureStackImage(engine, image, () => undefined, { offline: true });
}

async function recordAll(server: StartedStackContainer): Promise<readonly ServerRecording[]> {
  const recordings: ServerRecording[] = [];
  for (const mode of recordingModes) {
    const url = new URL(server.url('tls13'));
    const chatter = (index: number): string => `candidate ${index}`;
    recordings.push(await recordServer({ url, ca: server.caPem, headers: [], mode, offer: 'offer', chatter }));
  }
  return recordings;
}

const dropping = ['fin-behind-answer', 'reset-by-unread', 'no-close-frame', 'no-application-ack'];

withDocker.each([
  ['ws', ['no-application-ack']],
  ['ws-terminate', ['fin-behind-answer', 'reset-by-unread', 'no-close-frame', 'no-close-notify', 'no-application-ack']],
  ['websockets', ['no-application-ack']],
  ['gorilla', ['fin-behind-answer', 'reset-by-unread', 'no-application-ack']],
  ['gorilla-terminate', dropping],
  ['nginx', ['fin-behind-answer', 'reset-by-unread', 'no-application-ack']],
  ['nginx-terminate', dropping],
  ['haproxy', ['fin-behind-answer', 'reset-by-unread', 'no-application-ack']],
  ['haproxy-terminate', dropping],
] as const)(
  '%s has the habits of its kind',
  async (name, habits) => {
    await buildImages();
    const server = await new StackContainer(name).start();
    try {
      const { Config, HostConfig } = JSON.parse(docker('inspect', server.getId()))[0] as {
        Config: { User: string };
        HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[] };
      };
      expect(Config.User).toBe('65532:65532');
      expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'] });
      expect(adviseServer(await recordAll(server)).habits.map(({ habit }) => habit)).toEqual(habits);
    } finally {
      await server.stop();
    }
  },
  600_000,
);

describe('clients against a real server', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = async (
    ...words: readonly string[]
  ): Promise<{ readonly status: number | null; readonly report: Report }> => {
    await buildImages();
    const out = join(folder, 'run');
    const kit = startKit(folder, ['run', ...words, '--out', out]);
    const { status } = await kit.ended;
    expect(leftoversOf(kit.child.pid)).toEqual([]);
    return { status, report: strictReport(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report) };
  };

  withDocker.each(['ws-terminate', 'websockets', 'nginx'])(
    'one that delivers conforms against %s',
    async (name) => {
      const { status, report } = await run('ws', '--server', name, '--trials', '5');
      expect(report.targets[0]?.cases.map((each) => [each.variant, each.verdict])).toEqual([
        ['tls12', 'conforms'],
        ['tls13', 'conforms'],
        ['plain', 'conforms'],
      ]);
      expect(report.environment.server?.wire.map(({ transport }) => transport)).toEqual(['tls12', 'tls13', 'plain']);
      expect(status).toBe(0);
    },
    600_000,
  );

  withDocker.each(['ws-terminate', 'websockets', 'gorilla-terminate'])(
    'one that connects again is told nothing twice by %s',
    async (name) => {
      const reconnects = `${adapter} --tricky t13-reconnects`;
      const { report } = await run('--exec', reconnects, '--server', name, '--tls', '1.2', '--trials', '5');
      expect(report.targets[0]?.cases).toMatchObject([{ verdict: 'conforms', outcomes: { pass: 5 } }]);
    },
    600_000,
  );

  withDocker.each(['ws-terminate', 'websockets', 'gorilla-terminate', 'nginx-terminate'])(
    'one that talks of its own accord is not accused for the reset that it draws from %s',
    async (name) => {
      const talks = `${process.execPath} ${join(__dirname, 'testing/busy-client.mjs')}`;
      const { status, report } = await run('--exec', talks, '--server', name, '--tls', 'plain', '--trials', '5');
      const [kase] = report.targets[0]?.cases ?? [];
      expect(kase?.trials.violating).toBe(0);
      expect(kase?.verdict).not.toBe('violates');
      expect([0, 3]).toContain(status);
    },
    600_000,
  );

  withDocker(
    'one that loses violates, by what its own socket held',
    async () => {
      const { status, report } = await run(
        '--exec',
        faulty,
        '--server',
        'ws-terminate',
        '--tls',
        '1.3',
        '--trials',
        '5',
      );
      const [kase] = report.targets[0]?.cases ?? [];
      expect(kase).toMatchObject({ id: 'server/ws-terminate', verdict: 'violates', witness: 'w2+' });
      expect(kase?.outcomes.lost).toBe(kase?.trials.valid);
      expect(status).toBe(1);
    },
    600_000,
  );

  withDocker(
    'the shares of a run against one are one run, and judging it again changes nothing',
    async () => {
      await buildImages();
      const words = ['run', '--exec', faulty, '--label', 'faulty', '--server', 'ws-terminate', '--trials', '3'];
      for (const share of ['1', '2']) {
        const more = ['--seed', 'merge', '--shard', `${share}/2`, '--out', join(folder, share)];
        const { status, stderr } = await startKit(folder, [...words, ...more]).ended;
        if (status === 2 || status === 70) throw new Error(stderr);
      }
      const out = join(folder, 'merged');
      const merged = await startKit(folder, ['merge', join(folder, '1'), join(folder, '2'), '--out', out]).ended;
      expect(merged).toMatchObject({ status: 1, stderr: '' });
      const report = strictReport(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report);
      expect(report.targets[0]?.cases.map((each) => [each.id, each.variant, each.verdict])).toEqual([
        ['server/ws-terminate', 'tls12', 'violates'],
        ['server/ws-terminate', 'tls13', 'violates'],
        ['server/ws-terminate', 'plain', 'conforms'],
      ]);
      const again = await startKit(folder, ['judge', out]).ended;
      expect(again).toMatchObject({ status: 1, stdout: expect.stringContaining('the same, byte for byte') });
    },
    600_000,
  );
});
