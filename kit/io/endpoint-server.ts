/** The listeners of one endpoint, and who is expected at them: from a TCP connection to a trial that is played. */
import { createServer, type Server, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { transports, type Transport } from '../core/case';
import type { ClientAnswer, Collected, EndpointSignal, TrialOrder } from '../core/endpoint';
import { isUpgrade, parseRequestHead, type RequestHead } from '../core/handshake';
import { quoteText } from '../core/timeline-text';
import { alertName } from '../core/tls-alert';
import { CONTENT, type OpenedRecord } from '../core/tls-record';
import type { Connection, Stray } from '../core/trial';
import type { Leaf } from './certificates';
import type { ListenPlan } from './endpoint-messages';
import { nowNs, StallMonitor } from './clock';
import { ScriptedConnection } from './connection';
import { RawLog } from './raw-log';
import { kernelView } from './kernel-view';
import { loadLibc } from './libc';
import { locatePath } from './peer-socket';
import { acceptSecure, HandshakeError, makeSecureContext, type SecureChannel } from './tls-tap';

/** Time for a TLS handshake and a request head, in ms. */
const arrivalMs = 30_000;
const maxConnections = 16;
const maxStrays = 500;
/** Trials whose raw bytes are remembered after they were collected. */
const maxRemembered = 48;
/** Time for a request that came before its trial was announced, in ms. */
const parkedMs = 5000;

interface Expected {
  readonly order: TrialOrder;
  readonly preparedNs: number;
  readonly connections: ScriptedConnection[];
}

/** A connection on its way to its trial. */
interface Arrival {
  readonly transport: Transport;
  readonly socket: Socket;
  readonly raw: RawLog;
  bytesRead: number;
}

export class EndpointServer {
  private readonly trials = new Map<string, Expected>();
  private readonly collected = new Map<string, readonly ScriptedConnection[]>();
  /** Requests that overtook the order of their trial. */
  private readonly parked = new Map<string, (() => void)[]>();
  private readonly strays: Stray[] = [];
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly stalls = new StallMonitor();

  constructor(
    private readonly plan: ListenPlan,
    private readonly signal: (signal: EndpointSignal) => void,
  ) {}

  /** Listens for each transport, on both families at one port. */
  async listen(): Promise<Readonly<Record<Transport, number>>> {
    const ports = { tls12: 0, tls13: 0, plain: 0 };
    for (const transport of transports) {
      if (this.plan.ports === 'loopback') ports[transport] = await this.listenOnLoopback(transport);
      else ports[transport] = await this.listenEverywhere(transport, this.plan.ports[transport]);
    }
    return ports;
  }

  prepare(order: TrialOrder): void {
    this.trials.set(order.trial, { order, preparedNs: nowNs(), connections: [] });
    const waiting = this.parked.get(order.trial) ?? [];
    this.parked.delete(order.trial);
    for (const go of waiting) go();
  }

  answer(answer: ClientAnswer): void {
    this.trials.get(answer.trial)?.connections[0]?.answer(answer);
  }

  collect(trial: string): Collected {
    const expected = this.trials.get(trial);
    if (expected === undefined) return { connections: [], strays: [], stallMs: 0 };
    this.trials.delete(trial);
    const connections = expected.connections.map((each) => each.collect());
    this.remember(trial, expected.connections);
    const { order, preparedNs } = expected;
    const strays = this.strays.filter((each) => each.atNs >= preparedNs && each.transport === order.transport);
    const { longestGapNs } = this.stalls.worst(preparedNs, nowNs());
    return { connections, strays: strays.slice(-8), stallMs: longestGapNs / 1e6 };
  }

  peek(trial: string): Collected {
    const expected = this.trials.get(trial);
    if (expected === undefined) return { connections: [], strays: [], stallMs: 0 };
    const { longestGapNs } = this.stalls.worst(expected.preparedNs, nowNs());
    return { connections: expected.connections.map((each) => each.peek()), strays: [], stallMs: longestGapNs / 1e6 };
  }

  capture(trial: string): readonly Connection['capture'][] {
    const connections = this.collected.get(trial) ?? this.trials.get(trial)?.connections ?? [];
    return connections.map((connection) => connection.capture());
  }

  async close(): Promise<void> {
    for (const trial of this.trials.keys()) this.collect(trial);
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((server) => new Promise((resolve) => server.close(resolve))));
    this.stalls[Symbol.dispose]();
  }

  private remember(trial: string, connections: readonly ScriptedConnection[]): void {
    this.collected.set(trial, connections);
    const [oldest] = this.collected.keys();
    if (this.collected.size > maxRemembered && oldest !== undefined) this.collected.delete(oldest);
  }

  private async listenEverywhere(transport: Transport, port: number): Promise<number> {
    const accept = this.acceptor(transport);
    // Where the machine has no IPv6 there is IPv4 alone.
    const server = await open(accept, '::', port).catch(() => open(accept, '0.0.0.0', port));
    this.servers.push(server);
    return portOf(server);
  }

  private async listenOnLoopback(transport: Transport): Promise<number> {
    const accept = this.acceptor(transport);
    for (let attempt = 0; attempt < 50; attempt++) {
      const four = await open(accept, '127.0.0.1', 0);
      const port = portOf(four);
      // Some clients try ::1 first; where the machine has no IPv6 there is nothing to listen on.
      const six = await open(accept, '::1', port).catch((error: NodeJS.ErrnoException) => error.code);
      if (six === 'EADDRINUSE') {
        await new Promise((resolve) => four.close(resolve));
        continue;
      }
      this.servers.push(four, ...(typeof six === 'object' ? [six] : []));
      return port;
    }
    throw new Error('no port is free on both loopback families');
  }

  private contextsFor(transport: Transport) {
    if (transport === 'plain') return undefined;
    const { certificates } = this.plan;
    const version = transport === 'tls12' ? ('TLSv1.2' as const) : ('TLSv1.3' as const);
    const contextOf = ({ leafPem, leafKeyPem }: Leaf): SecureContext =>
      makeSecureContext({ certificatePem: leafPem, keyPem: leafKeyPem, version });
    const named = contextOf(certificates);
    if (certificates.byAddress === undefined) return { secureContext: named };
    return { secureContext: contextOf(certificates.byAddress), namedContext: named };
  }

  private acceptor(transport: Transport): (socket: Socket) => void {
    const contexts = this.contextsFor(transport);
    return (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
      const arrival: Arrival = { transport, socket, raw: new RawLog(), bytesRead: 0 };
      if (contexts === undefined) {
        this.awaitHead(arrival, undefined);
        return;
      }
      const onRaw = (dir: 'in' | 'out', bytes: Buffer, atNs: number): void => {
        if (dir === 'in') arrival.bytesRead += bytes.length;
        arrival.raw.add(dir, bytes, atNs);
      };
      const late = setTimeout(() => socket.destroy(), arrivalMs);
      acceptSecure({ socket, ...contexts, onRaw }).then(
        (channel) => {
          clearTimeout(late);
          this.awaitHead(arrival, channel);
        },
        (error: unknown) => {
          clearTimeout(late);
          this.stray(transport, describeFailure(error));
          socket.destroy();
        },
      );
    };
  }

  /** Gathers the request's head; what comes behind it already belongs to the connection. */
  private awaitHead(arrival: Arrival, channel: SecureChannel | undefined): void {
    const { socket, raw, transport } = arrival;
    let head: Buffer = Buffer.alloc(0);
    let connection: ScriptedConnection | undefined;
    let isParked = false;
    const late = setTimeout(() => socket.destroy(), arrivalMs);
    const take = (bytes: Uint8Array): void => {
      head = Buffer.concat([head, bytes]);
      const parsed = isParked ? undefined : parseRequestHead(head);
      if (parsed === undefined) return;
      clearTimeout(late);
      isParked = true;
      this.whenAnnounced(parsed, () => {
        isParked = false;
        connection = parsed === 'bad' ? undefined : this.admit(arrival, channel, parsed);
        connection?.begin();
        if (connection === undefined || parsed === 'bad') this.refuse(arrival, parsed);
        else if (head.length > parsed.bytes) connection.readEarly(head.subarray(parsed.bytes));
      });
    };
    const takeRecords = (records: readonly OpenedRecord[]): void => {
      for (const [at, record] of records.entries()) {
        if (connection !== undefined) return connection.hearRecords(records.slice(at));
        if (record.kind === 'record' && record.contentType === CONTENT.applicationData) take(record.plaintext);
      }
      return undefined;
    };
    socket.on('data', (bytes: Buffer) => {
      if (connection !== undefined) return connection.read(bytes);
      arrival.bytesRead += bytes.length;
      raw.add('in', bytes, nowNs());
      return channel === undefined ? take(bytes) : takeRecords(channel.open(bytes));
    });
    socket.once('end', () => {
      clearTimeout(late);
      if (connection !== undefined) return;
      this.stray(transport, 'a connection was closed that had asked for nothing');
      socket.destroy();
    });
    takeRecords(channel?.pendingRecords ?? []);
    socket.resume();
  }

  /** At once where the trial is known, or cannot be; else when it is announced, or after a while. */
  private whenAnnounced(head: RequestHead | 'bad', go: () => void): void {
    const trial = head === 'bad' ? undefined : trialOf(head);
    if (trial === undefined || this.trials.has(trial) || this.collected.has(trial)) {
      go();
      return;
    }
    const waiting = this.parked.get(trial) ?? [];
    const late = setTimeout(() => {
      this.parked.delete(trial);
      for (const each of waiting) each();
    }, parkedMs);
    waiting.push(() => {
      clearTimeout(late);
      go();
    });
    this.parked.set(trial, waiting);
  }

  private admit(
    arrival: Arrival,
    channel: SecureChannel | undefined,
    head: RequestHead,
  ): ScriptedConnection | undefined {
    const trial = trialOf(head);
    const expected = trial === undefined ? undefined : this.trials.get(trial);
    if (expected === undefined || !isUpgrade(head) || expected.connections.length >= maxConnections) return undefined;
    if (expected.order.transport !== arrival.transport) return undefined;
    const { order, connections } = expected;
    const kernel = kernelView(arrival.socket, loadLibc(), () => arrival.raw.bytesOut);
    const connection = new ScriptedConnection({
      socket: arrival.socket,
      channel,
      order,
      index: connections.length,
      head,
      kernel,
      path: this.plan.seesClients ? locatePath(kernel.peerRow(), order) : 'ask',
      raw: arrival.raw,
      bytesReadBefore: arrival.bytesRead,
      signal: connections.length === 0 ? this.signal : () => undefined,
    });
    connections.push(connection);
    this.signal({ signal: 'request', trial: order.trial, atNs: nowNs() });
    return connection;
  }

  private refuse(arrival: Arrival, head: RequestHead | 'bad'): void {
    const what = head === 'bad' ? 'no request that HTTP knows' : `a request for ${quoteText(head.path, 82)}`;
    this.stray(arrival.transport, `${what}, which no trial expects`);
    arrival.socket.destroy();
  }

  private stray(transport: Transport, what: string): void {
    this.strays.push({ atNs: nowNs(), transport, what });
    if (this.strays.length > maxStrays) this.strays.shift();
  }
}

/** The trial that a path names. */
function trialOf(head: RequestHead): string | undefined {
  // RFC 9112 §3.2.2: a server has to take the absolute form as well.
  return /^(?:(?:https?|wss?):\/\/[^/?#]*)?\/([\w-]{1,64})/i.exec(head.path)?.[1];
}

function describeFailure(error: unknown): string {
  if (!(error instanceof HandshakeError)) return `the TLS handshake failed: ${String(error).slice(0, 200)}`;
  const { failure } = error;
  switch (failure.kind) {
    case 'alert':
      return `the client ended the TLS handshake with the alert ${alertName(failure.description)}`;
    case 'fin':
    case 'rst':
      return `the client ended the TLS handshake with a ${failure.kind.toUpperCase()}`;
    case 'openssl':
    case 'closed':
      return `the TLS handshake failed: ${failure.message}`;
    default:
      throw new TypeError(`unknown failure ${String(failure satisfies never)}`);
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function open(accept: (socket: Socket) => void, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    // The client's FIN must not be answered for us, and nothing may be read before somebody listens.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
    server.once('error', reject);
    server.listen({ host, port, exclusive: true, backlog: 511, ipv6Only: host === '::1' }, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve(server);
    });
  });
}
