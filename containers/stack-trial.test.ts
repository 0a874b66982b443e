/** What is witnessed of a real server's answer, on sockets of this machine; no container. */
import { createServer, connect, type Server, type Socket } from 'node:net';
import { expand } from '../kit/core/expand';
import type { EndpointSignal } from '../kit/core/endpoint';
import { gateCase } from '../kit/cases/control';
import { serverCases } from '../kit/cases/server';
import { once } from 'node:events';
import { ClientManners } from './client-manners';
import type { StackControl, StackOrder } from './stack-control';
import { StackTrial } from './stack-trial';

const onLinux = process.platform === 'linux' ? test : test.skip;
const [kase] = serverCases;
const [part] = kase?.parts ?? [];
let server: Server;
let accepted: Promise<Socket>;
let client: Socket;

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true });
  accepted = new Promise((resolve) => server.once('connection', resolve));
  // The client leaves with bytes unread, which is a reset.
  server.on('connection', (socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  // As a frozen client: nothing is read.
  client = connect({
    host: '127.0.0.1',
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    onread: stalled(),
  });
  client.on('error', () => undefined);
  await new Promise((resolve) => client.once('connect', resolve));
  client.pause();
});

afterEach(() => {
  client.destroy();
  server.close();
});

/** Reads one byte and no more. */
function stalled() {
  return { buffer: Buffer.alloc(1), callback: () => false };
}

/** A trial under way, and what it says. */
async function start(manners = new ClientManners()) {
  if (kase === undefined || part === undefined) throw new TypeError('no case');
  const socket = await accepted;
  const nonce = '0'.repeat(32);
  const { script, offer, messages } = expand(kase, part, { nonce, transport: 'plain' });
  const prepared: StackOrder[] = [];
  const releases: string[] = [];
  const signals: string[] = [];
  let heard: (() => void)[] = [];
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const control = {
    prepare: (order: StackOrder) => prepared.push(order),
    release: (trial: string) => {
      releases.push(trial);
      release();
    },
    forget: () => undefined,
  } as unknown as StackControl;
  const trial = new StackTrial({
    order: { trial: 't1', target: 'client', transport: 'plain', script, offer, nonce, pid: undefined, marker: '' },
    own: { address: '127.0.0.1', port: socket.localPort ?? 0 },
    control,
    hangUp: 'terminate',
    habit: undefined,
    manners,
    signal: (signal: EndpointSignal) => {
      signals.push(signal.signal);
      for (const each of heard.splice(0)) each();
    },
  });
  const said = async (word: string): Promise<void> => {
    while (!signals.includes(word)) await new Promise<void>((resolve) => heard.push(resolve));
  };
  heard = [];
  trial.prepare();
  trial.onOffer({ address: client.localAddress ?? '', port: client.localPort ?? 0 });
  trial.answer({ trial: 't1', answer: 'located', path: 'direct' });
  await said('freeze');
  trial.answer({ trial: 't1', answer: 'frozen' });
  await released;
  const answer = messages.get('A')?.payload ?? Buffer.alloc(0);
  return {
    trial,
    socket,
    said,
    prepared,
    releases,
    frame: Buffer.concat([Buffer.from('817e0400', 'hex'), answer]),
    answer,
  };
}

const proof = { frozenAtNs: 1, thawedAtNs: 2, processes: 1, threads: 1, confirmed: true };

onLinux('the whole answer unread, and the FIN behind it, is a witness', async () => {
  const { trial, socket, said, prepared, frame, answer } = await start();
  expect(prepared).toEqual([{ trial: 't1', answer: answer.toString(), hold: true }]);
  socket.end(frame);
  await said('thaw');
  trial.answer({ trial: 't1', answer: 'thawed', proof });
  const connection = trial.collect();
  expect(connection).toMatchObject({
    path: 'direct',
    witness: 'client-socket',
    script: { status: 'complete' },
    freezes: [{ confirmed: true }],
    sent: [{ ends: ['A'], endOffset: frame.length }],
  });
  const seen = connection?.snapshots.find(({ why }) => why === 'before-thaw');
  // The FIN counts as one; a byte may have been read before the client stood still.
  expect(seen?.heldBytes).toBeGreaterThanOrEqual(frame.length);
  expect(seen?.peer?.state).toBe(8);
});

