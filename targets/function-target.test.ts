/** Functions of a test as targets, against a real server: what they report is what their sockets showed. */
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { WebSocket, type RawData } from 'ws';
import type { AdapterSession } from '../kit/core/target';
import { findTarget } from './catalogue';
import { fromFunction, type Connect, type ConnectOrder, type FunctionOptions } from './function-target';
import { findPackage } from './install';
import { openPlainEndpoint, type Handler, type PlainEndpoint } from './testing/plain-endpoint';
import { Recorder } from './testing/recorder';

const byWs: Connect = ({ url, ca }) => new WebSocket(url, { ca });
const longText = '€'.repeat(2000);
const textOf = (data: RawData): string => (data as Buffer).toString();
const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

let endpoint: PlainEndpoint;
let recorder: Recorder;
let session: AdapterSession | undefined;

beforeAll(async () => {
  endpoint = await openPlainEndpoint();
});
afterAll(() => endpoint.close());
beforeEach(() => {
  recorder = new Recorder();
});
afterEach(() => session?.close());

async function launch(connect: Connect, options?: FunctionOptions): Promise<AdapterSession> {
  session = await fromFunction(connect, options).launch(recorder);
  return session;
}

/** Runs one trial to its end and gives what was reported. */
async function play(connect: Connect, handler: Handler, order: Parameters<PlainEndpoint['order']>[2] = {}) {
  await (await launch(connect)).run(endpoint.order('t1', handler, order));
  await recorder.untilDone('t1');
  return recorder.of('t1');
}

const answer: Handler = (socket) =>
  socket.on('message', (offer) => {
    socket.send(`answer to ${textOf(offer)}`);
    socket.send(Buffer.from([1, 2, 3]));
    socket.send(longText);
    socket.close(4001, 'done');
  });

const answered = [
  { event: 'open', protocol: '' },
  { event: 'message', type: 'text', data: 'answer to offer of t1' },
  { event: 'message', type: 'binary', length: 3, sha256: sha256(Buffer.from([1, 2, 3])) },
  { event: 'message', type: 'text', length: 6000, sha256: sha256(longText) },
];

it('a client of ws sends the offer, and reports what its socket did', async () => {
  expect(await play(byWs, answer)).toEqual([
    ...answered,
    { event: 'close', code: 4001, reason: 'done', wasClean: null },
    { event: 'done' },
  ]);
});

const undici = findPackage('undici', npmOf('undici'));
// oxlint-disable-next-line jest/no-disabled-tests -- it would be downloaded: skipped, but aloud
const itWithUndici = undici === undefined ? it.skip : it;

itWithUndici('a client of the WHATWG interface says whether its close was clean', async () => {
  const { WebSocket: Whatwg, Agent } = require(join(undici?.folder ?? '', 'index.js'));
  const connect: Connect = ({ url, ca }) => new Whatwg(url, { dispatcher: new Agent({ connect: { ca } }) });
  expect(await play(connect, answer)).toEqual([
    ...answered,
    { event: 'close', code: 4001, reason: 'done', wasClean: true },
    { event: 'done' },
  ]);
});

it('a client of one’s own needs an emitter and a `send`, and may be promised', async () => {
  const connect: Connect = async ({ url, ca }) => {
    const socket = new WebSocket(url, { ca });
    const client = new EventEmitter();
    socket.on('open', () => client.emit('open'));
    socket.on('message', (data) => client.emit('message', textOf(data)));
    socket.on('close', () => client.emit('close'));
    return Object.assign(client, { send: (text: string) => socket.send(text) });
  };
  const only: Handler = (socket) => socket.on('message', () => (socket.send('A'), socket.close()));
  expect(await play(connect, only)).toEqual([
    { event: 'open' },
    { event: 'message', type: 'text', data: 'A' },
    { event: 'close', code: null, reason: null, wasClean: null },
    { event: 'done' },
  ]);
});

it('reading the offer takes over sending it, and nothing else', async () => {
  const heard: string[] = [];
  const connect: Connect = ({ url, ca, offer }) => {
    const socket = new WebSocket(url, { ca });
    socket.on('open', () => socket.send(`mine: ${offer}`));
    return socket;
  };
  const reactions = [
    { when: 'open', send: [{ text: 'offer' }] },
    { when: 'message', nth: 1, send: [{ text: 'ack' }] },
  ] as const;
  const handler: Handler = (socket) =>
    socket.on('message', (data) => {
      heard.push(textOf(data));
      if (heard.length === 1) socket.send('A');
      else socket.close();
    });
  await play(connect, handler, { reactions });
  expect(heard).toEqual(['mine: offer', 'ack']);
});

it('reading the reactions takes over all of them', async () => {
  const heard: string[] = [];
  const connect: Connect = ({ url, ca, reactions }) => {
    const socket = new WebSocket(url, { ca });
    socket.on('open', () => socket.send(`${reactions.length} of my own`));
    return socket;
  };
  await play(connect, (socket) => socket.on('message', (data) => (heard.push(textOf(data)), socket.close())));
  expect(heard).toEqual(['1 of my own']);
});

