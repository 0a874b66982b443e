import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { nowNs } from './clock';
import { startTimer } from './fine-timer';

const elapsedOf = (ms: number): Promise<number> =>
  new Promise((resolve) => {
    const startedNs = nowNs();
    startTimer(ms, () => resolve((nowNs() - startedNs) / 1e6));
  });

describe('a fine timer', () => {
  it.each([0, 0.1, 0.5, 1, 3, 25])('runs no sooner than %p ms', async (ms) => {
    // Node may fire a timer of its own up to 1 ms early.
    expect(await elapsedOf(ms)).toBeGreaterThanOrEqual(ms < 20 ? ms : ms - 1);
  });

  it('keeps fractions apart, however busy the machine is', async () => {
    // The best of many: each is late by whatever else runs, and none is early.
    const best = async (ms: number): Promise<number> => {
      let least = Infinity;
      for (let at = 0; at < 50; at += 1) least = Math.min(least, await elapsedOf(ms));
      return least;
    };
    expect(await best(0.2)).toBeLessThan(0.7);
    expect(await best(2.5)).toBeLessThan(3);
  });

  it.each([0.5, 5, 30])('of %p ms that is cancelled does not run', async (ms) => {
    let hasRun = false;
    startTimer(ms, () => {
      hasRun = true;
    }).cancel();
    await elapsedOf(ms + 10);
    expect(hasRun).toBe(false);
  });
});

it.each([5, 30])('of %d ms lets what came while the loop stood still be heard first', async (ms) => {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on('data', () => heard.push('data')).on('error', () => undefined);
    client.write('x', () => {
      startTimer(ms, () => {
        heard.push('timer');
        client.destroy();
        server.close();
      });
      // The bytes are in the socket; nobody looks while this goes on.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * ms);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  await once(server, 'close');
  expect(heard).toEqual(['data', 'timer']);
});
