import { createServer as createHttps, type Server } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server as TcpServer } from 'node:net';
import { TLSSocket, createSecureContext } from 'node:tls';
import { WebSocketServer, type WebSocket } from 'ws';
import { acceptKey as acceptFor } from '../core/handshake';
import { describeRecordings } from '../core/describe-recording';
import { adviseServer } from '../core/server-habits';
import { recordingModes, type RecordingMode, type ServerRecording } from '../core/server-recording';
import { makeCertificates, type Certificates } from './certificates';
import { recordServer } from './record-server';
import { parseServerUrl } from './server-connection';

const answer = `{"type":"answer","sdp":"${'x'.repeat(1000)}"}`;
let certificates: Certificates;
const open: (Server | TcpServer)[] = [];

beforeAll(async () => {
  certificates = await makeCertificates(new Date());
});
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function portOf(server: Server | TcpServer): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A server that does `hangUp` behind its answer. */
async function wsServer(hangUp: (socket: WebSocket) => void, version?: 'TLSv1.2' | 'TLSv1.3'): Promise<URL> {
  const { leafPem, leafKeyPem } = certificates;
  const versions = version === undefined ? {} : { minVersion: version, maxVersion: version };
  const server = createHttps({ cert: leafPem, key: leafKeyPem, ...versions });
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.once('message', () => {
      socket.send(answer, () => hangUp(socket));
    });
  });
  return new URL(`wss://localhost:${await portOf(server)}/signaling`);
}

function record(url: URL, mode: RecordingMode, ca = certificates.caPem): Promise<ServerRecording> {
  return recordServer({ url, ca, headers: [], mode, offer: 'offer', chatter: (index) => `candidate ${index}` });
}

async function recordAll(url: URL): Promise<readonly ServerRecording[]> {
  const recordings: ServerRecording[] = [];
  for (const mode of recordingModes) recordings.push(await record(url, mode));
  return recordings;
}

/** What happened, in order, without its times. */
function shape({ events }: ServerRecording): readonly string[] {
  return events.map((event) => (event.kind === 'sent' ? `sent ${event.what}` : event.kind));
}

describe('a recording client', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('sees a polite server wait for the echo, on %s', async (version) => {
    const url = await wsServer((socket) => socket.close(1000, 'done'), version);
    const prompt = await record(url, 'prompt');
    expect(prompt.tls?.version).toBe(version);
    expect(prompt.endedByClient).toBe(false);
    expect(shape(prompt)).toEqual([
      'sent offer',
      'message',
      'close',
      'sent close',
      'close-notify',
      'sent close-notify',
      'fin',
      'sent fin',
    ]);
    expect(prompt.events).toContainEqual(
      expect.objectContaining({ kind: 'message', bytes: 1026, excerpt: answer.slice(0, 80) }),
    );
    expect(prompt.events).toContainEqual(expect.objectContaining({ kind: 'close', code: 1000, reason: 'done' }));
    const { good, habits } = adviseServer([prompt, await record(url, 'no-echo'), await record(url, 'busy')]);
    expect(good).toEqual([
      'it waits for the echo of its Close',
      'it lets a client that writes on finish: no reset',
      'it sends close_notify before its FIN',
    ]);
    expect(habits.map(({ habit }) => habit)).toEqual(['no-application-ack']);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('sees a server that terminates, on %s', async (version) => {
    const recordings = await recordAll(await wsServer((socket) => socket.terminate(), version));
    const { good, habits } = adviseServer(recordings);
    expect(good).toEqual([]);
    expect(habits.map(({ habit }) => habit)).toEqual([
      'fin-behind-answer',
      'reset-by-unread',
      'no-close-frame',
      'no-close-notify',
      'no-application-ack',
    ]);
    expect(habits[0]?.seen).toContain('found the answer and the FIN queued together');
    expect(habits[3]?.clauses).toEqual([version === 'TLSv1.3' ? 'RFC 8446 §6.1' : 'RFC 5246 §7.2.1']);
    const [slow] = recordings.filter(({ mode }) => mode === 'slow');
    expect(describeRecordings(slow === undefined ? [] : [slow])[0]?.text).toContain(
      'unread in the socket: all of it, with the FIN, answer (1,026 B)',
    );
  });

  test('closes of its own accord where the server stays, and answers its Pings', async () => {
    const url = await wsServer((socket) => socket.ping('?'));
    const recording = await record(url, 'prompt');
    expect(recording.endedByClient).toBe(true);
    expect(shape(recording)).toEqual([
      'sent offer',
      'message',
      'ping',
      'sent pong',
      'sent close',
      'close',
      'close-notify',
      'sent close-notify',
      'fin',
      'sent fin',
    ]);
  });

  test('sees a reset as a reset, also right behind data', async () => {
    const server = createTcp({ pauseOnConnect: true }, (raw) => {
      const { leafPem, leafKeyPem } = certificates;
      const tls = new TLSSocket(raw, {
        isServer: true,
        secureContext: createSecureContext({ cert: leafPem, key: leafKeyPem }),
      });
      const reply =
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ';
      raw.on('error', () => undefined);
      tls.on('error', () => undefined);
      tls.once('data', (head: Buffer) => {
        const key = /sec-websocket-key: (\S+)/i.exec(head.toString())?.[1] ?? '';
        tls.write(`${reply}${acceptFor(key)}\r\n\r\n`);
        tls.once('data', () => tls.write(Buffer.from('81024869', 'hex'), () => raw.resetAndDestroy()));
      });
      raw.resume();
    });
    const url = new URL(`wss://localhost:${await portOf(server)}/`);
    expect(shape(await record(url, 'prompt'))).toEqual(['sent offer', 'message', 'reset']);
    expect(adviseServer([await record(url, 'no-echo')]).habits.map(({ habit }) => habit)).toContain('reset-for-fin');
  });
});

describe('what cannot be recorded', () => {
  test.each([
    ['signaling', 'is no URL'],
    ['https://localhost/', 'begins with wss: or ws:'],
    ['wss://localhost/#x', 'leave out the fragment'],
  ])('the URL %s', (word, why) => {
    expect(() => parseServerUrl(word)).toThrow(why);
  });

  test('a certificate that is not trusted', async () => {
    const { caPem } = await makeCertificates(new Date());
    const url = await wsServer(() => undefined);
    await expect(record(url, 'prompt', caPem)).rejects.toThrow(/certificate is not trusted .* by `--ca FILE`/);
  });

  test('a port where nothing listens', async () => {
    const server = createTcp();
    const port = await portOf(server);
    await new Promise((resolve) => open.pop()?.close(resolve));
    await expect(record(new URL(`ws://127.0.0.1:${port}/`), 'prompt')).rejects.toThrow('nothing listens there');
  });

  test('a port that does not speak TLS, and a server that is no WebSocket', async () => {
    const server = createTcp((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'));
    });
    const port = await portOf(server);
    await expect(record(new URL(`wss://localhost:${port}/`), 'prompt')).rejects.toThrow('does not speak TLS');
    await expect(record(new URL(`ws://localhost:${port}/x`), 'prompt')).rejects.toThrow(
      /localhost:\d+\/x let no WebSocket be opened: it answered 404 Not Found/,
    );
  });

  test('a server that hangs up before it replies', async () => {
    const server = createTcp((socket) => socket.end());
    const port = await portOf(server);
    await expect(record(new URL(`ws://localhost:${port}/`), 'prompt')).rejects.toThrow('hung up before it replied');
  });
});
