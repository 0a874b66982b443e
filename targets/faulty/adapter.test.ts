/** The faulty client as a process, in the words of the adapter protocol. It runs what `npm run build` built. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeCertificates, type Certificates } from '../../kit/io/certificates';
import { closeFrame, listen, ping, text, type Peer, type TinyServer } from './testing/tiny-server';

const program = join(__dirname, 'adapter.cjs');

let folder: string;
let caFile: string;
let certificates: Certificates;
let server: TinyServer | undefined;
let child: ChildProcess | undefined;

beforeAll(async () => {
  certificates = await makeCertificates(new Date());
  folder = await mkdtemp(join(tmpdir(), 'lastword-faulty-'));
  caFile = join(folder, 'ca.pem');
  await writeFile(caFile, certificates.caPem);
});

afterAll(() => rm(folder, { recursive: true }));

afterEach(async () => {
  child?.kill('SIGKILL');
  await server?.close();
  server = undefined;
});

interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Starts the adapter; `next` gives its lines, one by one, and undefined at its end. */
function start(...args: readonly string[]) {
  const started = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child = started;
  const exited = once(started, 'exit') as Promise<[number | null, string | null]>;
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Line | undefined> => {
    const { value, done } = await lines.next();
    return done === true ? undefined : (JSON.parse(value) as Line);
  };
  const order = (command: object): void => void started.stdin.write(`${JSON.stringify(command)}\n`);
  return { started, exited, next, order };
}

/** Lines up to `done` or the end of the process, as their events. */
async function eventsUntilOver(next: () => Promise<Line | undefined>): Promise<string[]> {
  const events: string[] = [];
  for (;;) {
    const line = await next();
    if (line === undefined) return events;
    events.push(line.event);
    if (line.event === 'done') return events;
  }
}

async function serveWith(serve: (peer: Peer) => void | Promise<void>): Promise<string> {
  server = await listen({ certificates, version: 'TLSv1.3', serve });
  return server.url;
}

const run = (url: string, extra: object = {}) => ({
  op: 'run',
  trial: 'T',
  url,
  caFile,
  requires: ['wss', 'react-send'],
  reactions: [{ when: 'open', send: [{ text: 'offer' }] }],
  deadlineMs: 15_000,
  ...extra,
});

const politely = async (peer: Peer): Promise<void> => {
  await peer.next();
  peer.send(text('answer'), closeFrame(1000));
  await peer.next();
  peer.end();
};

it('says which fault it has, obeys an order, answers a ping, and ends with its input', async () => {
  const url = await serveWith(politely);
  const { started, exited, next, order } = start('--fault', 'm01-fin-unhooks-tls');
  expect(await next()).toMatchObject({
    event: 'hello',
    client: { name: 'lastword-faulty', version: 'm01-fin-unhooks-tls' },
    observes: ['code', 'reason', 'wasClean', 'error'],
    habits: [],
  });
  order(run(url, { requires: ['teleport'] }));
  expect(await next()).toMatchObject({ event: 'unsupported', feature: 'teleport' });
  order(run(url));
  expect(await next()).toMatchObject({ event: 'open', trial: 'T' });
  expect(await next()).toMatchObject({ event: 'message', type: 'text', data: 'answer' });
  expect(await next()).toMatchObject({ event: 'close', code: 1000, reason: '', wasClean: true });
  expect(await next()).toMatchObject({ event: 'done' });
  order({ op: 'ping', id: 7 });
  expect(await next()).toEqual({ event: 'pong', id: 7 });
  started.stdin.end();
  expect(await exited).toEqual([0, null]);
});

it('is the conforming client without an argument, and finds a subject by its number', async () => {
  const plain = start();
  expect(await plain.next()).toMatchObject({ client: { version: 'conforming' } });
  plain.started.kill('SIGKILL');
  expect(await start('--tricky', 't08').next()).toMatchObject({ client: { version: 't08-no-code-api' }, observes: [] });
});

it('refuses what it does not know, and says what there is', async () => {
  const { started, exited, next } = start('--fault', 'm99');
  let stderr = '';
  started.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  expect(await next()).toBeUndefined();
  expect(await exited).toEqual([2, null]);
  expect(stderr).toContain('m02-hup-first');
});

it('aborts where its fault is a use after free', async () => {
  const url = await serveWith(async (peer) => {
    await peer.next();
    peer.send(text('answer'), closeFrame(1000));
  });
  const { exited, next, order } = start('--fault', 'm26-use-after-free');
  await next();
  order(
    run(url, {
      reactions: [
        { when: 'open', send: [{ text: 'offer' }] },
        { when: 'message', sleepMs: 50 },
      ],
    }),
  );
  expect(await eventsUntilOver(next)).toEqual(['open', 'message']);
  expect(await exited).toEqual([null, 'SIGABRT']);
});

it('dies of SIGPIPE where its fault is that it does not ignore it', async () => {
  const url = await serveWith(async (peer) => {
    await peer.next();
    peer.send(...Array.from({ length: 60 }, () => ping('p')), text('answer'));
    peer.fin();
    await peer.next();
    peer.raw.resetAndDestroy();
  });
  const { exited, next, order } = start('--fault', 'm35-sigpipe');
  await next();
  order(run(url));
  expect(await eventsUntilOver(next)).toEqual(['open', 'message', 'close', 'done']);
  expect(await exited).toEqual([null, 'SIGPIPE']);
});

it('exits with status 0 where its habit is to leave with the answer', async () => {
  const url = await serveWith(politely);
  const { exited, next, order } = start('--tricky', 't07-exits-on-answer');
  expect(await next()).toMatchObject({ habits: ['closes-on-answer'] });
  order(run(url));
  expect(await eventsUntilOver(next)).toEqual(['open', 'message']);
  expect(await exited).toEqual([0, null]);
});

it('connects again where that is its habit, and reports both', async () => {
  const url = await serveWith(async (peer) => {
    await peer.next();
    if (server?.peers[0] === peer) peer.end();
    else peer.send(text('again'));
  });
  const { next, order } = start('--tricky', 't13-reconnects');
  await next();
  order(run(url));
  expect(await eventsUntilOver(next)).toEqual(['open', 'close', 'done']);
  expect(await next()).toMatchObject({ event: 'open' });
  expect(await next()).toMatchObject({ event: 'message', data: 'again' });
});

it('works behind a wrapper, and takes its helpers with it when it ends', async () => {
  const url = await serveWith(politely);
  const { started, exited, next, order } = start('--tricky', 't18-process-tree');
  expect(await next()).toMatchObject({ client: { version: 't18-process-tree' } });
  order(run(url));
  expect(await eventsUntilOver(next)).toEqual(['open', 'message', 'close', 'done']);
  started.stdin.end();
  expect(await exited).toEqual([0, null]);
});
