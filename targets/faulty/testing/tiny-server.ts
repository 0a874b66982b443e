/** A WebSocket server of a few lines, on TLS or plain, that lets a test write frames and end TCP as it likes. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureVersion } from 'node:tls';
import { buildFrame, closeBody, FrameParser, opcodes } from '../../../kit/core/frame';
import { buildResponse, parseRequestHead } from '../../../kit/core/handshake';
import type { Certificates } from '../../../kit/io/certificates';

export const text = (payload: string): Buffer => buildFrame({ opcode: opcodes.text, payload: Buffer.from(payload) });
export const ping = (payload: string): Buffer => buildFrame({ opcode: opcodes.ping, payload: Buffer.from(payload) });
export const closeFrame = (code?: number, reason?: string): Buffer =>
  buildFrame({ opcode: opcodes.close, payload: closeBody(code, reason) });

/** One client, after its opening handshake. */
export interface Peer {
  /** Everything in one write. */
  send(...frames: readonly Buffer[]): void;
  /** The next frame of the client. */
  next(): Promise<{ readonly opcode: number; readonly payload: Buffer }>;
  /** close_notify, where there is TLS, and FIN. */
  end(): void;
  /** FIN alone. */
  fin(): void;
  readonly raw: Socket;
}

export interface TinyServer {
  readonly url: string;
  /** Clients so far. */
  readonly peers: readonly Peer[];
  close(): Promise<void>;
}

/** Listens on loopback; `serve` is called for each client after the 101. */
export async function listen(options: {
  readonly certificates: Certificates;
  readonly version: SecureVersion | 'plain';
  /** Behind the 101, in one write. */
  readonly greeting?: Buffer;
  readonly serve: (peer: Peer) => void | Promise<void>;
}): Promise<TinyServer> {
  const peers: Peer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (raw) => {
    sockets.add(raw);
    raw.on('error', () => undefined);
    const stream = options.version === 'plain' ? raw : secureServer(raw, options.certificates, options.version);
    answer(stream, raw, options.greeting ?? Buffer.alloc(0)).then(
      (peer) => {
        peers.push(peer);
        return options.serve(peer);
      },
      () => raw.destroy(),
    );
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    url: `${options.version === 'plain' ? 'ws' : 'wss'}://localhost:${portOf(server)}/t`,
    peers,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function secureServer(raw: Socket, { leafPem, leafKeyPem }: Certificates, version: SecureVersion): TLSSocket {
  const secureContext = createSecureContext({
    cert: leafPem,
    key: leafKeyPem,
    minVersion: version,
    maxVersion: version,
  });
  const stream = new TLSSocket(raw, { isServer: true, secureContext });
  stream.on('error', () => undefined);
  return stream;
}

function answer(stream: Socket, raw: Socket, greeting: Buffer): Promise<Peer> {
  return new Promise((resolve, reject) => {
    let head: Buffer = Buffer.alloc(0);
    stream.once('close', () => reject(new Error('closed before its request')));
    const onData = (bytes: Buffer): void => {
      head = Buffer.concat([head, bytes]);
      const request = parseRequestHead(head);
      if (request === undefined || request === 'bad') return;
      stream.off('data', onData);
      stream.write(Buffer.concat([buildResponse(request), greeting]));
      resolve(peerOf(stream, raw, head.subarray(request.bytes)));
    };
    stream.on('data', onData);
  });
}

function peerOf(stream: Socket, raw: Socket, early: Buffer): Peer {
  const parser = new FrameParser();
  const frames: { readonly opcode: number; readonly payload: Buffer }[] = [];
  let wake: () => void = () => undefined;
  const onData = (bytes: Buffer): void => {
    for (const found of parser.push(bytes)) if (found.kind === 'frame') frames.push(found.frame);
    wake();
  };
  onData(early);
  stream.on('data', onData);
  return {
    raw,
    send: (...bytes) => void stream.write(Buffer.concat(bytes)),
    end: () => void stream.end(),
    fin: () => void raw.end(),
    next: async () => {
      for (;;) {
        const frame = frames.shift();
        if (frame !== undefined) return frame;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}
