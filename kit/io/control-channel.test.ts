import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { connectControl, serveControl, type Channel } from './control-channel';

const key = { token: 'a'.repeat(64), version: '1.2.3' };

/** A server, and the channel that it gives to the first who proves himself. */
async function serve() {
  let give: (channel: Channel) => void;
  const channel = new Promise<Channel>((resolve) => {
    give = resolve;
  });
  const server = await serveControl({ host: '127.0.0.1', port: 0 }, key, (each) => give(each));
  const { port } = server.address() as AddressInfo;
  return { port, channel, close: () => server.close() };
}

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

/** The first `count` messages. */
function heard(channel: Channel, count: number): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const messages: unknown[] = [];
    channel.listen(
      (message) => {
        messages.push(message);
        if (messages.length === count) resolve(messages);
      },
      (why) => reject(new Error(`ended: ${why ?? ''}`)),
    );
  });
}

describe('the control channel', () => {
  // The first order is longer than anything that is read before the proof, and may come in one read with the proof.
  it('carries what comes in one read with the proof', async () => {
    const { port, channel, close } = await serve();
    const long = 'x'.repeat(20_000);
    const socket = await proveByHand(port, `${JSON.stringify({ long })}\n`);
    expect(await heard(await channel, 1)).toEqual([{ long }]);
    socket.destroy();
    close();
  });

  it('carries bytes as bytes, in order', async () => {
    const { port, channel, close } = await serve();
    const run = await connectControl({ host: '127.0.0.1', port }, key);
    run.say({ at: 1 });
    run.say({ bytes: Buffer.from('00ff', 'hex') });
    expect(await heard(await channel, 2)).toEqual([{ at: 1 }, { bytes: Buffer.from('00ff', 'hex') }]);
    run.end();
    close();
  });

  it('turns away who does not know the token', async () => {
    const { port, close } = await serve();
    const other = { ...key, token: 'b'.repeat(64) };
    await expect(connectControl({ host: '127.0.0.1', port }, other)).rejects.toThrow(/token|ended/);
    close();
  });

  it('says it where the version is another', async () => {
    const { port, close } = await serve();
    const other = { ...key, version: '1.2.4' };
    await expect(connectControl({ host: '127.0.0.1', port }, other)).rejects.toThrow('is of lastword 1.2.3');
    close();
  });

  it('ends a stranger who sends a line without end', async () => {
    const { port, close } = await serve();
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => undefined);
    socket.resume();
    socket.write('x'.repeat(2000));
    const [hadError] = await once(socket, 'close');
    expect(socket.destroyed).toBe(true);
    expect(typeof hadError).toBe('boolean');
    close();
  });
});
