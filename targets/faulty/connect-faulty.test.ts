/** The model client on real sockets with real TLS. */
import { Socket } from 'node:net';
import { opcodes } from '../../kit/core/frame';
import { makeCertificates, type Certificates } from '../../kit/io/certificates';
import type { Switches } from '../../kit/model/switches';
import { findSubject } from './adapter-main';
import { watchArrivals, type Arrived } from './arrivals';
import { connectFaulty, type Connected } from './connect-faulty';
import { closeFrame, listen, ping, text, type Peer, type TinyServer } from './testing/tiny-server';
import { faults } from '../../kit/model/faults';

const versions = ['TLSv1.2', 'TLSv1.3', 'plain'] as const;

let certificates: Certificates;
let server: TinyServer | undefined;

beforeAll(async () => {
  certificates = await makeCertificates(new Date());
});

afterEach(async () => {
  await server?.close();
  server = undefined;
});

type Serve = (peer: Peer) => void | Promise<void>;
interface Options {
  readonly version?: (typeof versions)[number];
  readonly switches?: Switches;
  readonly greeting?: Buffer;
  readonly ca?: string;
  readonly onMessage?: (connected: Connected) => void;
}

/** Connects, sends an offer on open, and gives what was reported, in order, up to `events` of it. */
async function report(serve: Serve, options: Options = {}): Promise<unknown[]> {
  const { version = 'TLSv1.3', switches = {}, greeting } = options;
  server = await listen({ certificates, version, serve, ...(greeting === undefined ? {} : { greeting }) });
  const { url } = server;
  const heard: unknown[] = [];
  await new Promise<void>((resolve) => {
    const connected = connectFaulty({
      order: { url, ca: options.ca ?? certificates.caPem },
      switches,
      random: () => 0.5,
      on: {
        open: () => {
          heard.push('open');
          connected.send('offer');
        },
        message: (data) => {
          heard.push(typeof data === 'string' ? data : Buffer.from(data).toString('hex'));
          options.onMessage?.(connected);
        },
        error: (error) => heard.push(String(error)),
        close: ({ code, reason, wasClean }) => {
          heard.push([code, reason, wasClean]);
          resolve();
        },
        end: () => resolve(),
      },
    });
  });
  return heard;
}

const politely: Serve = async (peer) => {
  await peer.next();
  peer.send(text('answer'), closeFrame(1000, 'done'));
  await peer.next();
  peer.end();
};

describe.each(versions)('on %s', (version) => {
  it('reports open, the message and a clean close, in order', async () => {
    expect(await report(politely, { version })).toEqual(['open', 'answer', [1000, 'done', true]]);
  });

  it('reports 1006 where the FIN comes alone', async () => {
    const serve: Serve = async (peer) => {
      await peer.next();
      peer.send(text('answer'));
      peer.fin();
    };
    expect(await report(serve, { version })).toEqual(['open', 'answer', [1006, '', false]]);
  });

  it('delivers what came in one write with the 101', async () => {
    const greeting = Buffer.concat([text('hello'), closeFrame(4001)]);
    expect(await report((peer) => peer.end(), { version, greeting })).toEqual(['open', 'hello', [4001, '', true]]);
  });

  it('answers a Ping, sends what its application says, and echoes the Close', async () => {
    const seen: [number, string][] = [];
    const serve: Serve = async (peer) => {
      const take = async (): Promise<void> => {
        const { opcode, payload } = await peer.next();
        seen.push([opcode, payload.toString('hex')]);
      };
      await take();
      peer.send(ping('p'), text('answer'));
      await take();
      await take();
      peer.send(closeFrame(4001));
      await take();
      peer.end();
    };
    await report(serve, { version, onMessage: (connected) => connected.send(Buffer.of(1, 2)) });
    expect(seen).toEqual([
      [opcodes.text, Buffer.from('offer').toString('hex')],
      [opcodes.pong, Buffer.from('p').toString('hex')],
      [opcodes.binary, '0102'],
      [opcodes.close, '0fa1'],
    ]);
  });

  it('takes messages that fill many records', async () => {
    const long = 'x'.repeat(100_000);
    const serve: Serve = async (peer) => {
      await peer.next();
      peer.send(text(long), closeFrame(1000));
      peer.end();
    };
    expect(await report(serve, { version })).toEqual(['open', long, [1000, '', true]]);
  });

  it('has the faults of the model', async () => {
    expect(await report(politely, { version, switches: { repeatsLast: true } })).toEqual([
      'open',
      'answer',
      'answer',
      [1000, 'done', true],
    ]);
  });
});

it('refuses a server that it has no reason to trust', async () => {
  const others = await makeCertificates(new Date());
  expect(await report(politely, { ca: others.caPem })).toEqual([
    expect.stringMatching(/certificate/),
    [1006, '', false],
  ]);
});

it('closes the socket with bytes unread where it asks for the hang-up first', async () => {
  let reset: unknown;
  const serve: Serve = async (peer) => {
    await peer.next();
    peer.raw.on('error', (error: NodeJS.ErrnoException) => (reset = error.code));
    peer.send(text('answer'));
    peer.fin();
  };
  const switches = findSubject(faults, 'm02')?.switches ?? {};
  const heard = await report(serve, { version: 'plain', switches });
  // A race, live: where the answer was read before the FIN came, it is delivered.
  expect([
    ['open', [1006, '', false]],
    ['open', 'answer', [1006, '', false]],
  ]).toContainEqual(heard);
  expect([undefined, 'ECONNRESET']).toContain(reset);
});

describe('arrivals', () => {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('of one turn and the next are one wake-up', async () => {
    const arrived: Arrived[] = [];
    // Never connected: what it tells is told by hand.
    const socket = new Socket();
    watchArrivals(socket, (each) => arrived.push(each));
    socket.emit('data', Buffer.of(1));
    await turn();
    socket.emit('data', Buffer.of(2));
    socket.emit('end');
    for (let count = 0; count < 4; count++) await turn();
    expect(arrived).toEqual([{ bytes: Buffer.of(1, 2), fin: true, reset: false, unread: false }]);
    socket.emit('error', Object.assign(new Error('reset'), { code: 'ECONNRESET', syscall: 'read' }));
    for (let count = 0; count < 4; count++) await turn();
    expect(arrived.slice(1)).toEqual([{ bytes: Buffer.alloc(0), fin: false, reset: true, unread: false }]);
  });
});
