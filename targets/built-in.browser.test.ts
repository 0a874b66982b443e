/** Every browser against a real server: what it reports is what the handlers of its page saw, and its end is told. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { AdapterSession } from '../kit/core/target';
import { confirmFrozen, freezeTree, thawTree } from '../kit/io/freeze';
import { killTree, processTree } from '../kit/io/process-tree';
import { resolveTarget } from './catalogue';
import { browserOf, hasCertutil } from './testing/browser-gate';
import { openPlainEndpoint, type PlainEndpoint } from './testing/plain-endpoint';
import { reactingOrder } from './testing/reacting-order';
import { mixedOrder } from './testing/mixed-order';
import { Recorder } from './testing/recorder';

interface Facts {
  /** What its console says of a refused connection; absent where nobody is told. */
  readonly refused?: string;
  readonly hasNetworkProcess: boolean;
  /** Whether it can be told of a CA, by `certutil`. */
  readonly hasTrustStore: boolean;
  /** Whether a command line is that of its first process. */
  readonly isBrowser: (commandLine: string) => boolean;
}

const browsers: readonly (readonly [string, Facts])[] = [
  [
    'chromium',
    {
      refused: 'net::ERR_CONNECTION_REFUSED',
      hasNetworkProcess: true,
      hasTrustStore: hasCertutil(),
      isBrowser: (line) => line.includes('--remote-debugging-pipe') && !line.includes('--type='),
    },
  ],
  [
    'firefox',
    {
      refused: 'can’t establish a connection',
      hasNetworkProcess: false,
      hasTrustStore: hasCertutil(),
      isBrowser: (line) => line.includes('--remote-debugging-port') && !line.includes('adapter.mjs'),
    },
  ],
  [
    'webkit',
    {
      hasNetworkProcess: true,
      hasTrustStore: false,
      isBrowser: (line) => line.includes('MiniBrowser --automation'),
    },
  ],
];

