import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { connectControl, ControlError, serveControl, type Channel, type ChannelKey } from './control-channel';

const key: ChannelKey = { token: 'a'.repeat(64), version: '1.2.3' };
const servers: Server[] = [];
const channels: Channel[] = [];

afterEach(() => {
  for (const channel of channels.splice(0)) channel.end();
  for (const server of servers.splice(0)) server.close();
});

async function serve(served: ChannelKey = key): Promise<{ port: number; channel: Promise<Channel> }> {
  let give: (channel: Channel) => void;
  const channel = new Promise<Channel>((resolve) => {
    give = resolve;
  });
  const server = await serveControl({ host: '127.0.0.1', port: 0 }, served, (each) => {
    channels.push(each);
    give(each);
  });
  servers.push(server);
  return { port: (server.address() as AddressInfo).port, channel };
}

async function dial(port: number, dialled: ChannelKey = key): Promise<Channel> {
  const channel = await connectControl({ host: '127.0.0.1', port }, dialled);
  channels.push(channel);
  return channel;
}

function nextOf(channel: Channel): Promise<unknown> {
  return new Promise((resolve) => channel.listen(resolve, () => undefined));
}

test('what one side says the other hears, bytes as bytes', async () => {
  const { port, channel } = await serve();
  const run = await dial(port);
  const heard = nextOf(await channel);
  run.say({
    op: 'prepare',
    parts: [{ bytes: Buffer.from([0, 255, 10]) }, { bytes: new Uint8Array([13]) }],
    text: 'a\nb',
  });
  expect(await heard).toEqual({
    op: 'prepare',
    parts: [{ bytes: Buffer.from([0, 255, 10]) }, { bytes: Buffer.from([13]) }],
    text: 'a\nb',
  });
});

/** Proves itself as a run does, and says more in the same write. */
async function proveByHand(port: number, more: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  const [greeting] = await once(createInterface({ input: socket }), 'line');
  const { nonce } = JSON.parse(String(greeting)) as { nonce: string };
  const own = '0'.repeat(32);
  const proof = createHmac('sha256', key.token).update(`run:${own}${nonce}`).digest('hex');
  socket.write(`${JSON.stringify({ lastword: key.version, nonce: own })}\n${JSON.stringify({ proof })}\n${more}`);
  return socket;
}

// The first order is longer than anything that is read before the proof, and may come in one read with the proof.
test('what comes in one read with the proof is carried', async () => {
  const { port, channel } = await serve();
  const long = 'x'.repeat(20_000);
  const socket = await proveByHand(port, `${JSON.stringify({ long })}\n`);
  expect(await nextOf(await channel)).toEqual({ long });
  socket.destroy();
});

test('lines that come before anybody listens are kept', async () => {
  const { port, channel } = await serve();
  const run = await dial(port);
  (await channel).say({ op: 'ready' });
  expect(await nextOf(run)).toEqual({ op: 'ready' });
});

test('a run with another token is turned away, and the endpoint waits for the right one', async () => {
  const { port } = await serve();
  await expect(dial(port, { ...key, token: 'b'.repeat(64) })).rejects.toThrow(ControlError);
  await expect(dial(port)).resolves.toBeDefined();
});

test('an endpoint that does not know the token is not believed', async () => {
  const { port } = await serve({ ...key, token: 'b'.repeat(64) });
  await expect(dial(port)).rejects.toThrow(ControlError);
});

test('another version is named, with what to do', async () => {
  const { port } = await serve({ ...key, version: '1.2.2' });
  await expect(dial(port)).rejects.toThrow(
    'the endpoint is of lastword "1.2.2", and this is 1.2.3: build its image again with `lastword image build`',
  );
});

test('a second controller is turned away', async () => {
  const { port, channel } = await serve();
  await dial(port);
  await channel;
  const second = await dial(port);
  const why = await new Promise((resolve) => second.listen(() => undefined, resolve));
  expect(why).toBeUndefined();
});

test.each([
  ['no JSON', 'GET / HTTP/1.1\r\n\r\n'],
  ['no greeting', '{"hello":1}\n'],
  ['a line without end', 'x'.repeat(5000)],
])('a stranger who says %s is cut off', async (_, text) => {
  const { port } = await serve();
  const stranger = connect({ host: '127.0.0.1', port });
  stranger.on('error', () => undefined).resume();
  stranger.write(text);
  await once(stranger, 'close');
  await expect(dial(port)).resolves.toBeDefined();
});

test('nobody there is an error that says so', async () => {
  const { port } = await serve();
  servers.pop()?.close();
  await expect(dial(port)).rejects.toThrow(/^no endpoint answers: /);
});

test('the end of one side is told to the other', async () => {
  const { port, channel } = await serve();
  const run = await dial(port);
  const ended = new Promise((resolve) => run.listen(() => undefined, resolve));
  (await channel).end();
  expect(await ended).toBeUndefined();
});
