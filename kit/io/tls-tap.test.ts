import { once } from 'node:events';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { connect, createSecureContext, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls';
import { alert } from '../core/tls-alert';
import { CIPHER_SUITES, type TlsVersion } from '../core/tls-keys';
import { CONTENT, type OpenedRecord, splitRecords } from '../core/tls-record';
import { type Certificates, makeCertificates } from './certificates';
import { acceptSecure, HandshakeError, makeSecureContext, type SecureChannel } from './tls-tap';

interface Accepted {
  readonly socket: Socket;
  readonly channel: SecureChannel;
  readonly raw: { readonly direction: 'in' | 'out'; readonly bytes: Buffer }[];
}

let certificates: Certificates;
let server: Server;
let contexts: Record<TlsVersion, SecureContext>;
let waiting: ((socket: Socket) => void)[] = [];

beforeAll(async () => {
  certificates = await makeCertificates(new Date());
  const { leafPem: certificatePem, leafKeyPem: keyPem } = certificates;
  contexts = {
    'TLSv1.2': makeSecureContext({ certificatePem, keyPem, version: 'TLSv1.2' }),
    'TLSv1.3': makeSecureContext({ certificatePem, keyPem, version: 'TLSv1.3' }),
  };
  server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => waiting.shift()?.(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => server.close());
beforeEach(() => (waiting = []));

function port(): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

function dial(options: ConnectionOptions = {}): TLSSocket {
  return connect({ port: port(), host: '127.0.0.1', servername: 'localhost', ca: certificates.caPem, ...options });
}

async function accept(context: SecureContext): Promise<Accepted> {
  const socket = await new Promise<Socket>((resolve) => waiting.push(resolve));
  const raw: Accepted['raw'] = [];
  const channel = await acceptSecure({
    socket,
    secureContext: context,
    onRaw: (direction, bytes) => void raw.push({ direction, bytes }),
  });
  return { socket, channel, raw };
}

/** What the client sends, opened, until `isEnough`; `end` counts as a record of type -1. */
function listen({ socket, channel }: Accepted, isEnough: (text: string) => boolean): Promise<OpenedRecord[]> {
  const records = [...channel.pendingRecords];
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const texts = records.map((one) =>
        one.kind === 'record' && one.contentType === 23 ? one.plaintext.toString() : '',
      );
      if (isEnough(texts.join(''))) resolve(records);
    };
    socket.on('data', (bytes: Buffer) => {
      records.push(...channel.open(bytes));
      check();
    });
    socket.on('end', () => resolve(records));
    socket.on('close', () => reject(new Error('closed')));
    socket.resume();
    check();
  });
}

function received(client: TLSSocket): Promise<string> {
  const parts: Buffer[] = [];
  client.on('data', (bytes: Buffer) => parts.push(bytes));
  return once(client, 'end').then(() => Buffer.concat(parts).toString());
}

async function converse(
  version: TlsVersion,
  options: ConnectionOptions,
): Promise<Accepted & { readonly heard: string }> {
  const accepting = accept(contexts[version]);
  const client = dial(options);
  const hearing = received(client);
  client.write('hello from the client');
  const accepted = await accepting;
  const records = await listen(accepted, (text) => text === 'hello from the client');
  expect(records.every((one) => one.kind === 'record')).toBe(true);
  const { channel, socket } = accepted;
  const out = ['one ', 'two ', 'three'].map((text) => channel.sealer.seal(CONTENT.applicationData, Buffer.from(text)));
  socket.end(Buffer.concat([...out, channel.sealer.seal(CONTENT.alert, alert('warning', 'close_notify'))]));
  const heard = await hearing;
  client.destroy();
  socket.destroy();
  return { ...accepted, heard };
}

async function obtainSession(version: TlsVersion): Promise<Buffer> {
  const accepting = accept(contexts[version]);
  const client = dial();
  const session = new Promise<Buffer>((resolve) => client.once('session', resolve));
  client.resume();
  const { socket } = await accepting;
  const ticket = await session;
  client.destroy();
  socket.destroy();
  return ticket;
}

describe.each(CIPHER_SUITES.map((suite) => [suite.opensslName, suite] as const))('%s', (_name, suite) => {
  it('is read by an OpenSSL client, and its client by us', async () => {
    const only = { minVersion: suite.version, maxVersion: suite.version, ciphers: suite.opensslName };
    const { channel, heard } = await converse(suite.version, only);
    expect(heard).toBe('one two three');
    expect(channel).toMatchObject({ version: suite.version, cipher: { name: suite.name }, serverName: 'localhost' });
  });
});

