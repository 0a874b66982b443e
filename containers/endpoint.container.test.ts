/** The endpoint in real containers, and the command line that uses it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { startKit, type EndedKit, type StartedKit } from '../kit/cli/testing/start-kit';
import type { Report } from '../kit/core/report';
import { strictReport } from '../reports/testing/strict-report';
import { docker, leftoversOf, withDocker } from './testing/docker-gate';
import { LastwordEndpointContainer } from './endpoint-container';
import { openEngine } from './engine';
import { isDead, labels, owner } from './owner';
import { openRunScope } from './run-scope';

const root = join(__dirname, '..');
const faulty = `${process.execPath} ${join(root, 'targets/faulty/adapter.cjs')} --fault m01-fin-unhooks-tls`;
let folder: string;
let out: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
  out = join(folder, 'run');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = (...args: readonly string[]): StartedKit =>
  startKit(folder, ['run', ...args, '--endpoint', 'container', '--out', out]);
const run = (...args: readonly string[]): Promise<EndedKit> => start(...args).ended;
const report = (): Report => strictReport(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report);

describe('the container', () => {
  withDocker('serves TLS to who dials its address, as nobody, on a read-only root, with no capability', async () => {
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
    const started = await new LastwordEndpointContainer().start();
    try {
      const { endpoint } = started;
      const { Config, HostConfig } = JSON.parse(docker('inspect', started.getId()))[0] as {
        Config: { User: string };
        HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[]; CapAdd: string[] | null; PortBindings: object };
      };
      expect(Config.User).toBe('65532:65532');
      expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'], CapAdd: null, PortBindings: {} });
      expect(endpoint).toMatchObject({ where: 'container', path: 'direct', witness: 'tcp-info', exactSegments: true });
      const address = endpoint.address('host', 'tls13');
      const socket = connect({ ...address, ca: started.caPem });
      await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
      expect(socket.getProtocol()).toBe('TLSv1.3');
      socket.destroy();
    } finally {
      await started.stop();
    }
    expect(() => docker('inspect', started.getId())).toThrow('No such object');
  });
});

describe('a whole run', () => {
  withDocker('a client that delivers conforms in all of smoke, and nothing is left', async () => {
    const kit = start('ws', '--profile', 'smoke');
    const { status } = await kit.ended;
    expect(report().targets[0]?.summary).toMatchObject({ conforms: 39, inconclusive: 0 });
    expect(report().environment).toMatchObject({
      endpoint: 'container',
      path: 'direct',
      witness: 'tcp-info',
      limits: [],
    });
    expect(status).toBe(0);
    expect(leftoversOf(kit.child.pid)).toEqual([]);
  });

  withDocker('a client that drops the answer is convicted, frozen and live, by what its own socket held', async () => {
    const { status } = await run('--exec', faulty, '--case', 'freeze/answer-fin@tls13');
    const [kase] = report().targets[0]?.cases ?? [];
    expect(kase).toMatchObject({ verdict: 'violates', rows: { '13': 20 } });
    expect(['w2+', 'w3']).toContain(kase?.witness);
    expect(kase?.replay).toContain(' --endpoint container --case freeze/answer-fin@tls13');
    expect(status).toBe(1);
  });

  withDocker('packets are captured in its network namespace, and open decrypted', async () => {
    await run('--exec', faulty, '--case', 'freeze/answer-fin@tls13', '--capture', 'real');
    expect(report().environment.capture).toMatchObject({ source: 'captured', device: 'eth0' });
    const [file] = report().targets[0]?.cases[0]?.evidence ?? [];
    expect(file).toMatchObject({ kind: 'pcapng', source: 'captured' });
    const words = ['-r', join(out, file?.path ?? ''), '-Y', 'websocket', '-T', 'fields', '-e', 'websocket.opcode'];
    const frames = execFileSync('tshark', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    expect(frames).toBe('1\n1\n');
    expect(readFileSync(join(out, file?.path ?? ''), 'utf8')).toMatch(
      /ACK: the TCP of the client has acknowledged message A, all \d+ bytes and the FIN, while the client stood still/,
    );
  });

  withDocker('behind a published port nobody is accused, and it is said why', async () => {
    const { status, stdout } = await run(
      '--exec',
      faulty,
      '--case',
      'freeze/answer-fin@tls13',
      '--container-path',
      'published',
    );
    expect(report().targets[0]?.cases[0]).toMatchObject({ verdict: 'inconclusive' });
    expect(report().environment).toMatchObject({ path: 'proxied' });
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('something between the endpoint and the client ends TCP');
    expect(status).toBe(3);
  });

  withDocker('behind a published port a client that delivers is not accused either', async () => {
    const { status } = await run('ws', '--case', 'close/*@tls13', '--container-path', 'published');
    expect(report().targets[0]?.summary).toMatchObject({ violates: 0, suspect: 0, 'kit-fail': 0 });
    expect([0, 3]).toContain(status);
  });
});

describe('nothing is left', () => {
  withDocker.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('after %s', async (signal, status) => {
    const kit = start('ws', '--case', 'freeze/*', '--trials', '10000');
    await kit.says('ws 8.');
    expect(leftoversOf(kit.child.pid).length).toBeGreaterThan(0);
    kit.child.kill(signal);
    expect((await kit.ended).status).toBe(status);
    expect(report().run.partial).toBe(true);
    expect(leftoversOf(kit.child.pid)).toEqual([]);
  });

  withDocker('after SIGKILL of the kit: its guard removes it', async () => {
    const kit = start('ws', '--case', 'freeze/*', '--trials', '10000');
    await kit.says('ws 8.');
    expect(leftoversOf(kit.child.pid).length).toBeGreaterThan(0);
    kit.child.kill('SIGKILL');
    await kit.ended;
    const deadline = Date.now() + 60_000;
    while (leftoversOf(kit.child.pid).length > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(leftoversOf(kit.child.pid)).toEqual([]);
  });

  withDocker('what a run left that nobody guarded, the next one removes, and says so', async () => {
    const dead = `${owner().split('/')[0]}/${process.pid}/1`;
    expect(isDead(dead)).toBe(true);
    const engine = await openEngine();
    const said: string[] = [];
    // Another kit that starts at this moment may be quicker.
    while (said.length === 0) {
      docker('network', 'create', '--label', `${labels.run}=test1`, '--label', `${labels.owner}=${dead}`, 'lw-test1');
      const scope = await openRunScope(engine, (line) => said.push(line));
      await scope.close();
    }
    expect(said).toEqual(['removed 1 containers, networks and volumes that a killed run had left (test1)']);
    expect(docker('network', 'ls', '-q', '--filter', 'label=lastword.run=test1')).toBe('');
  });
});

withDocker('an engine that does not answer is one line that names it', async () => {
  const before = process.env['DOCKER_HOST'];
  process.env['DOCKER_HOST'] = `unix://${join(folder, 'none.sock')}`;
  try {
    const { status, stderr } = await run('ws', '--case', 'code/none@a@tls13');
    expect(stderr).toMatch(/^lastword: no container engine answers at unix:\/\/\S+none\.sock: start it/m);
    expect(status).toBe(2);
  } finally {
    if (before === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = before;
  }
});

withDocker('a base that cannot be had is named, with what to do', async () => {
  const kit = startKit(folder, ['image', 'build', '--base', 'lastword/no-such-base:0']);
  const { status, stderr } = await kit.ended;
  expect(stderr).toContain('cannot be built from `lastword/no-such-base:0`');
  expect(stderr).toContain('`lastword image build --offline`');
  expect(status).toBe(2);
});
