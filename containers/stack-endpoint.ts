/**
 * A real signaling server where a run expects its endpoint. It performs no script; the kit only holds its answer back
 * until the client stands still, and sees of the wire what the client's own socket shows.
 *
 * What is witnessed, and no more: the client's socket is found on this machine and in the client's own hands; while every
 * thread of the client is stopped, that socket holds at least the bytes of the whole answer, and the server's FIN behind
 * them, or all that the server is known to send without an echo. A reset that is seen before the thaw ends the trial
 * without a verdict: what it flushes is not the client's fault (RFC 9293 §3.10.7.4).
 */
import type { Transport } from '../kit/core/case';
import {
  EndpointGone,
  type ClientAnswer,
  type Collected,
  type Endpoint,
  type EndpointSignal,
  type ServerWords,
  type TrialOrder,
} from '../kit/core/endpoint';
import type { Connection } from '../kit/core/trial';
import { loadLibc } from '../kit/io/libc';
import { ClientManners } from './client-manners';
import { StackTrial, type StackHabit } from './stack-trial';
import { clientEnd } from './stack-control';
import type { StartedStackContainer } from './stack-container';

/** What was recorded of a server, by transport. */
export type StackHabits = Readonly<Partial<Record<Transport, StackHabit>>>;

export interface StackEndpointOptions {
  readonly container: StartedStackContainer;
  readonly server: ServerWords;
  readonly habits: StackHabits;
  readonly close: () => Promise<void>;
}

/** Makes an endpoint of a server that listens. */
export function stackEndpoint(options: StackEndpointOptions): Endpoint {
  const { container, server } = options;
  const trials = new Map<string, StackTrial>();
  const manners = new Map<string, ClientManners>();
  const mannersOf = (target: string): ClientManners => {
    const known = manners.get(target) ?? new ClientManners();
    manners.set(target, known);
    return known;
  };
  const listeners = new Set<(signal: EndpointSignal) => void>();
  const isDirect = container.path === 'bridge';
  let isClosing = false;
  const signal = (each: EndpointSignal): void => {
    for (const listener of listeners) listener(each);
  };
  container.control.onEvent((event) => {
    if (event.event === 'listening') return;
    const trial = trials.get(event.trial);
    if (event.event === 'offer') trial?.onOffer(clientEnd(event));
    else if (event.event === 'talk') trial?.onTalk();
    else trial?.onHungUp();
  });
  return {
    seesClients: false,
    address: (place, transport) => (place === 'host' ? container.address(transport) : undefined),
    caPem: container.caPem,
    witness: process.platform === 'linux' ? 'client-socket' : 'none',
    where: 'container',
    server,
    path: isDirect ? 'direct' : 'proxied',
    limits: [
      'a real server: no script, and no look at its side; the witness is the client’s own socket',
      ...(isDirect ? [] : ['its ports are published: a client’s socket cannot be told there, so none is accused']),
      ...(loadLibc() === undefined ? ['no FFI: the client’s socket is looked for in /proc, which is slow'] : []),
    ],
    exactSegments: true,
    onSignal: (listener) => void listeners.add(listener),
    onGone: (listener) => {
      container.control.onLost((error) => {
        if (!isClosing) listener(new EndpointGone(error.message));
      });
    },
    prepare: (order: TrialOrder) => {
      const { transport } = order;
      const habit = options.habits[transport];
      const address = container.address(transport);
      const own = { address: address.host, port: address.port };
      const { control, stack } = container;
      const trial = new StackTrial({
        order,
        own,
        control,
        hangUp: stack.hangUp,
        habit,
        manners: mannersOf(order.target),
        signal,
      });
      trials.set(order.trial, trial);
      trial.prepare();
    },
    answer: (answer: ClientAnswer) => trials.get(answer.trial)?.answer(answer),
    peek: (name: string): Promise<Collected> => Promise.resolve(collected(trials.get(name)?.look())),
    collect: (name: string): Promise<Collected> => {
      const trial = trials.get(name);
      trials.delete(name);
      // It may still have to release what is forgotten then.
      const seen = collected(trial?.collect());
      container.control.forget(name);
      return Promise.resolve(seen);
    },
    capture: (): Promise<readonly Connection['capture'][]> => Promise.resolve([]),
    close: () => {
      isClosing = true;
      return options.close();
    },
  };
}

function collected(connection: Connection | undefined): Collected {
  return { connections: connection === undefined ? [] : [connection], strays: [], stallMs: 0 };
}
