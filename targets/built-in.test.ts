/** Every built-in adapter against a real server: what it reports is what the client's API showed. */
import type { AdapterSession, Target } from '../kit/core/target';
import { listTargets } from './catalogue';
import { findPackage } from './install';
import type { Manifest } from './manifest';
import { findPrefix } from './libdatachannel/find-prefix';
import { targetOf } from './manifest-target';
import { openPlainEndpoint, payloadOf, type Handler, type PlainEndpoint } from './testing/plain-endpoint';
import { reactingOrder } from './testing/reacting-order';
import { mixedOrder } from './testing/mixed-order';
import { Recorder } from './testing/recorder';

/** Where a libdatachannel is installed, which no package registry has. */
const prefix = process.env['LASTWORD_LIBDATACHANNEL'];
const commit = prefix === undefined ? '' : findPrefix(prefix).commit;
const isRequired = process.env['LASTWORD_TARGETS'] === 'required';

const whatwg = { model: 'whatwg', limits: {} };
const statements: Readonly<Record<string, unknown>> = {
  bun: whatwg,
  deno: whatwg,
  node22: whatwg,
  node24: whatwg,
  node26: whatwg,
  undici: whatwg,
  ws: { model: 'other', limits: { messageBytes: 104_857_600 } },
  websocket: { model: 'other', limits: { messageBytes: 1_048_576 } },
  libdatachannel: { model: 'other', limits: { messageBytes: 67_108_864, keepAliveMs: 10_000 } },
  'node-datachannel': { model: 'other', limits: { messageBytes: 16_777_216, keepAliveMs: 10_000 } },
};
/** What it has to say of its version: the pinned one, or whatever the user has installed. */
const versionOf = ({ install }: Manifest): unknown =>
  install !== undefined && 'npm' in install
    ? install.npm.version
    : expect.stringMatching(`^\\d+\\.\\d+\\.\\d+${commit === '' ? '' : ` \\(${commit}\\)`}$`);
/** And of the runtime. */
const runtimes: Readonly<Record<string, RegExp>> = {
  libdatachannel: /^C\+\+, (?:OpenSSL|GnuTLS|Mbed TLS) \d+\.\d+/,
};
// What these clients really report for a connection that was cut: facts for the judge, not slips of the adapter.
const reportsOfCut: Readonly<Record<string, object>> = {
  deno: { code: 0 },
  websocket: { reason: 'Connection dropped by remote peer.' },
};

const isPresent = ({ name, install }: Manifest): boolean => {
  if (install !== undefined && 'prefix' in install) return prefix !== undefined;
  return isRequired || (install !== undefined && 'npm' in install && findPackage(name, install.npm) !== undefined);
};
const howToHaveIt = ({ install }: Manifest): string =>
  install !== undefined && 'prefix' in install
    ? 'LASTWORD_LIBDATACHANNEL=DIR names where it is installed'
    : 'LASTWORD_TARGETS=required installs and tests it';
// Browsers are no package of npm, and have a test of their own.
const builtIn = listTargets().filter(({ name, browser }) => name !== 'faulty' && browser === undefined);
const present = builtIn.filter(isPresent);
for (const manifest of builtIn.filter((each) => !isPresent(each))) {
  const { name } = manifest;
  process.stderr.write(`skipped: ${name} is not installed; ${howToHaveIt(manifest)}\n`);
  // oxlint-disable-next-line jest/no-disabled-tests jest/expect-expect -- it would be downloaded: skipped, but aloud
  it.skip(`${name}: not installed, ${howToHaveIt(manifest)}`, () => undefined);
}

