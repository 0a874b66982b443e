/** The embedded endpoint over real sockets, with the kernel as the judge of what left. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint, EndpointSignal } from '../core/endpoint';
import { expand } from '../core/expand';
import { applyMask } from '../core/frame';
import type { Case, StepPlan, Transport } from '../core/case';
import * as n from '../core/notation';
import { nonceOf } from '../core/message';
import { tcpStates, type Connection } from '../core/trial';
import { startEmbeddedEndpoint } from './embedded-endpoint';
import { loadLibc } from './libc';

const isExact = loadLibc() !== undefined;
const exactly = isExact ? it : it.skip;

let endpoint: Endpoint;
const signals: EndpointSignal[] = [];
let wake: (() => void)[] = [];
let lastTrial = 0;

beforeAll(async () => {
  endpoint = await startEmbeddedEndpoint();
  endpoint.onSignal((signal) => {
    signals.push(signal);
    for (const each of wake.splice(0)) each();
  });
});

afterAll(() => endpoint.close());

async function until(signal: EndpointSignal['signal'], trial: string, times = 1): Promise<void> {
  while (signals.filter((each) => each.signal === signal && each.trial === trial).length < times) {
    await new Promise<void>((resolve) => wake.push(resolve));
  }
}

function caseOf(script: readonly StepPlan[], messages: Case['messages'] = {}): Case {
  return {
    id: 'test/test',
    title: 'a test',
    class: 'R',
    level: 'must',
    transports: ['tls12', 'tls13', 'plain'],
    basis: ['DELIVER'],
    exposes: 'nothing',
    messages: { A: { kind: 'answer' }, B: { kind: 'candidate', index: 1 }, ...messages },
    parts: [{ script, expect: { deliver: [], close: { reported: 'must' } } }],
  };
}

/** A close_notify in a record of its own: 5 B header, 2 B alert, and what the AEAD adds. */
const goodbyeBytes = { tls12: 5 + 8 + 2 + 16, tls13: 5 + 2 + 1 + 16 };

/** A client of one's own: bytes in, bytes out. */
interface Client {
  readonly socket: Socket;
  readonly trial: string;
  readonly offer: string;
  received(): Buffer;
  /** Until so many bytes of the WebSocket layer, or the end, have come. */
  untilEnd(): Promise<string>;
  send(opcode: number, payload: string | Buffer): void;
}

function announce(
  script: readonly StepPlan[],
  transport: Transport,
  messages?: Case['messages'],
): { trial: string; offer: string } {
  const trial = `t${++lastTrial}`;
  const kase = caseOf(script, messages);
  const [part] = kase.parts;
  if (part === undefined) throw new TypeError('no part');
  const nonce = nonceOf('seed', trial, 0);
  const { script: steps, offer } = expand(kase, part, { nonce, transport });
  endpoint.prepare({
    trial,
    target: 'client',
    transport,
    script: steps,
    offer,
    nonce,
    pid: process.pid,
    marker: 'NO=thing',
  });
  return { trial, offer };
}