it('sends what a message asks for, in order, and closes with the code', async () => {
  const heard: unknown[] = [];
  const reactions = [
    { when: 'message', nth: 2, send: [{ text: 'a' }, { base64: 'AQID' }], everyMs: 1 },
    { when: 'message', nth: 3, sleepMs: 1, close: { code: 4002, reason: 'enough' } },
  ] as const;
  const handler: Handler = (socket) => {
    for (const text of ['1', '2']) socket.send(text);
    socket.on('message', (data, isBinary) => {
      heard.push(isBinary ? data : textOf(data));
      if (heard.length === 2) socket.send('3');
    });
    socket.on('close', (code, reason) => heard.push(code, String(reason)));
  };
  await play(byWs, handler, { reactions });
  expect(heard.slice(0, 2)).toEqual(['a', Buffer.from([1, 2, 3])]);
  expect(recorder.of('t1').at(-2)).toMatchObject({ event: 'close', code: 4002 });
});

it('closes behind the last of what it sends over time', async () => {
  const heard: unknown[] = [];
  const reactions = [
    { when: 'message', nth: 1, send: [{ text: 'a' }, { text: 'b' }, { text: 'c' }], everyMs: 5, close: { code: 4002 } },
  ] as const;
  const handler: Handler = (socket) => {
    socket.send('1');
    socket.on('message', (data) => heard.push(textOf(data)));
  };
  await play(byWs, handler, { reactions });
  expect(heard).toEqual(['a', 'b', 'c']);
  expect(recorder.of('t1').at(-2)).toMatchObject({ event: 'close', code: 4002 });
});

it('a feature that it does not have is unsupported, and nothing is connected', async () => {
  const running = await launch(() => {
    throw new Error('was called');
  });
  await running.run(endpoint.order('t1', answer, { requires: ['wss', 'deflate'] }));
  expect(recorder.of('t1')).toEqual([{ event: 'unsupported', feature: 'deflate' }]);
});

it('an abort ends the connection, fires the signal, and is done', async () => {
  let order: ConnectOrder | undefined;
  const running = await launch((given) => byWs((order = given)));
  await running.run(endpoint.order('t1', () => undefined));
  await recorder.until(() => recorder.namesOf('t1').includes('open'));
  running.abort('t1');
  await recorder.untilDone('t1');
  expect(order?.signal.aborted).toBe(true);
  expect(recorder.namesOf('t1')).toEqual(['open', 'close', 'done']);
});

it('a connection that is refused ends in its error', async () => {
  const connect: Connect = ({ url }) => new WebSocket(url.replace('wss:', 'ws:'));
  const names = (await play(connect, answer)).map(({ event }) => event);
  expect(names).toEqual(['error', 'close', 'done']);
});

const open: Connect = async ({ url, ca }) => {
  const socket = new WebSocket(url, { ca });
  await new Promise((resolve) => socket.once('open', resolve));
  return socket;
};
const nothing: Connect = ({ url, ca }) => {
  new WebSocket(url, { ca }).on('error', () => undefined);
};

describe('a function that gives no socket to listen to is told what to write', () => {
  it.each<[string, Connect, string]>([
    ['throws', () => JSON.parse('{'), 'the function of the target threw "'],
    [
      'rejects',
      () => Promise.reject(new Error('boom')),
      'the function of the target threw "boom": it has to return the',
    ],
    ['returns nothing', nothing, 'the function of the target returned nothing: it has to return the socket it made;'],
    ['returns something else', () => 5, 'returned [object Number], which has neither `addEventListener` nor `on`;'],
    ['waits for open', open, 'return it as soon as it is made, without waiting for `open`'],
  ])('%s', async (_, connect, detail) => {
    await (await launch(connect)).run(endpoint.order('t1', answer));
    await recorder.until(() => recorder.breaches.length > 0);
    expect(recorder.breaches).toEqual([
      { kind: 'no-socket', detail: expect.stringContaining(detail), atNs: expect.any(Number) },
    ]);
  });

  it('before anything runs, where it is no function at all', () => {
    expect(() => fromFunction('ws' as unknown as Connect)).toThrow(
      '`fromFunction` expected a function, got ws; write `fromFunction(({ url, ca }) => new WebSocket(url, { ca }))`',
    );
  });
});

it('says who it is: the options, or the function’s name and all that the kit can do for it', async () => {
  const hello = (await launch(function mine() {})).hello;
  expect(hello).toMatchObject({ client: { name: 'mine', version: '0.0.0' }, model: 'other', api: 'callback' });
  expect(hello.features).toContain('react-close');
  const options = { name: 'x', version: '1.2.3', model: 'whatwg', observes: ['code'], features: ['wss'] } as const;
  const other = (await launch(byWs, options)).hello;
  expect(other).toMatchObject({ client: { name: 'x', version: '1.2.3' }, model: 'whatwg', observes: ['code'] });
  expect(other.features).toEqual(['wss']);
  expect(fromFunction(() => 0).name).toBe('function');
});

function npmOf(name: string) {
  const { install } = findTarget(name).manifest;
  if (install === undefined || !('npm' in install)) throw new TypeError(`${name} is no npm package`);
  return install.npm;
}
