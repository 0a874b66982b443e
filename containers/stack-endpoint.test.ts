/** What a run hears of a real server that takes its orders; no container. */
import { serverCases } from '../kit/cases/server';
import type { EndpointSignal } from '../kit/core/endpoint';
import { expand } from '../kit/core/expand';
import type { StartedStackContainer } from './stack-container';
import type { StackEvent, StackOrder } from './stack-control';
import { stackEndpoint } from './stack-endpoint';
import { findStack } from './stacks';

const [kase] = serverCases;
const [part] = kase?.parts ?? [];

/** An endpoint, and what its server was told. */
function start() {
  const told: string[] = [];
  let hear: (event: StackEvent) => void = () => undefined;
  const container = {
    path: 'bridge',
    caPem: '',
    stack: findStack('ws-terminate'),
    address: () => ({ host: '127.0.0.1', port: 9 }),
    control: {
      onEvent: (listener: typeof hear) => {
        hear = listener;
      },
      onLost: () => undefined,
      prepare: ({ trial, hold }: StackOrder) => told.push(`prepare ${trial}${hold ? ', held' : ''}`),
      release: (trial: string) => told.push(`release ${trial}`),
      forget: (trial: string) => told.push(`forget ${trial}`),
    },
  } as unknown as StartedStackContainer;
  const endpoint = stackEndpoint({
    container,
    server: { name: 'ws-terminate', wire: [] },
    habits: {},
    close: () => Promise.resolve(),
  });
  const signals: EndpointSignal['signal'][] = [];
  endpoint.onSignal(({ signal }) => signals.push(signal));
  return { endpoint, told, signals, hear: (event: StackEvent) => hear(event) };
}

function order(trial: string) {
  if (kase === undefined || part === undefined) throw new TypeError('no case');
  const nonce = '0'.repeat(32);
  const { script, offer } = expand(kase, part, { nonce, transport: 'plain' });
  return { trial, target: 'client', transport: 'plain', script, offer, nonce, pid: undefined, marker: '' } as const;
}

const offer = (trial: string, port = 10): StackEvent => ({ event: 'offer', trial, address: '127.0.0.1', port });

test('a trial that is over is released first, and then forgotten', async () => {
  const { endpoint, told, hear, signals } = start();
  endpoint.prepare(order('t1'));
  hear(offer('t1'));
  expect(signals).toEqual(['request', 'arrival']);
  await endpoint.collect('t1');
  expect(told).toEqual(['prepare t1, held', 'release t1', 'forget t1']);
});

test('what a server says of trials that nobody knows is heard by nobody', async () => {
  const { endpoint, hear, signals } = start();
  for (const event of [offer('t2'), { event: 'talk', trial: 't2' }, { event: 'hung-up', trial: 't2' }] as const)
    hear(event);
  expect(signals).toEqual([]);
  expect(await endpoint.collect('t2')).toEqual({ connections: [], strays: [], stallMs: 0 });
});

test('a second offer of a trial begins nothing', async () => {
  const { endpoint, hear, signals } = start();
  endpoint.prepare(order('t3'));
  hear(offer('t3'));
  hear(offer('t3', 11));
  expect(signals).toEqual(['request', 'arrival']);
  const { connections } = await endpoint.collect('t3');
  expect(connections).toMatchObject([{ peer: { port: 10 } }]);
});
