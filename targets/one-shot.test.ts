/** The one-shot level, with a small program of its own and with a built-in adapter. */
import { join } from 'node:path';
import { isOneShot } from './one-shot';
import { programTarget, type ProgramOptions } from './program';
import { openPlainEndpoint, payloadOf } from './testing/plain-endpoint';
import { Recorder } from './testing/recorder';

const once = join(__dirname, 'testing', 'hostile', 'once.mjs');
const wsAdapter = join(__dirname, 'ws', 'adapter.mjs');

async function launch(args: readonly string[], options: Partial<ProgramOptions> = {}) {
  const recorder = new Recorder();
  const patience = { inputEndMs: 300, termMs: 300 };
  const target = programTarget({ name: 'once', command: [process.execPath, ...args], patience, ...options });
  const session = await target.launch(recorder);
  if (!isOneShot(session)) throw new Error('expected a one-shot session');
  return { session, recorder };
}

function order(trial: string, offer: string, requires: readonly string[] = []) {
  const reactions = [{ when: 'open' as const, send: [{ text: offer }] }];
  return {
    trial,
    url: `ws://localhost:9/${trial}`,
    requires,
    subprotocols: [],
    deflate: false,
    reactions,
    deadlineMs: 1,
  };
}

describe('a program that needs its URL from the start', () => {
  it('is found to be one-shot, and is started once a trial with its offer', async () => {
    const { session, recorder } = await launch([once]);
    expect({ mode: session.mode, pid: session.pid, knowsRequires: session.knowsRequires }).toEqual({
      mode: 'one-shot',
      pid: undefined,
      knowsRequires: true,
    });
    expect(await session.ping(1)).toBeUndefined();
    for (const trial of ['T1', 'T2']) {
      await session.run(order(trial, `offer ${trial}`));
      await session.settled(trial);
      expect(recorder.of(trial)).toEqual([
        { event: 'open' },
        { event: 'message', type: 'text', data: `offer ${trial}` },
        { event: 'close', code: null, reason: null, wasClean: null },
        { event: 'done' },
      ]);
    }
    expect(recorder.exits.map(({ code }) => code)).toEqual([0, 0]);
    await session.close();
    expect(recorder.breaches).toEqual([]);
  });

  it('says by status 89 that it does not support something', async () => {
    const { session, recorder } = await launch([once]);
    await session.run(order('T1', 'x', ['wss', 'deflate']));
    await session.settled('T1');
    expect(recorder.of('T1')).toEqual([{ event: 'unsupported', feature: 'wss, deflate' }]);
    expect(recorder.exits.map(({ code }) => code)).toEqual([89]);
  });

  it('is taken although it does not know what is required; that is for admission', async () => {
    const { session } = await launch([once, 'careless']);
    expect(session.knowsRequires).toBe(false);
  });

  it('crashes in a trial: its status is told, and the next trial runs', async () => {
    const { session, recorder } = await launch([once]);
    await session.run(order('T1', 'crash'));
    await session.settled('T1');
    expect(recorder.exits).toEqual([expect.objectContaining({ code: 3, signal: null, byKit: false })]);
    await session.run(order('T2', 'fine'));
    await session.settled('T2');
    expect(recorder.hasEnded('T2')).toBe(true);
  });

  it('is ended by abort, and by close', async () => {
    const { session, recorder } = await launch([once]);
    await session.run(order('T1', 'hang'));
    await recorder.until(() => recorder.of('T1').length > 0);
    expect(session.pid).toBeGreaterThan(0);
    await expect(session.run(order('T2', 'x'))).rejects.toThrow(/has not settled/);
    session.abort('T1');
    await session.settled('T1');
    await session.run(order('T3', 'hang'));
    await session.close();
    expect(recorder.exits).toEqual([
      expect.objectContaining({ byKit: true }),
      expect.objectContaining({ byKit: true }),
    ]);
  });

  it('must name the same client each time', async () => {
    const { session, recorder } = await launch([once], { env: { ONCE_NAME_FILE: '1' } });
    await session.run(order('T1', 'x'));
    await session.settled('T1');
    expect(recorder.breaches.map(({ kind }) => kind)).toEqual(['second-hello']);
  });

  it('is not started with an order that no environment variable can hold', async () => {
    const { session, recorder } = await launch([once]);
    await session.run(order('T1', 'x'.repeat(200_000)));
    expect(recorder.namesOf('T1')).toEqual(['unsupported']);
    expect(recorder.exits).toEqual([]);
  });
});

it('the built-in adapters are one-shot too where a URL is in their environment', async () => {
  const endpoint = await openPlainEndpoint();
  const { session, recorder } = await launch([wsAdapter], { mode: 'one-shot' });
  expect({ name: session.hello.client.name, knowsRequires: session.knowsRequires }).toEqual({
    name: 'ws',
    knowsRequires: true,
  });
  const offers: (string | Buffer)[] = [];
  const command = endpoint.order('T1', (socket) =>
    socket.on('message', (data, isBinary) => {
      offers.push(payloadOf(data, isBinary));
      socket.send('answer');
      socket.close(1000, 'done');
    }),
  );
  await session.run(command);
  await session.settled('T1');
  expect(offers).toEqual(['offer of T1']);
  expect(recorder.of('T1')).toEqual([
    { event: 'open', protocol: '' },
    { event: 'message', type: 'text', data: 'answer' },
    { event: 'close', code: 1000, reason: 'done', wasClean: null },
    { event: 'done' },
  ]);
  await session.close();
  await endpoint.close();
});
