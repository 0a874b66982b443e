/** An endpoint that does what it is told, wherever it runs. */
import { existsSync } from 'node:fs';
import type { EndpointSignal } from '../core/endpoint';
import type { FromEndpoint, Ready, ToEndpoint } from './endpoint-messages';
import { nowNs } from './clock';
import { EndpointServer } from './endpoint-server';
import { loadLibc } from './libc';

export interface EndpointLoop {
  hear(message: ToEndpoint): void;
}

/**
 * @param say tells the run
 * @param onClosed called when nothing listens any more
 */
export function endpointLoop(say: (message: FromEndpoint) => void, onClosed: () => void): EndpointLoop {
  let server: EndpointServer | undefined;
  const listening = (): EndpointServer => {
    if (server === undefined) throw new TypeError('the endpoint was not told to listen');
    return server;
  };
  return {
    hear: (message) => {
      switch (message.op) {
        case 'listen':
          server = new EndpointServer(message.plan, (signal) => say({ op: 'signal', signal }));
          void listen(server).then(say);
          return;
        case 'prepare':
          listening().prepare(message.order);
          return;
        case 'answer':
          listening().answer(message.answer);
          return;
        case 'collect':
          say({ op: 'collected', id: message.id, collected: listening().collect(message.trial) });
          return;
        case 'peek':
          say({ op: 'collected', id: message.id, collected: listening().peek(message.trial) });
          return;
        case 'capture':
          say({ op: 'captured', id: message.id, captures: listening().capture(message.trial) });
          return;
        case 'clock':
          say({ op: 'clock', atNs: nowNs() });
          return;
        case 'close':
          void (server?.close() ?? Promise.resolve()).then(onClosed);
          return;
        default:
          throw new TypeError(`unknown message ${String(message satisfies never)}`);
      }
    },
  };
}

async function listen(server: EndpointServer): Promise<Ready> {
  const ports = await server.listen();
  const hasLibc = loadLibc() !== undefined;
  const witness = hasLibc ? 'tcp-info' : existsSync('/proc/net/tcp') ? 'proc-net-tcp' : 'none';
  return { op: 'ready', ports, witness, exactSegments: hasLibc };
}

/** Whether a kit that holds its own event loop with a frozen client has to go on. */
export function wakesHolder(signal: EndpointSignal): boolean {
  return signal.signal === 'thaw' || signal.signal === 'script-over';
}
