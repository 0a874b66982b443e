/** Applications in pages of browsers that their owner started: what they report is what their own handlers saw. */
import { readFileSync } from 'node:fs';
import type { AdapterSession, Target } from '../../kit/core/target';
import { confirmFrozen, freezeTree, thawTree } from '../../kit/io/freeze';
import { processTree } from '../../kit/io/process-tree';
import { readProcess } from '../../kit/io/process-table';
import { browserOf } from '../testing/browser-gate';
import { openPlainEndpoint, payloadOf, type PlainEndpoint } from '../testing/plain-endpoint';
import { mixedOrder } from '../testing/mixed-order';
import { Recorder } from '../testing/recorder';
import { fromPage } from './from-page';
import { serveApps, type AppServer } from './testing/app-server';
import { startByPlaywright, startByPuppeteer, type OwnBrowser, type OwnPage } from './testing/start-browser';

const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');

const drivers = [
  ['Chromium by Playwright', 'chromium', startByPlaywright],
  ['Chromium by Puppeteer', 'chromium', (path: string) => startByPuppeteer('chrome', path)],
  ['Firefox by Puppeteer', 'firefox', (path: string) => startByPuppeteer('firefox', path)],
] as const;

describe.each(drivers)('%s', (_, name, start) => {
  const browserPath = browserOf(name);
  const withBrowser = browserPath === undefined ? it.skip : it;
  let browser: OwnBrowser;
  let apps: AppServer;
  let secure: PlainEndpoint;
  let plain: PlainEndpoint;
  let page: OwnPage;
  let recorder: Recorder;
  let session: AdapterSession;

  beforeAll(async () => {
    if (browserPath === undefined) return;
    [browser, apps, secure, plain] = await Promise.all([
      start(browserPath),
      serveApps(),
      openPlainEndpoint(),
      openPlainEndpoint('plain'),
    ]);
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await apps?.[Symbol.asyncDispose]();
    await Promise.all([secure?.close(), plain?.close()]);
  });
  afterEach(async () => {
    await session?.close();
    if (browserPath !== undefined && !page.isClosed()) await page.close();
  });

  async function launch(app: string): Promise<Target> {
    page = await browser.open(apps.url(app));
    recorder = new Recorder();
    const target = fromPage(page);
    session = await target.launch(recorder);
    return target;
  }

  withBrowser.each(['right', 'plain'])(
    '%s: reports open, messages of every kind, and the close, in order',
    async (app) => {
      await launch(app);
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
      expect(recorder.breaches).toEqual([]);
    },
  );

  withBrowser('says who it is, in a browser whose processes are found and can be frozen', async () => {
    await launch('right');
    expect(session.hello).toMatchObject({
      client: {
        name: 'right',
        version: '1.2.3',
        runtime: expect.stringMatching(/^Mozilla/),
        trust: 'certificate errors ignored',
      },
      model: 'other',
      habits: [],
      observes: ['code', 'reason', 'wasClean', 'error'],
    });
    expect(session.hello.features).toEqual(expect.arrayContaining(['wss', 'ws']));
    const pid = session.pid ?? 0;
    expect(readProcess(pid)?.parent).toBe(process.pid);
    const frozen = await freezeTree({ rootPid: pid, marker: session.marker });
    if (frozen.kind === 'failed') throw new Error(frozen.detail);
    expect(frozen.evidence.pids.length).toBeGreaterThan(3);
    const running = session.run(plain.order('frozen', (socket) => socket.close(4000)));
    expect(confirmFrozen(frozen.evidence)).toEqual({ kind: 'frozen' });
    expect(recorder.events).toEqual([]);
    thawTree(frozen.evidence);
    await running;
    await recorder.untilDone('frozen');
    expect(recorder.namesOf('frozen')).toEqual(['open', 'close', 'done']);
  });

  withBrowser('reports a thousand messages in the order in which the application saw them', async () => {
    const numbers = Array.from({ length: 1000 }, (__, index) => String(index));
    await launch('right');
    await session.run(
      secure.order('many', (socket) =>
        socket.on('message', () => {
          for (const number of numbers) socket.send(number);
          socket.close(1000);
        }),
      ),
    );
    await recorder.untilDone('many');
    const data = recorder.of('many').flatMap((each) => (each.event === 'message' ? [each.data] : []));
    expect(data).toEqual(numbers);
    expect(await session.ping(5000)).toBe(true);
  });

  withBrowser('performs reactions: blocks its main thread, sends, closes', async () => {
    const got: (string | Buffer)[] = [];
    let sawClose: (code: number) => void = () => undefined;
    const closeCode = new Promise<number>((resolve) => {
      sawClose = resolve;
    });
    await launch('right');
    const order = secure.order(
      'react',
      (socket) => {
        socket.on('close', sawClose);
        socket.on('message', (data, isBinary) => {
          got.push(payloadOf(data, isBinary));
          if (got.length === 1) socket.send('first');
          if (got.length === 3) socket.send('second');
        });
      },
      {
        reactions: [
          { when: 'open', send: [{ text: 'offer' }] },
          { when: 'message', nth: 1, sleepMs: 20, send: [{ text: 'ack' }, { base64: 'AP8=' }], everyMs: 5 },
          { when: 'message', nth: 2, close: { code: 4002, reason: 'done' } },
        ],
      },
    );
    await session.run(order);
    expect(await closeCode).toBe(4002);
    expect(got).toEqual(['offer', 'ack', Buffer.from([0, 255])]);
    await recorder.untilDone('react');
    expect(recorder.of('react').at(-2)).toEqual({ event: 'close', code: 4002, reason: 'done', wasClean: true });
  });

  withBrowser('one that connects again does so until the next trial is on, and then no more', async () => {
    await launch('reconnects');
    let connections = 0;
    await session.run(
      secure.order('again', (socket) => {
        connections += 1;
        socket.close(4000);
      }),
    );
    await recorder.until(() => recorder.namesOf('again').filter((each) => each === 'open').length >= 3);
    expect(connections).toBeGreaterThanOrEqual(3);
    await session.run(secure.order('next', (socket) => socket.on('message', () => socket.close(4001))));
    await recorder.untilDone('next');
    expect(await page.evaluate('new Promise((resolve) => setTimeout(resolve, 600))')).toBeUndefined();
    const seen = connections;
    expect(await page.evaluate('new Promise((resolve) => setTimeout(resolve, 300))')).toBeUndefined();
    expect(connections).toBe(seen);
    expect(session.hello.habits).toEqual(['reconnects']);
  });

  withBrowser('a feature that nobody has is unsupported; an order to drop a connection ends in `done`', async () => {
    await launch('right');
    await session.run(secure.order('no', () => undefined, { requires: ['wss', 'no-such-feature'] }));
    expect(recorder.of('no')).toEqual([{ event: 'unsupported', feature: 'no-such-feature' }]);
    await session.run(secure.order('dropped', () => undefined));
    await recorder.until(() => recorder.namesOf('dropped').includes('open'));
    session.abort('dropped');
    await recorder.untilDone('dropped');
  });

  withBrowser('an error that the application throws ends its trial', async () => {
    await launch('wrong?throws');
    await session.run(secure.order('thrown', () => undefined));
    await recorder.untilDone('thrown');
    expect(recorder.of('thrown')).toEqual([{ event: 'error', message: 'Error: no network today' }, { event: 'done' }]);
  });

  withBrowser.each([
    ['nothing', 'no-socket', 'gave Undefined: return the WebSocket that it made'],
    ['deaf', 'no-socket', 'call the handlers of its `on`'],
    ['open', 'no-socket', 'was open already'],
    ['parsed', 'malformed-line', 'a message was handed on as Object: hand on text or bytes'],
  ])('what is no use of `connect` is no fault of the application: %s', async (way, kind, detail) => {
    await launch(`wrong?${way}`);
    await session.run(secure.order('wrong', (socket) => socket.send('hello')));
    await recorder.until(() => recorder.breaches.length > 0);
    expect(recorder.breaches).toEqual([expect.objectContaining({ kind, detail: expect.stringContaining(detail) })]);
  });

  withBrowser('a page that is left or closed in mid-trial is told, and nobody is accused', async () => {
    await launch('right');
    await session.run(secure.order('left', () => undefined));
    await recorder.until(() => recorder.namesOf('left').includes('open'));
    await page.goto(`${apps.url('right')}#elsewhere`);
    expect(await session.ping(5000)).toBe(true);
    expect(recorder.exits).toEqual([]);
    await page.goto(apps.url('plain'));
    await recorder.until(() => recorder.exits.length > 0);
    expect(recorder.exits).toEqual([
      expect.objectContaining({
        byKit: false,
        outside: expect.stringMatching(/^the page was left for http.*\/plain$/),
      }),
    ]);

    await launch('right');
    await session.run(secure.order('closed', () => undefined));
    await recorder.until(() => recorder.namesOf('closed').includes('open'));
    await page.close();
    await recorder.until(() => recorder.exits.length > 0);
    expect(recorder.exits).toEqual([expect.objectContaining({ outside: 'the page was closed, or its browser ended' })]);
    expect(await session.ping(1000)).toBe(false);
  });

  withBrowser('a page serves one run after the other, and one that was lost is opened again', async () => {
    const opened: OwnPage[] = [];
    const target = fromPage(async () => {
      page = await browser.open(apps.url('right'));
      opened.push(page);
      return page;
    });
    const play = async (trial: string): Promise<readonly string[]> => {
      recorder = new Recorder();
      session = await target.launch(recorder);
      await session.run(secure.order(trial, (socket) => socket.on('message', () => socket.close(1000))));
      await recorder.untilDone(trial);
      await session.close();
      return recorder.namesOf(trial);
    };
    expect(await play('one')).toEqual(['open', 'close', 'done']);
    expect(await play('two')).toEqual(['open', 'close', 'done']);
    expect(opened).toHaveLength(1);
    await page.close();
    expect(await play('three')).toEqual(['open', 'close', 'done']);
    expect(opened).toHaveLength(2);
  });

  withBrowser('a browser that trusts no certificate of a run is told how it does', async () => {
    page = await browser.open(apps.url('right'), { trusts: false });
    await expect(fromPage(page).launch(new Recorder())).rejects.toThrow(
      /does not trust the certificate of a run.*`ignoreHTTPSErrors: true`.*`acceptInsecureCerts: true`/,
    );
  });

  withBrowser('a policy that allows no connection is named', async () => {
    await using strict = await serveApps("default-src 'self'");
    page = await browser.open(strict.url('right'));
    await expect(fromPage(page).launch(new Recorder())).rejects.toThrow(
      'Content-Security-Policy (connect-src) lets it connect to no endpoint of a run: allow `connect-src wss://localhost:* ws://localhost:*`',
    );
    await page.close();
    await using secureOnly = await serveApps("default-src 'self'; connect-src wss://localhost:*");
    page = await browser.open(secureOnly.url('right'));
    session = await fromPage(page).launch(new Recorder());
    expect(session.hello.features).toContain('wss');
    expect(session.hello.features).not.toContain('ws');
  });

  const inChromium = name === 'chromium' ? withBrowser : it.skip;

  inChromium('the death of the process that holds the sockets is no close of the application', async () => {
    await launch('right');
    await session.run(secure.order('network', () => undefined));
    await recorder.until(() => recorder.namesOf('network').includes('open'));
    const isNetwork = (pid: number): boolean => commandOf(pid).includes('NetworkService');
    const holder = processTree(session.pid ?? 0).find(isNetwork) ?? 0;
    process.kill(holder, 'SIGKILL');
    await recorder.until(() => recorder.exits.length > 0);
    expect(recorder.exits).toEqual([expect.objectContaining({ outside: 'the browser’s network process ended' })]);
  });

  inChromium('a page that crashes is a crash', async () => {
    await launch('right');
    await session.run(secure.order('crash', () => undefined));
    await recorder.until(() => recorder.namesOf('crash').includes('open'));
    await Promise.race([
      page.goto('chrome://crash').catch(() => undefined),
      recorder.until(() => recorder.exits.length > 0),
    ]);
    await recorder.until(() => recorder.exits.length > 0);
    expect(recorder.exits).toEqual([{ code: 70, signal: null, byKit: false, atNs: expect.any(Number) }]);
  });
});