const requestFor = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`;

function masked(opcode: number, payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload);
  const key = Buffer.of(1, 2, 3, 4);
  const head =
    bytes.length < 126
      ? Buffer.of(0x80 | opcode, 0x80 | bytes.length)
      : Buffer.of(0x80 | opcode, 0xfe, bytes.length >> 8, bytes.length & 255);
  return Buffer.concat([head, key, applyMask(bytes, key)]);
}

function dial(trial: string, offer: string, transport: Transport, path = `/${trial}`): Promise<Client> {
  return new Promise((resolve, reject) => {
    // Half-open: the test says when it ends its direction.
    const options = { host: '127.0.0.1', port: endpoint.address('host', transport)?.port ?? 0, allowHalfOpen: true };
    const socket =
      transport === 'plain'
        ? connectTcp(options)
        : connectTls({ ...options, ca: endpoint.caPem, servername: 'localhost' });
    const chunks: Buffer[] = [];
    const received = (): Buffer => Buffer.concat(chunks);
    let ended: string | undefined;
    const waiting: ((how: string) => void)[] = [];
    const end = (how: string): void => {
      ended ??= how;
      for (const each of waiting.splice(0)) each(ended);
    };
    socket.on('data', (bytes: Buffer) => chunks.push(bytes));
    socket.on('end', () => end('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      end(error.code ?? 'error');
      reject(error);
    });
    socket.once(transport === 'plain' ? 'connect' : 'secureConnect', () => {
      socket.write(requestFor(path));
      const send = (opcode: number, payload: string | Buffer): void => void socket.write(masked(opcode, payload));
      const untilEnd = (): Promise<string> =>
        ended === undefined ? new Promise((done) => waiting.push(done)) : Promise.resolve(ended);
      resolve({ socket, trial, offer, received, untilEnd, send });
    });
  });
}

async function play(script: readonly StepPlan[], transport: Transport, messages?: Case['messages']): Promise<Client> {
  const { trial, offer } = announce(script, transport, messages);
  return dial(trial, offer, transport);
}

async function first(trial: string): Promise<Connection> {
  const { connections } = await endpoint.collect(trial);
  const [connection] = connections;
  if (connection === undefined) throw new TypeError('no connection was seen');
  return connection;
}

const kinds = (connection: Connection): readonly string[] => connection.events.map((event) => event.kind);

describe.each(['tls12', 'tls13', 'plain'] as const)('over %s', (transport) => {
  it('answers the offer, closes and half-closes, and hears the client out', async () => {
    const client = await play(
      [n.O, n.segment(n.record(n.message('A')), n.record(n.close(1000)), n.CN, n.FIN)],
      transport,
    );
    client.send(1, client.offer);
    expect(await client.untilEnd()).toBe('end');
    await until('script-over', client.trial);
    client.socket.destroy();
    const connection = await first(client.trial);
    expect(connection.script.status).toBe('complete');
    expect(client.received().toString('latin1')).toContain('"type":"answer"');
    expect(kinds(connection)).toEqual(
      expect.arrayContaining([
        'request',
        'offer',
        'close-sent',
        ...(transport === 'plain' ? [] : ['close-notify-sent']),
        'fin-sent',
      ]),
    );
  });

  exactly('puts answer and FIN on one segment, and sees both acknowledged', async () => {
    const client = await play([n.O, n.segment(n.record(n.message('A')), n.FIN), n.ACK], transport);
    client.send(1, client.offer);
    await client.untilEnd();
    await until('script-over', client.trial);
    const connection = await first(client.trial);
    client.socket.destroy();
    const acked = connection.snapshots.findLast((each) => each.why === 'acked');
    expect(connection.script.lapses).toEqual([]);
    expect(acked?.tcp?.bytesAcked).toBe(connection.bytesSent + 1);
    expect(connection.path).toBe('direct');
  });

  exactly('dribbles every byte as a segment of its own', async () => {
    const client = await play([n.O, n.dribble(n.record(n.message('B')), n.FIN)], transport);
    client.send(1, client.offer);
    await client.untilEnd();
    await until('script-over', client.trial);
    const connection = await first(client.trial);
    client.socket.destroy();
    expect(connection.script).toMatchObject({ status: 'complete' });
  });

  exactly('sends every byte of the 101 but the last as a record and a segment of its own', async () => {
    const greeting = n.apart(n.bytewise(n.responsePart(0, -1)), n.record(n.responsePart(-1), n.message('B')));
    const client = await play([greeting, n.O, n.stream(n.FIN)], transport);
    client.send(1, client.offer);
    await client.untilEnd();
    await until('script-over', client.trial);
    const connection = await first(client.trial);
    client.socket.destroy();
    const received = client.received();
    const head = received.indexOf('\r\n\r\n') + 4;
    expect(received.toString('latin1', 0, 12)).toBe('HTTP/1.1 101');
    expect(connection.script).toMatchObject({ status: 'complete' });
    const plain = connection.sent.map((record) => record.plainBytes);
    expect(plain).toEqual([...Array.from({ length: head - 1 }, () => 1), 1 + received.length - head]);
    expect(connection.sent.map((record) => record.ends ?? []).slice(-2)).toEqual([[], ['B']]);
    expect(connection.snapshots.at(-1)?.tcp?.dataSegsOut).toBeGreaterThanOrEqual(head);
  });

  it('resets with a real RST', async () => {
    const client = await play([n.O, n.segment(n.record(n.message('B'))), n.ACK, n.RST], transport);
    const ended = client.untilEnd();
    client.send(1, client.offer);
    // libuv may show a reset behind data as a plain end; the endpoint says what it sent.
    expect(['ECONNRESET', 'end']).toContain(await ended);
    const connection = await first(client.trial);
    expect(kinds(connection)).toContain('reset-sent');
  });

  it('abandons: the first bytes that the client writes behind the FIN draw a reset', async () => {
    const client = await play([n.O, n.segment(n.record(n.message('B'))), n.ABANDON], transport);
    client.send(1, client.offer);
    await client.untilEnd();
    client.send(10, 'pong');
    await until('client-gone', client.trial);
    client.socket.destroy();
    const connection = await first(client.trial);
    expect(connection.events).toContainEqual(expect.objectContaining({ kind: 'reset-drawn' }));
  });

  exactly('closes with bytes unread, so that the kernel resets', async () => {
    const client = await play(
      [n.accept, { op: 'stop-reading' }, n.W(50), n.segment(n.record(n.message('B'))), n.ACK, { op: 'drop' }],
      transport,
    );
    while (!client.received().includes('101')) await new Promise((resolve) => setImmediate(resolve));
    client.send(1, client.offer);
    expect(['ECONNRESET', 'end']).toContain(await client.untilEnd());
    const connection = await first(client.trial);
    expect(kinds(connection)).toContain('dropped');
  });

  it('refuses who comes, and who comes again, with the frame of a message as the body', async () => {
    const { trial, offer } = announce(
      [n.segment(n.record(n.refusal(404, 'Not Found', [['Connection', 'close']], 'B')), n.FIN)],
      transport,
    );
    for (const nth of [1, 2]) {
      const client = await dial(trial, offer, transport);
      expect([nth, await client.untilEnd()]).toEqual([nth, 'end']);
      const [head = '', body = ''] = client.received().toString('latin1').split('\r\n\r\n');
      expect(head).toMatch(/^HTTP\/1\.1 404 Not Found\r\nConnection: close\r\n[^]*Content-Length: \d+$/);
      expect(head).toContain(`Content-Length: ${body.length}`);
      expect(body.slice(0, 2)).toBe(`\x81${String.fromCharCode(body.length - 2)}`);
      client.socket.end();
    }
    const { connections } = await endpoint.collect(trial);
    expect(connections.map(({ held, sent }) => [held, sent.at(-1)?.says, sent.at(-1)?.ends])).toEqual([
      [false, 'HTTP 404', ['B']],
      [true, 'HTTP 404', ['B']],
    ]);
  });

  it('answers with a 101 that has the defect asked for', async () => {
    const client = await play([n.segment(n.record(n.badResponse('no-upgrade'), n.message('A')), n.FIN)], transport);
    expect(await client.untilEnd()).toBe('end');
    const head = client.received().toString('latin1').split('\r\n\r\n')[0];
    expect(head).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    );
    client.socket.destroy();
  });

  it('tells a client that has ended its own side from one that has no more to wait for', async () => {
    const gone = (trial: string): unknown[] =>
      signals.flatMap((each) => (each.signal === 'client-gone' && each.trial === trial ? [each.waits] : []));
    const first = await play([n.accept, n.W(60_000)], transport);
    while (!first.received().includes('101')) await new Promise((resolve) => setImmediate(resolve));
    first.socket.end();
    await until('client-gone', first.trial);
    expect(gone(first.trial)).toEqual([true]);
    first.socket.destroy();
    const second = await play([n.segment(n.record({ piece: 'response' }), n.FIN), n.W(60_000)], transport);
    expect(await second.untilEnd()).toBe('end');
    second.socket.end();
    await until('client-gone', second.trial);
    expect(gone(second.trial)).toEqual([false]);
    second.socket.destroy();
  });

  exactly('counts no FIN of the client among what it has not read', async () => {
    const client = await play([n.accept, { op: 'stop-reading' }, n.W(60_000)], transport);
    while (!client.received().includes('101')) await new Promise((resolve) => setImmediate(resolve));
    client.socket.end();
    const seen = async (): Promise<Connection | undefined> => (await endpoint.peek(client.trial)).connections[0];
    const closeWait = tcpStates.closeWait;
    let connection = await seen();
    while (connection?.snapshots.at(-1)?.tcp?.state !== closeWait) connection = await seen();
    // TLS says good-bye before the FIN, and those bytes nobody has read.
    expect(connection.unreadBytes).toBe(transport === 'plain' ? undefined : goodbyeBytes[transport]);
    client.socket.destroy();
  });

  exactly('hands over more than the window takes, and the FIN behind it, while the script goes on', async () => {
    const script = [n.O, n.queued(n.fullRecords(n.message('big')), n.FIN), n.W(1), n.acked(30_000)];
    const client = await play(script, transport, { big: { kind: 'bulk', bytes: 8 << 20 } });
    while (!client.received().includes('101')) await new Promise((resolve) => setImmediate(resolve));
    client.socket.pause();
    client.send(1, client.offer);
    const look = async (): Promise<Connection | undefined> => (await endpoint.peek(client.trial)).connections[0];
    let seen = await look();
    while (seen?.script.at !== 4) seen = await look();
    expect(seen.script).toMatchObject({ status: 'playing', at: 4 });
    expect(kinds(seen)).not.toContain('fin-sent');
    expect(seen.snapshots.at(-1)?.tcp?.bytesAcked).toBeLessThan(seen.bytesSent);
    client.socket.resume();
    expect(await client.untilEnd()).toBe('end');
    await until('script-over', client.trial);
    client.socket.destroy();
    const connection = await first(client.trial);
    expect(connection.script).toMatchObject({ status: 'complete', lapses: [] });
    expect(connection.snapshots.find((each) => each.tcp?.bytesAcked === connection.bytesSent + 1)).toBeDefined();
    expect(client.received().length).toBeGreaterThan(8 << 20);
  });

  it('tells of a condition that is wanted, and takes the answers', async () => {
    const cpu = { kind: 'cpu', percent: 5 } as const;
    const client = await play(
      [n.O, n.IMPOSE(cpu), n.stream(n.record(n.message('B'))), n.LIFT, n.stream(n.FIN)],
      transport,
    );
    client.send(1, client.offer);
    const { trial } = client;
    await until('impose', trial);
    const wanted = signals.find((each) => each.trial === trial && each.signal === 'impose');
    expect(wanted).toMatchObject({ condition: cpu, client: { port: client.socket.localPort } });
    endpoint.answer({ trial, answer: 'imposed' });
    await until('lift', trial);
    const proof = { kind: 'cpu', fromNs: 1, untilNs: 2, confirmed: true, detail: '' } as const;
    endpoint.answer({ trial, answer: 'lifted', proof });
    await until('script-over', trial);
    client.socket.destroy();
    const connection = await first(trial);
    expect(connection).toMatchObject({ conditions: [proof], script: { status: 'complete' } });
  });

  it('ends a script that asks for what cannot be had', async () => {
    const client = await play([n.O, n.IMPOSE({ kind: 'hole' }), n.stream(n.FIN), n.LIFT], transport);
    client.send(1, client.offer);
    await until('impose', client.trial);
    endpoint.answer({ trial: client.trial, answer: 'unavailable', reason: 'no namespace' });
    await until('script-over', client.trial);
    client.socket.destroy();
    const connection = await first(client.trial);
    expect(connection.script).toMatchObject({ status: 'failed', cause: 'unavailable', reason: 'no namespace' });
  });

  it('answers pings while it waits and never behind its Close', async () => {
    const client = await play([n.O, n.stream(n.record(n.close(1000))), n.ECHO, n.stream(n.FIN)], transport);
    while (!client.received().includes('101')) await new Promise((resolve) => setImmediate(resolve));
    client.send(9, 'early');
    client.send(1, client.offer);
    client.send(9, 'late');
    client.send(8, Buffer.of(3, 232));
    await client.untilEnd();
    await until('script-over', client.trial);
    client.socket.destroy();
    const connection = await first(client.trial);
    expect(kinds(connection).filter((kind) => kind === 'pong-sent')).toHaveLength(1);
    expect(kinds(connection).filter((kind) => kind === 'client-ping')).toHaveLength(2);
  });

  it('lets a request wait that overtook the announcement of its trial', async () => {
    const early = `t${lastTrial + 1}`;
    const arrival = dial(early, '', transport);
    const client = await arrival;
    const { offer } = announce([n.O, n.segment(n.record(n.message('A')), n.FIN)], transport);
    client.send(1, offer);
    await client.untilEnd();
    client.socket.destroy();
    expect((await first(early)).script.status).toBe('complete');
  });

  it('lets a second visitor in, tells it nothing and plays nothing twice', async () => {
    const client = await play([n.O, n.segment(n.record(n.message('A')), n.FIN)], transport);
    const other = await dial(client.trial, client.offer, transport);
    await until('request', client.trial, 2);
    other.send(1, client.offer);
    client.send(1, client.offer);
    await client.untilEnd();
    const { connections } = await endpoint.collect(client.trial);
    client.socket.destroy();
    other.socket.destroy();
    expect(connections.map((each) => each.held)).toEqual([false, true]);
    expect(other.received().toString('latin1')).not.toContain('answer');
  });
});

it('tells of a client that ends the TLS handshake', async () => {
  const { trial } = announce([n.O], 'tls13');
  const socket = connectTls({
    host: '127.0.0.1',
    port: endpoint.address('host', 'tls13')?.port ?? 0,
    servername: 'localhost',
  });
  await new Promise((resolve) => socket.once('error', resolve));
  const { connections, strays } = await endpoint.collect(trial);
  expect(connections).toEqual([]);
  expect(strays.length).toBeLessThanOrEqual(1);
});

it('knows nothing of a trial that was collected', async () => {
  const { trial } = announce([n.O], 'plain');
  await endpoint.collect(trial);
  expect(await endpoint.collect(trial)).toEqual({ connections: [], strays: [], stallMs: 0 });
});

const withOpenssl = spawnSync('openssl', ['version']).status === 0 ? it : it.skip;

describe('a client with habits of its own', () => {
  withOpenssl('gets no record that is larger than the maximum fragment length which it negotiated', async () => {
    const { trial, offer } = announce([n.O, n.segment(n.record(n.message('A')), n.FIN), n.ACK], 'tls13');
    const openssl = spawn(
      'openssl',
      [
        's_client',
        '-connect',
        `127.0.0.1:${endpoint.address('host', 'tls13')?.port ?? 0}`,
        '-maxfraglen',
        '512',
        '-quiet',
        '-no_ign_eof',
      ],
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
    const chunks: Buffer[] = [];
    const answered = new Promise<void>((resolve) => {
      openssl.stdout.on('data', (bytes: Buffer) => {
        chunks.push(bytes);
        if (Buffer.concat(chunks).includes('\r\n\r\n')) resolve();
      });
    });
    const ended = once(openssl, 'close');
    openssl.stdin.write(requestFor(`/${trial}`));
    await answered;
    openssl.stdin.write(masked(1, offer));
    await ended;
    const connection = await first(trial);
    // RFC 8446 §6.2: 22 is record_overflow.
    expect(connection.events).not.toContainEqual(expect.objectContaining({ kind: 'client-alert', description: 22 }));
    expect(Math.max(...connection.sent.map((record) => record.plainBytes))).toBeLessThanOrEqual(512);
    expect(Buffer.concat(chunks).toString('latin1')).toContain('"type":"answer"');
  });

  it('is found by the absolute form of its request as well', async () => {
    const { trial, offer } = announce([n.O, n.segment(n.record(n.message('B')), n.FIN)], 'plain');
    const client = await dial(
      trial,
      offer,
      'plain',
      `http://localhost:${endpoint.address('host', 'plain')?.port ?? 0}/${trial}`,
    );
    client.send(1, offer);
    await client.untilEnd();
    await until('script-over', trial);
    client.socket.destroy();
    expect((await first(trial)).script.status).toBe('complete');
  });

  it('may talk as much as it likes: how it ends is known all the same', async () => {
    const client = await play([n.O, n.segment(n.record(n.close(1000))), n.ECHO, n.segment(n.FIN)], 'plain');
    for (let pong = 0; pong < 2500; pong++) client.send(10, 'x');
    client.send(1, client.offer);
    client.send(8, Buffer.of(3, 232));
    await client.untilEnd();
    await until('script-over', client.trial);
    client.socket.destroy();
    expect(kinds(await first(client.trial))).toEqual(expect.arrayContaining(['offer', 'client-close']));
  });
});
