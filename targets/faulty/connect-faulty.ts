/** One connection of the faulty client: a socket, TLS where it is asked for, and the model client on top. */
import { connect as connectTcp, type Socket } from 'node:net';
import { ModelClient } from '../../kit/model/client';
import type { Host, ModelEvent } from '../../kit/model/host';
import type { Switches } from '../../kit/model/switches';
import type { Read, WakeUp } from '../../kit/model/wake-up';
import type { OpenedRecord } from '../../kit/core/tls-record';
import { CONTENT } from '../../kit/core/tls-record';
import { connectUnbuffered, watchArrivals, watchHangUps, type Arrived } from './arrivals';
import { secure, type SecureChannel } from './secure-channel';

/** An order of the kit, as the adapter kit hands it on. */
export interface Order {
  readonly url: string;
  /** PEM of the one CA to trust. */
  readonly ca?: string;
}

/** What the adapter kit wants to be told. */
export interface Handlers {
  open(protocol?: string): void;
  message(data: string | Uint8Array): void;
  error(error: unknown): void;
  close(how: { readonly code: number | null; readonly reason: string | null; readonly wasClean: boolean | null }): void;
  end(): void;
}

/** What the adapter kit does to a connection. */
export interface Connected {
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
}

export interface ConnectOptions {
  readonly order: Order;
  readonly on: Handlers;
  readonly switches: Switches;
  readonly random: () => number;
}

const mostReconnects = 1;

/** Opens a connection; events go to the handlers, in the order in which the client gives them. */
export function connectFaulty(options: ConnectOptions): Connected {
  const session = new Session(options, 0);
  return {
    send: (data) => session.newest.client.send(data),
    close: (code, reason) => session.newest.client.close(code, reason),
    terminate: () => session.terminate(),
  };
}

class Session {
  readonly client: ModelClient;
  readonly #socket: Socket;
  #channel: SecureChannel | undefined;
  #next: Session | undefined;

  constructor(
    private readonly options: ConnectOptions,
    private readonly index: number,
  ) {
    const { url, ca } = options.order;
    const { protocol, hostname, port, host, pathname, search } = new URL(url);
    const isTls = protocol === 'wss:';
    const { switches } = options;
    this.client = new ModelClient(this.#host(), {
      transport: isTls ? 'tls13' : 'plain',
      authority: host,
      path: pathname + search,
      switches,
    });
    const name = hostname.replace(/^\[|\]$/g, '');
    const to = { host: name, port: Number(port) || (isTls ? 443 : 80), allowHalfOpen: true };
    this.#socket = switches.hangUpFirst ? connectUnbuffered(to) : connectTcp(to);
    this.#socket.setNoDelay(true);
    const onFailure = (error: Error): void => this.#failToConnect(error);
    this.#socket.once('error', onFailure);
    this.#socket.once('connect', () => {
      this.#socket.off('error', onFailure);
      if (!isTls) this.#begin(undefined);
      else secure(this.#socket, { host: name, ca }).then((channel) => this.#begin(channel), onFailure);
    });
  }

  /** The connection that was made last. */
  get newest(): Session {
    return this.#next?.newest ?? this;
  }

  terminate(): void {
    this.#next?.terminate();
    this.#socket.destroy();
  }

  #begin(channel: SecureChannel | undefined): void {
    this.#channel = channel;
    const { switches } = this.options;
    if (switches.diesOnBrokenPipe) restoreSigpipe();
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.syscall === 'write' || error.code === 'EPIPE') this.client.writeFailed();
    });
    this.client.start();
    const onArrived = (arrived: Arrived): void => this.client.wake(this.#wakeOf(arrived));
    if (channel !== undefined && channel.early.length > 0) {
      onArrived({ bytes: channel.early, fin: false, reset: false, unread: false });
    }
    if (switches.hangUpFirst) watchHangUps(this.#socket, onArrived);
    else watchArrivals(this.#socket, onArrived);
  }

  #wakeOf({ bytes, fin, reset, unread }: Arrived): WakeUp {
    const ends = { fin, reset, unread };
    if (this.#channel === undefined) {
      return { ...ends, closeNotify: false, reads: bytes.length > 0 ? [{ bytes, wireBytes: bytes.length }] : [] };
    }
    const records = this.#channel.open(bytes);
    const end = records.findIndex(isCloseNotify);
    // RFC 8446 §6.1: what comes behind close_notify is ignored.
    const reads = records.slice(0, end < 0 ? undefined : end).flatMap(readOf);
    return { ...ends, closeNotify: end >= 0, reads };
  }

  #failToConnect(error: Error): void {
    this.options.on.error(error);
    this.options.on.close({ code: 1006, reason: '', wasClean: false });
    this.#socket.destroy();
  }

  #host(): Host {
    return {
      emit: (event) => this.#emit(event),
      write: (bytes) => this.#write(this.#channel?.seal(bytes) ?? bytes),
      closeNotify: () => this.#write(this.#channel?.closeNotify() ?? Buffer.alloc(0)),
      end: () => void this.#socket.end(),
      reset: () => void this.#socket.resetAndDestroy(),
      // The socket and the orders keep the process alive; a timer alone must not.
      after: (ms, run) => void setTimeout(run, ms).unref(),
      nowMs: () => performance.now(),
      random: this.options.random,
      crash: (signal) => die(signal),
      exit: () => process.exit(0),
      reconnect: () => {
        if (this.index < mostReconnects) this.#next = new Session(this.options, this.index + 1);
      },
    };
  }

  #write(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#socket.destroyed) setImmediate(() => this.client.writeFailed());
    else this.#socket.write(bytes);
  }

  #emit(event: ModelEvent): void {
    const { on } = this.options;
    switch (event.kind) {
      case 'open':
        on.open('');
        return;
      case 'message':
        on.message(event.type === 'text' ? event.payload.toString('utf8') : event.payload);
        return;
      case 'error':
        on.error(event.message);
        return;
      case 'close':
        on.close({ code: event.code, reason: event.reason, wasClean: event.wasClean });
        return;
      case 'over':
        on.end();
        return;
      default:
        throw new TypeError(`unknown event ${String(event satisfies never)}`);
    }
  }
}

function isCloseNotify(record: OpenedRecord): boolean {
  return record.kind === 'record' && record.contentType === CONTENT.alert && record.plaintext[1] === 0;
}

function readOf(record: OpenedRecord): Read[] {
  if (record.kind !== 'record' || record.contentType !== CONTENT.applicationData) return [];
  return [{ bytes: record.plaintext, wireBytes: record.wireBytes }];
}

/** Node ignores SIGPIPE; a program that does nothing about it dies of it. */
function restoreSigpipe(): void {
  const listener = (): void => undefined;
  // libuv gives a signal its default action back when the last listener goes.
  process.on('SIGPIPE', listener);
  process.off('SIGPIPE', listener);
}

function die(signal: 'SIGABRT' | 'SIGPIPE'): never {
  if (signal === 'SIGABRT') process.abort();
  restoreSigpipe();
  process.kill(process.pid, signal);
  // The signal is on its way; nothing of this process must run on meanwhile.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