describe('an OpenSSL client of TLS 1.3', () => {
  it('reads padded and empty records and follows a KeyUpdate, and we follow its own', async () => {
    const accepting = accept(contexts['TLSv1.3']);
    const client = dial();
    const hearing = received(client);
    const accepted = await accepting;
    const { sealer } = accepted.channel;
    const [data, handshake] = [CONTENT.applicationData, CONTENT.handshake];
    const before = [sealer.seal(data, Buffer.from('padded, '), 1000), sealer.seal(data, Buffer.alloc(0))];
    // RFC 8446 §4.6.3: update_requested, so the client updates its own keys before it next writes.
    const update = sealer.seal(handshake, Buffer.from('1800000101', 'hex'));
    sealer.update();
    accepted.socket.write(Buffer.concat([...before, update, sealer.seal(data, Buffer.from('updated'))]));
    client.on('data', (bytes: Buffer) => {
      // It comes under the keys after the KeyUpdate, so the client has seen that.
      if (bytes.toString().endsWith('updated')) client.write('after its KeyUpdate');
    });
    const records = await listen(accepted, (text) => text === 'after its KeyUpdate');
    expect(records.map((one) => [one.kind, one.contentType])).toEqual([
      ['record', handshake],
      ['record', data],
    ]);
    accepted.socket.end(sealer.seal(CONTENT.alert, alert('warning', 'close_notify')));
    expect(await hearing).toBe('padded, updated');
    client.destroy();
  });
});

