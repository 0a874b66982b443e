import { nowNs } from './clock';
import type { EndpointPort } from './endpoint-client';
import type { FromEndpoint } from './endpoint-messages';
import { inOurClock, measureClock, shifted } from './foreign-clock';

/** An endpoint whose clock is off by `offNs`. */
function clockAt(offNs: number): { port: EndpointPort; emit: (message: FromEndpoint) => void } {
  const listeners: ((message: FromEndpoint) => void)[] = [];
  const emit = (message: FromEndpoint): void => {
    for (const listener of listeners) listener(message);
  };
  const port: EndpointPort = {
    say: () => setImmediate(() => emit({ op: 'clock', atNs: nowNs() + offNs })),
    listen: (onMessage) => void listeners.push(onMessage),
    ended: Promise.resolve(),
  };
  return { port, emit };
}

test('under one kernel there is one clock', async () => {
  expect(await measureClock(clockAt(0).port)).toEqual({ ns: 0, uncertaintyNs: 0 });
});

test('another kernel’s clock is measured', async () => {
  const offset = await measureClock(clockAt(5e9).port);
  expect(Math.abs(offset.ns + 5e9)).toBeLessThan(offset.uncertaintyNs + 1e5);
});

test('an endpoint that is gone is told', async () => {
  const port: EndpointPort = {
    say: () => undefined,
    listen: (_, onFailure) => setImmediate(() => onFailure(new Error('gone'))),
    ended: Promise.resolve(),
  };
  await expect(measureClock(port)).rejects.toThrow('gone');
});

test('all times of the endpoint are shifted, and no others', () => {
  const value = {
    atNs: 5,
    events: [{ atNs: 7, kind: 'offer' }],
    freezes: [{ frozenAtNs: 9 }],
    n: 1,
    bytes: Buffer.of(1),
  };
  expect(shifted(value, 100)).toEqual({
    atNs: 105,
    events: [{ atNs: 107, kind: 'offer' }],
    freezes: [{ frozenAtNs: 9 }],
    n: 1,
    bytes: Buffer.of(1),
  });
});

test('a port in our clock tells signals in it', () => {
  const { port, emit } = clockAt(0);
  const heard: FromEndpoint[] = [];
  inOurClock(port, { ns: -50, uncertaintyNs: 1 }).listen(
    (message) => heard.push(message),
    () => undefined,
  );
  emit({ op: 'signal', signal: { signal: 'request', trial: 't1', atNs: 80 } });
  expect(heard).toEqual([{ op: 'signal', signal: { signal: 'request', trial: 't1', atNs: 30 } }]);
});