describe.each(present.map((manifest) => [manifest.name, manifest] as const))('%s', (name, manifest) => {
  let target: Target;
  let session: AdapterSession;
  let recorder: Recorder;
  let secure: PlainEndpoint;
  // Its API tells nothing of a close, takes no code, and shows no subprotocol.
  const isLibdatachannel = name.endsWith('datachannel');
  // A build of it with Mbed TLS has no TLS 1.3, and one with GnuTLS stops at its tickets.
  const newestTls = name === 'libdatachannel' ? 'TLSv1.2' : 'TLSv1.3';

  beforeAll(async () => {
    target = await targetOf(manifest, { prefix });
    secure = await openPlainEndpoint(newestTls);
    recorder = new Recorder();
    session = await target.launch(recorder);
  }, 300_000);

  afterAll(async () => {
    await session?.close();
    await secure?.close();
  });

  const supports = (feature: string) => session.hello.features.includes(feature);
  const exposes = (observable: 'code' | 'reason' | 'wasClean', value: unknown) =>
    session.hello.observes.includes(observable) ? value : null;

  it('says who it is, at the pinned version', () => {
    const { client, model, limits } = session.hello;
    expect({ name: client.name, version: client.version }).toEqual({
      name: name.replace(/\d+$/, ''),
      version: versionOf(manifest),
    });
    expect(client.runtime).toMatch(runtimes[name] ?? /./);
    expect({ model, limits }).toEqual(statements[name]);
    expect(target.digest?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('reports open, messages of every kind, and the close, in order', async () => {
    const { order, offers, messages } = mixedOrder(secure, 'all', 70_000);
    await session.run(order);
    await recorder.untilDone('all');
    expect(offers).toEqual(['offer of all']);
    expect(recorder.of('all')).toEqual([
      expect.objectContaining({ event: 'open' }),
      ...messages,
      {
        event: 'close',
        code: exposes('code', 4001),
        reason: exposes('reason', 'bye'),
        wasClean: exposes('wasClean', true),
      },
      { event: 'done' },
    ]);
  });

  it('reports a connection that ends without a Close frame', async () => {
    await session.run(secure.order('fin', (socket) => socket.on('message', () => socket.terminate())));
    await recorder.untilDone('fin');
    const last = recorder.of('fin').find(({ event }) => event === 'close');
    expect(last).toEqual({
      event: 'close',
      code: exposes('code', 1006),
      reason: exposes('reason', ''),
      wasClean: exposes('wasClean', false),
      ...reportsOfCut[name],
    });
  });

  it('reports a refused connection as an error, and is done', async () => {
    const nobody = await openPlainEndpoint();
    const order = nobody.order('refused', () => undefined);
    const { caFile } = secure;
    await nobody.close();
    await session.run({ ...order, caFile });
    await recorder.untilDone('refused');
    const names = recorder.namesOf('refused');
    expect(names).toContain('error');
    expect(names).not.toContain('open');
  });

  it('performs reactions: sends, waits, and closes', async () => {
    const { order, got, waitedMs, closeCode } = reactingOrder(secure, 'react');
    await session.run(order);
    await recorder.untilDone('react');
    expect(got).toEqual(['offer', 'ack', Buffer.from([0, 255]), 'one', 'two']);
    expect(waitedMs()).toBeGreaterThanOrEqual(59);
    expect(await closeCode).toBe(isLibdatachannel ? 1005 : 4002);
    expect(recorder.namesOf('react').filter((event) => event !== 'error')).toEqual([
      'open',
      'message',
      'message',
      'close',
      'done',
    ]);
  });

  it('drops a connection on abort', async () => {
    await session.run(secure.order('abort', () => undefined));
    await recorder.until(() => recorder.namesOf('abort').includes('open'));
    session.abort('abort');
    await recorder.untilDone('abort');
    expect(recorder.namesOf('abort')).not.toContain('message');
  });

  it('answers ping, and refuses what it does not know', async () => {
    expect(await session.ping(10_000)).toBe(true);
    await session.run(secure.order('odd', () => undefined, { requires: ['wss', 'made-up'] }));
    await recorder.until(() => recorder.of('odd').length > 0);
    expect(recorder.of('odd')).toEqual([{ event: 'unsupported', feature: 'made-up' }]);
  });

  it('keeps two connections apart at the same time', async () => {
    expect(supports('parallel')).toBe(true);
    const handler: Handler = (socket) =>
      socket.on('message', (data, isBinary) => {
        socket.send(payloadOf(data, isBinary));
        socket.close(1000);
      });
    await Promise.all([session.run(secure.order('p1', handler)), session.run(secure.order('p2', handler))]);
    await Promise.all([recorder.untilDone('p1'), recorder.untilDone('p2')]);
    for (const trial of ['p1', 'p2']) {
      expect(recorder.of(trial)).toContainEqual({ event: 'message', type: 'text', data: `offer of ${trial}` });
    }
  });

  it.each([['TLSv1.2'], ['plain']] as const)('connects over %s, with what it claims', async (over) => {
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
        // The server closes at once: libdatachannel's threads know that before its open callback could send.
        reactions: [],
        subprotocols: ['one'],
        deflate: supports('deflate'),
        requires: [over === 'plain' ? 'ws' : 'tls1.2', 'subprotocol'],
      },
    );
    await session.run(order);
    await recorder.untilDone(trial);
    await endpoint.close();
    expect(recorder.of(trial)[0]).toEqual({
      event: 'open',
      ...(isLibdatachannel ? {} : { protocol: 'one' }),
    });
    expect(recorder.of(trial)[1]).toEqual({ event: 'message', type: 'text', data: 'a'.repeat(500) });
    expect(extensions).toBe(supports('deflate') ? 'permessage-deflate' : '');
  });

  it('ends with status 0 when its input ends, and broke no rule', async () => {
    await session.close();
    expect(recorder.exits).toEqual([expect.objectContaining({ code: 0, signal: null, byKit: true })]);
    expect(recorder.breaches).toEqual([]);
  });
});
