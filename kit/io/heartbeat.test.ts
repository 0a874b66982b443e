import type { EndpointPort } from './endpoint-client';
import type { FromEndpoint } from './endpoint-messages';
import { withHeartbeat } from './heartbeat';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** An endpoint that answers as long as it lives. */
function endpoint(): { port: EndpointPort; asked: () => number; live: (alive: boolean) => void } {
  const listeners: ((message: FromEndpoint) => void)[] = [];
  let asked = 0;
  let isAlive = true;
  const port: EndpointPort = {
    say: () => {
      asked += 1;
      if (isAlive) for (const listener of listeners) listener({ op: 'clock', atNs: 1 });
    },
    listen: (onMessage) => void listeners.push(onMessage),
    ended: new Promise(() => undefined),
  };
  return {
    port,
    asked: () => asked,
    live: (alive) => {
      isAlive = alive;
    },
  };
}

test('an endpoint that answers is asked on and on', () => {
  const { port, asked } = endpoint();
  const failures: string[] = [];
  withHeartbeat(port, 'it').listen(
    () => undefined,
    (error) => failures.push(error.message),
  );
  jest.advanceTimersByTime(600_000);
  expect([asked(), failures]).toEqual([300, []]);
});

test('one that vanishes is told after half a minute, once, and counts as ended', async () => {
  const { port, live } = endpoint();
  const failures: string[] = [];
  const watched = withHeartbeat(port, 'the container');
  watched.listen(
    () => undefined,
    (error) => failures.push(error.message),
  );
  live(false);
  jest.advanceTimersByTime(28_000);
  expect(failures).toEqual([]);
  jest.advanceTimersByTime(60_000);
  expect(failures).toEqual(['the container has not answered for 30 s']);
  await watched.ended;
  // Whoever listens only now waits for nothing.
  watched.listen(
    () => undefined,
    (error) => failures.push(`late: ${error.message}`),
  );
  expect(failures.at(-1)).toBe('late: the container has not answered for 30 s');
});

test('a single word is enough', () => {
  const { port, live } = endpoint();
  const failures: string[] = [];
  withHeartbeat(port, 'it').listen(
    () => undefined,
    (error) => failures.push(error.message),
  );
  for (let round = 0; round < 5; round++) {
    live(false);
    jest.advanceTimersByTime(26_000);
    live(true);
    jest.advanceTimersByTime(2000);
  }
  expect(failures).toEqual([]);
});