describe.each(browsers)('%s', (name, facts) => {
  const browserPath = browserOf(name);
  const withBrowser = browserPath === undefined ? it.skip : it;
  let secure: PlainEndpoint;
  let recorder: Recorder;
  let session: AdapterSession;

  async function launch(): Promise<{ readonly session: AdapterSession; readonly recorder: Recorder }> {
    const heard = new Recorder();
    const target = await resolveTarget(name, { browserPath });
    return { session: await target.launch(heard), recorder: heard };
  }

  beforeAll(async () => {
    if (browserPath === undefined) return;
    secure = await openPlainEndpoint();
    ({ session, recorder } = await launch());
  });

  afterAll(async () => {
    await session?.close();
    await secure?.close();
  });

  withBrowser('says who it is, and how the certificate is trusted', () => {
    expect(session.hello).toMatchObject({ api: 'callback', model: 'whatwg', habits: [], limits: {} });
    expect(session.hello.client).toMatchObject({
      name,
      version: expect.stringMatching(/^\d+(\.\d+)+$/),
      trust: facts.hasTrustStore ? 'CA in a throw-away NSS database' : 'certificate errors ignored',
    });
    expect(session.hello.observes).toEqual(['code', 'reason', 'wasClean', 'error']);
  });

  withBrowser('reports open, messages of every kind, and the close, in order', async () => {
    const { order, offers, messages } = mixedOrder(secure, 'all', 4 * 1024 * 1024);
    await session.run(order);
    await recorder.untilDone('all');
    expect(offers).toEqual(['offer of all']);
    expect(recorder.of('all')).toEqual([
      { event: 'open', protocol: '' },
      ...messages,
      { event: 'close', code: 4001, reason: 'bye', wasClean: true },
      { event: 'done' },
    ]);
  });

  withBrowser('reports a hundred messages in the order in which a slow handler saw them', async () => {
    const numbers = Array.from({ length: 100 }, (_, index) => String(index));
    const order = secure.order('slow', (socket) => socket.on('message', () => numbers.forEach((n) => socket.send(n))), {
      reactions: [
        { when: 'open', send: [{ text: 'offer' }] },
        { when: 'message', sleepMs: 2 },
        { when: 'message', nth: 100, close: { code: 4002, reason: 'enough' } },
      ],
    });
    await session.run(order);
    await recorder.untilDone('slow');
    const data = recorder.of('slow').flatMap((each) => (each.event === 'message' && 'data' in each ? [each.data] : []));
    expect(data).toEqual(numbers);
  });

  withBrowser('performs reactions: blocks its main thread, sends at intervals, closes', async () => {
    const { order, got, waitedMs, closeCode } = reactingOrder(secure, 'react');
    await session.run(order);
    await recorder.untilDone('react');
    expect(got).toEqual(['offer', 'ack', Buffer.from([0, 255]), 'one', 'two']);
    expect(waitedMs()).toBeGreaterThanOrEqual(59);
    expect(await closeCode).toBe(4002);
  });

  withBrowser('reports a connection that is cut, and one that is refused, by error and close', async () => {
    await session.run(secure.order('cut', (socket) => socket.on('message', () => socket.terminate())));
    await recorder.untilDone('cut');
    const nobody = await openPlainEndpoint();
    // Its CA is gone with it.
    const { caFile: _caFile, ...order } = nobody.order('refused', () => undefined);
    await nobody.close();
    await session.run(order);
    await recorder.untilDone('refused');
    const unclean = { event: 'close', code: 1006, reason: '', wasClean: false };
    // WHATWG WebSockets §4: `error` is fired where the user agent fails the connection, which an end of TCP is not.
    expect(recorder.of('cut').filter(({ event }) => event !== 'error')).toEqual([
      { event: 'open', protocol: '' },
      unclean,
      { event: 'done' },
    ]);
    expect(recorder.of('refused')).toEqual([{ event: 'error', message: 'error' }, unclean, { event: 'done' }]);
    if (facts.refused !== undefined) expect(session.stderrTail()).toContain(facts.refused);
  });

  withBrowser('reports what a browser refuses before it connects', async () => {
    await session.run(secure.order('refuses', () => undefined, { subprotocols: ['a', 'a'] }));
    await recorder.untilDone('refuses');
    expect(recorder.of('refuses')).toEqual([
      { event: 'error', message: expect.stringContaining('SyntaxError') },
      { event: 'done' },
    ]);
  });

  withBrowser('drops a connection on abort', async () => {
    await session.run(secure.order('abort', () => undefined));
    await recorder.until(() => recorder.namesOf('abort').includes('open'));
    session.abort('abort');
    await recorder.untilDone('abort');
    expect(recorder.namesOf('abort')).not.toContain('message');
  });

  withBrowser('answers ping, and refuses what it does not know', async () => {
    expect(await session.ping(10_000)).toBe(true);
    await session.run(secure.order('odd', () => undefined, { requires: ['wss', 'parallel'] }));
    await recorder.until(() => recorder.of('odd').length > 0);
    expect(recorder.of('odd')).toEqual([{ event: 'unsupported', feature: 'parallel' }]);
  });

  withBrowser.each([['TLSv1.2'], ['plain']] as const)('connects over %s, with what it claims', async (over) => {
    const endpoint = await openPlainEndpoint(over);
    const trial = `over-${over}`;
    let extensions = '';
    const order = endpoint.order(
      trial,
      (socket) => {
        extensions = socket.extensions;
        socket.send('a'.repeat(500));
        socket.close(1000);
      },
      {
        subprotocols: ['one'],
        deflate: true,
        requires: [over === 'plain' ? 'ws' : 'tls1.2', 'subprotocol', 'deflate'],
      },
    );
    await session.run(order);
    await recorder.untilDone(trial);
    await endpoint.close();
    expect(recorder.of(trial).slice(0, 2)).toEqual([
      { event: 'open', protocol: 'one' },
      { event: 'message', type: 'text', data: 'a'.repeat(500) },
    ]);
    expect(extensions).toBe('permessage-deflate');
  });

  withBrowser('stands still as a whole, and obeys after the thaw what it was told meanwhile', async () => {
    const { pid = 0, marker } = session;
    const frozen = await freezeTree({ rootPid: pid, marker });
    if (frozen.kind === 'failed') throw new Error(frozen.detail);
    // The adapter, the browser, its network process and a page at least.
    expect(frozen.evidence.pids.length).toBeGreaterThanOrEqual(4);
    await session.run(secure.order('thawed', (socket) => socket.on('message', () => socket.close(1000))));
    expect(confirmFrozen(frozen.evidence)).toEqual({ kind: 'frozen' });
    expect(recorder.of('thawed')).toEqual([]);
    thawTree(frozen.evidence);
    await recorder.untilDone('thawed');
    expect(recorder.namesOf('thawed')).toEqual(['open', 'close', 'done']);
  });

  withBrowser('ends with status 0 when its input ends, broke no rule, and leaves nothing behind', async () => {
    const { pid = 0, marker } = session;
    await session.close();
    expect(recorder.exits).toEqual([expect.objectContaining({ code: 0, signal: null, byKit: true })]);
    expect(recorder.breaches).toEqual([]);
    expect(processTree(pid, marker)).toEqual([]);
    expect(foldersOf(pid)).toEqual([]);
  });

  describe('the end of the browser is the end of its adapter', () => {
    const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const isNetwork = (line: string) => /NetworkService|WebKitNetworkProcess/.test(line);
    const onLinux = process.platform === 'linux' ? withBrowser : it.skip;

    onLinux('by the same signal; and the next one sweeps what a killed one left', async () => {
      const killed = await launch();
      const { pid: killedPid = 0, marker: killedMarker } = killed.session;
      await killTree(killedPid, killedMarker);
      await killed.recorder.until(() => killed.recorder.exits.length > 0);
      expect(foldersOf(killedPid)).toHaveLength(1);
      const one = await launch();
      const { pid = 0, marker } = one.session;
      expect(foldersOf(killedPid)).toEqual([]);
      const root = processTree(pid, marker).find((each) => facts.isBrowser(commandOf(each))) ?? 0;
      process.kill(root, 'SIGKILL');
      await one.recorder.until(() => one.recorder.exits.length > 0);
      expect(one.recorder.exits).toEqual([expect.objectContaining({ code: null, signal: 'SIGKILL', byKit: false })]);
      expect(one.session.stderrTail()).toContain('the browser ended: SIGKILL');
    });

    // Only root may end connections of others.
    const hasCut = process.getuid?.() === 0 && spawnSync('ss', ['-V']).status === 0;
    const asRoot = hasCut ? onLinux : it.skip;
    asRoot('but that of its driver, which says nothing of the browser, is not', async () => {
      const one = await launch();
      const { pid = 0, marker } = one.session;
      const browser = processTree(pid, marker).filter((each) => each !== pid);
      for (const port of portsOf(pid)) execFileSync('ss', ['-K', 'sport', '=', port], { stdio: 'ignore' });
      await one.recorder.until(() => one.recorder.exits.length > 0);
      // No fault of a program raises that one: what was under way is inconclusive.
      expect(one.recorder.exits).toEqual([expect.objectContaining({ code: null, signal: 'SIGTERM', byKit: false })]);
      await one.session.close();
      expect(browser.length).toBeGreaterThan(1);
      expect(processTree(pid, marker)).toEqual([]);
      expect(foldersOf(pid)).toEqual([]);
    });

    if (facts.hasNetworkProcess)
      onLinux('also where only its network process ended, which a page sees as a close', async () => {
        const one = await launch();
        const { pid = 0, marker } = one.session;
        await one.session.run(secure.order('network', () => undefined));
        await one.recorder.until(() => one.recorder.namesOf('network').includes('open'));
        process.kill(processTree(pid, marker).find((each) => isNetwork(commandOf(each))) ?? 0, 'SIGKILL');
        await one.recorder.until(() => one.recorder.exits.length > 0);
        expect(one.recorder.exits).toEqual([expect.objectContaining({ code: 70, signal: null, byKit: false })]);
        expect(one.recorder.namesOf('network')).toEqual(['open']);
        expect(one.session.stderrTail()).toContain('network process ended');
      });
  });
});

function foldersOf(pid: number): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => new RegExp(`^lastword-browser-\\d+-${pid}-`).test(name));
}

/** The own ports of a process's connections. */
function portsOf(pid: number): readonly string[] {
  const lines = execFileSync('ss', ['-tnpH', 'state', 'established'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(`pid=${pid},`)).flatMap((line) => /:(\d+)\s/.exec(line)?.[1] ?? []);
}