onLinux('a part of the answer with a FIN behind it is none: no verdict', async () => {
  const { trial, socket, said, frame } = await start();
  socket.end(frame.subarray(0, 500));
  await said('thaw');
  trial.answer({ trial: 't1', answer: 'thawed', proof });
  const connection = trial.collect();
  expect(connection?.script).toMatchObject({ status: 'failed', cause: 'kit' });
  expect(connection?.snapshots).toEqual([]);
});

onLinux('a reset before the thaw is nobody’s loss', async () => {
  const { trial, socket, said, releases, frame } = await start();
  socket.write(frame, () => socket.resetAndDestroy());
  await said('thaw');
  trial.answer({ trial: 't1', answer: 'thawed', proof });
  expect(trial.collect()?.script).toMatchObject({ status: 'failed', cause: 'setup' });
  expect(releases).toEqual(['t1']);
});

describe('a server that has gone', () => {
  /** A client that closes its socket with the answer unread. */
  const lose = async (manners: ClientManners, stays = false) => {
    const { trial, socket, said, frame } = await start(manners);
    socket.end(frame);
    await said('thaw');
    trial.answer({ trial: 't1', answer: 'thawed', proof });
    if (!stays) await once(client.destroy(), 'close');
    return trial.collect();
  };
  const known = (): ClientManners => {
    const manners = new ClientManners();
    manners.heardFor(60_000);
    return manners;
  };
  const drawn = { kind: 'reset-drawn', by: 'data' };

  onLinux('draws no reset from a client that says nothing', async () => {
    expect((await lose(known()))?.events.at(-1)).toMatchObject({ kind: 'thawed' });
  });

  onLinux('may have drawn one from a client that talks of its own accord', async () => {
    const manners = known();
    manners.talk();
    const connection = await lose(manners);
    expect(connection?.events.at(-1)).toMatchObject(drawn);
    expect(connection?.script.status).toBe('complete');
  });

  onLinux('may have drawn one from a client that was never listened to for so long', async () => {
    expect((await lose(new ClientManners()))?.events.at(-1)).toMatchObject(drawn);
  });

  onLinux('has drawn none where the client’s socket still stands', async () => {
    expect((await lose(new ClientManners(), true))?.events.at(-1)).toMatchObject({ kind: 'thawed' });
  });
});

describe('a control that is answered late', () => {
  class Brief extends ClientManners {
    override get missingMs(): number {
      return 20;
    }
  }

  /** Resolves when the answer is let go. */
  async function control(manners: ClientManners, leaves = false): Promise<void> {
    const socket = await accepted;
    const nonce = '0'.repeat(32);
    const [plain] = gateCase.parts;
    if (plain === undefined) throw new TypeError('no part');
    const { script, offer } = expand(gateCase, plain, { nonce, transport: 'plain' });
    await new Promise<void>((resolve) => {
      const trial = new StackTrial({
        order: { trial: 't1', target: 'client', transport: 'plain', script, offer, nonce, pid: undefined, marker: '' },
        own: { address: '127.0.0.1', port: socket.localPort ?? 0 },
        control: { prepare: () => undefined, release: () => resolve() } as unknown as StackControl,
        hangUp: 'terminate',
        habit: undefined,
        manners,
        signal: () => undefined,
      });
      trial.prepare();
      trial.onOffer({ address: client.localAddress ?? '', port: client.localPort ?? 0 });
      if (leaves) client.destroy();
    });
  }
  onLinux('tells how long its client was quiet', async () => {
    const manners = new Brief();
    await control(manners);
    expect(manners.mayTalkWithin(15)).toBe(false);
  });

  onLinux('tells nothing of a client that left meanwhile', async () => {
    const manners = new Brief();
    await control(manners, true);
    expect(manners.mayTalkWithin(1)).toBe(true);
  });
});
