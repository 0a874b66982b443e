/** A well-behaved `ws` server over TLS or plain TCP, for tests of adapters: each path has its handler. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createPlainServer, type IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecureVersion } from 'node:tls';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { RunCommand } from '../../kit/core/adapter-event';
import { makeCertificates } from '../../kit/io/certificates';

export type Handler = (socket: WebSocket, request: IncomingMessage) => void;

export interface PlainEndpoint {
  readonly caFile: string;
  readonly port: number;
  /** An order to connect here; `handler` serves it. */
  order(trial: string, handler: Handler, order?: Partial<RunCommand>): RunCommand;
  close(): Promise<void>;
}

/** Listens on localhost: by one version of TLS, or on plain `ws:`. */
export async function openPlainEndpoint(over: SecureVersion | 'plain' = 'TLSv1.3'): Promise<PlainEndpoint> {
  const tls = over === 'plain' ? undefined : over;
  const folder = await mkdtemp(join(tmpdir(), 'lastword-test-'));
  const caFile = join(folder, 'ca.pem');
  const { caPem, leafPem, leafKeyPem } = await makeCertificates(new Date());
  await writeFile(caFile, caPem);
  const server = tls
    ? createServer({ key: leafKeyPem, cert: leafPem, minVersion: tls, maxVersion: tls })
    : createPlainServer();
  const handlers = new Map<string, Handler>();
  const webSockets = new WebSocketServer({ server, perMessageDeflate: { threshold: 0 } });
  webSockets.on('connection', (socket, request) => handlers.get(request.url ?? '')?.(socket, request));
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  const { port } = address;
  return {
    caFile,
    port,
    order(trial, handler, order = {}) {
      handlers.set(`/${trial}`, handler);
      return {
        trial,
        url: `${tls ? 'wss' : 'ws'}://localhost:${port}/${trial}`,
        ...(tls ? { caFile } : {}),
        requires: [],
        subprotocols: [],
        deflate: false,
        reactions: [{ when: 'open', send: [{ text: `offer of ${trial}` }] }],
        deadlineMs: 15_000,
        ...order,
      };
    },
    async close() {
      for (const socket of webSockets.clients) socket.terminate();
      webSockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a message carried: text as a string, anything else as bytes. */
export function payloadOf(data: RawData, isBinary: boolean): string | Buffer {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);
  return isBinary ? bytes : bytes.toString();
}