describe('the handover', () => {
  it('sends both tickets of TLS 1.3 before it, and counts them', async () => {
    const { channel, raw } = await converse('TLSv1.3', {});
    expect(channel.sentTickets.map((ticket) => ticket[0])).toEqual([4, 4]);
    expect(channel.sealer.sequence).toBe(2 + 4);
    const lastFlight = raw.findLast(({ direction }) => direction === 'out');
    expect(splitRecords(lastFlight?.bytes ?? Buffer.alloc(0)).records).toHaveLength(2);
    expect(channel.secrets.map((line) => line.split(' ')[0])).toEqual([
      'SERVER_HANDSHAKE_TRAFFIC_SECRET',
      'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
      'EXPORTER_SECRET',
      'SERVER_TRAFFIC_SECRET_0',
      'CLIENT_TRAFFIC_SECRET_0',
    ]);
  });

  it('stands at 1 in TLS 1.2, behind Finished', async () => {
    const { channel } = await converse('TLSv1.2', {});
    expect(channel.sentTickets).toEqual([]);
    expect(channel.sealer.sequence).toBe(1 + 4);
    expect(channel.secrets.map((line) => line.split(' ')[0])).toEqual(['CLIENT_RANDOM']);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is exact when a session is resumed in %s', async (version) => {
    const { heard, channel } = await converse(version, { session: await obtainSession(version) });
    expect(heard).toBe('one two three');
    // OpenSSL renews no ticket that is still fresh.
    expect(channel.sentTickets).toEqual([]);
    expect(channel.sealer.sequence).toBe(version === 'TLSv1.2' ? 5 : 4);
  });

  it('is exact after a HelloRetryRequest', async () => {
    const { leafPem: cert, leafKeyPem: key } = certificates;
    const accepting = accept(createSecureContext({ cert, key, minVersion: 'TLSv1.3', ecdhCurve: 'P-384' }));
    const client = dial({ ecdhCurve: 'P-256:P-384' });
    const hearing = received(client);
    const { socket, channel } = await accepting;
    socket.end(channel.sealer.seal(CONTENT.applicationData, Buffer.from('after the retry')));
    expect(await hearing).toBe('after the retry');
    client.destroy();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('holds over 500 connections of %s in sequence', async (version) => {
    for (let round = 0; round < 500; round += 1) {
      const { heard, channel } = await converse(version, {});
      expect([heard, channel.sealer.sequence]).toEqual(['one two three', version === 'TLSv1.2' ? 5 : 6]);
    }
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'loses nothing that came in one read with Finished in %s',
    async (version) => {
      // TLS 1.2: only in a resumed session the client's Finished is the last of the handshake.
      const session = version === 'TLSv1.2' ? { session: await obtainSession(version) } : {};
      const accepting = accept(contexts[version]);
      // Its second flight is held together: Finished, data, close_notify and FIN come in one read.
      const relay = await startRelay({
        near: (index, bytes) => (index === 0 ? bytes : 'hold'),
        far: (_index, bytes) => bytes,
      });
      const client = dial({ port: relay.port, ...session });
      client.write('one flight with Finished');
      client.end();
      const accepted = await accepting;
      const records = await listen(accepted, () => false);
      expect(records.map((one) => (one.kind === 'record' ? [one.contentType, one.plaintext.toString()] : one))).toEqual(
        [
          [23, 'one flight with Finished'],
          [21, '\u0001\u0000'],
        ],
      );
      accepted.socket.destroy();
      client.destroy();
      relay.close();
    },
  );
});

describe('ALPN', () => {
  it.each([
    [['http/1.1'], 'http/1.1', 'http/1.1'],
    [['h2', 'http/1.1'], 'http/1.1', 'http/1.1'],
    [['h2'], undefined, false],
    [undefined, undefined, false],
  ] as const)('of %p is answered with %p', async (offered, chosen, seen) => {
    const accepting = accept(contexts['TLSv1.3']);
    const client = dial(offered === undefined ? {} : { ALPNProtocols: [...offered] });
    await once(client, 'secureConnect');
    const { channel, socket } = await accepting;
    expect([channel.alpn, client.alpnProtocol]).toEqual([chosen, seen]);
    client.destroy();
    socket.destroy();
  });
});

describe('a handshake that fails', () => {
  async function failure(context: SecureContext, act: () => Socket): Promise<HandshakeError> {
    const accepting = accept(context);
    const client = act();
    client.on('error', () => undefined);
    client.resume();
    const error = await accepting.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    client.destroy();
    if (!(error instanceof HandshakeError)) throw new Error('it did not fail');
    return error;
  }
  const tcp = (bytes: Buffer | string, then: (client: Socket) => void = () => undefined): Socket => {
    const client = connectTcp(port(), '127.0.0.1');
    client.write(bytes, () => then(client));
    return client;
  };

  it.each([
    ['TLSv1.2', 'decrypt_error'],
    ['TLSv1.3', 'bad_record_mac'],
  ] as const)('tells the alert of a client of %s that got a broken flight: %s', async (version, name) => {
    const accepting = accept(contexts[version]);
    const relay = await startRelay({ near: (_index, bytes) => bytes, far: breakFlight });
    const client = dial({ port: relay.port });
    client.on('error', () => undefined);
    const error = await accepting.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({ failure: { kind: 'alert', level: 2, name }, hello: { serverName: 'localhost' } });
    relay.close();
  });

  it('tells what OpenSSL refused: no common version', async () => {
    const error = await failure(contexts['TLSv1.3'], () => dial({ maxVersion: 'TLSv1.2' }));
    expect(error.failure).toEqual({ kind: 'openssl', message: expect.stringContaining('unsupported protocol') });
  });

  it('tells what OpenSSL refused: plain HTTP', async () => {
    const error = await failure(contexts['TLSv1.3'], () => tcp('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    expect(error.failure).toEqual({ kind: 'openssl', message: expect.stringContaining('http request') });
  });

  it('tells a FIN before the hello was whole', async () => {
    const error = await failure(contexts['TLSv1.3'], () =>
      tcp(Buffer.from('1603010200', 'hex'), (client) => client.end()),
    );
    expect(error.failure).toEqual({ kind: 'fin' });
  });

  it.each([1, 517])('tells a reset behind %d bytes', async (lengthBytes) => {
    const bytes = Buffer.alloc(lengthBytes);
    bytes.write('160301ffff'.slice(0, 2 * lengthBytes), 'hex');
    const error = await failure(contexts['TLSv1.3'], () => tcp(bytes, (client) => client.resetAndDestroy()));
    expect(error.failure).toEqual({ kind: 'rst' });
  });

  it('tells an alert in clear', async () => {
    const error = await failure(contexts['TLSv1.3'], () => tcp(Buffer.from('15030300020228', 'hex')));
    expect(error.failure.kind).toBe('openssl');
  });

  it('tells that we closed the socket ourselves', async () => {
    const arrived = new Promise<Socket>((resolve) => waiting.push(resolve));
    const client = tcp('');
    const socket = await arrived;
    const accepting = acceptSecure({ socket, secureContext: contexts['TLSv1.3'] });
    socket.destroy();
    await expect(accepting).rejects.toMatchObject({ failure: { kind: 'closed' } });
    client.destroy();
  });
});

interface Relay {
  readonly port: number;
  close(): void;
}

/** Stands between client and server; each direction's reads, numbered from 0, may be changed or held until its end. */
async function startRelay(change: {
  readonly near: (index: number, bytes: Buffer) => Buffer | 'hold';
  readonly far: (index: number, bytes: Buffer) => Buffer | 'hold';
}): Promise<Relay> {
  const sockets: Socket[] = [];
  const relay = createServer({ allowHalfOpen: true }, (near) => {
    const far = connectTcp({ port: port(), host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(near, far);
    pass(near, far, change.near);
    pass(far, near, change.far);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const address = relay.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  const close = (): void => {
    relay.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: address.port, close };
}

function pass(from: Socket, to: Socket, change: (index: number, bytes: Buffer) => Buffer | 'hold'): void {
  const held: Buffer[] = [];
  let index = 0;
  from.on('data', (bytes: Buffer) => {
    const changed = change(index, bytes);
    index += 1;
    if (changed === 'hold') held.push(bytes);
    else to.write(changed);
  });
  from.on('end', () => to.end(Buffer.concat(held)));
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}

/** Changes a byte near the end of the first flight: in TLS 1.2 of the signature, in TLS 1.3 of the encrypted Finished. */
function breakFlight(index: number, bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  if (index === 0) changed.writeUInt8(changed.readUInt8(changed.length - 20) ^ 1, changed.length - 20);
  return changed;
}
