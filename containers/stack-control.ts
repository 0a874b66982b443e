/** The kit's word to a signaling server in a container, and what it hears of it: JSON lines over TCP, behind a token. */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { TcpEnd } from '../kit/core/target';
import type { HangUp } from './stacks';

/** What a server does with one connection, by the path of its URL. */
export interface StackOrder {
  readonly trial: string;
  readonly answer: string;
  /** `polite` waits for the echo of the Close; absent: as the server's own habit is. */
  readonly hangUp?: HangUp | 'polite';
  /** The answer waits for `release`. */
  readonly hold: boolean;
}

const events = z.discriminatedUnion('event', [
  z.object({ event: z.literal('listening') }),
  z.object({ event: z.literal('offer'), trial: z.string().max(200), address: z.string().max(64), port: z.number() }),
  z.object({ event: z.literal('talk'), trial: z.string().max(200) }),
  z.object({ event: z.literal('hung-up'), trial: z.string().max(200) }),
]);

/**
 * What a server tells: `talk` is anything that a client says beyond its offer while its answer is held back. The address is the client's, as the server, or the proxy before it, sees it.
 */
export type StackEvent = z.infer<typeof events>;

const connectMs = 10_000;
const listenMs = 30_000;

/** A connection to one server. */
export class StackControl {
  readonly #listeners = new Set<(event: StackEvent) => void>();
  readonly #lost: Promise<never>;

  private constructor(private readonly socket: Socket) {
    createInterface({ input: socket, crlfDelay: Infinity })
      .on('line', (line) => this.#read(line))
      // It hands the socket's errors on; `close` says as much.
      .on('error', () => undefined);
    this.#lost = new Promise((_, reject) => {
      socket.once('close', () => reject(new Error('the signaling server in the container has ended')));
    });
    this.#lost.catch(() => undefined);
  }

  /** @throws {Error} nobody answers there */
  static async connect(end: { readonly host: string; readonly port: number }, token: string): Promise<StackControl> {
    const socket = connect(end);
    socket.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(new Error('no answer')), connectMs);
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.once('close', () => reject(new Error(`no signaling server at ${end.host}:${end.port}`)));
    });
    const control = new StackControl(socket);
    control.#say({ token });
    return control;
  }

  /** Tells that the server has ended, at once where it has already. */
  onLost(listener: (error: Error) => void): void {
    this.#lost.catch(listener);
  }

  /** Hands the certificates over; resolves when the server listens. @throws {Error} it does not, or has ended */
  async listen(cert: string, key: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const listening = new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`the server does not listen within ${listenMs / 1000} s`)), listenMs);
      const stop = this.onEvent(({ event }) => {
        if (event !== 'listening') return;
        stop();
        resolve();
      });
    });
    this.#say({ op: 'listen', cert, key });
    await Promise.race([listening, this.#lost]).finally(() => clearTimeout(timer));
  }

  /** Announces a connection; it has to come before the client's offer does, and is on its way when this returns. */
  prepare(order: StackOrder): void {
    this.#say({ op: 'prepare', ...order });
  }

  /** Lets a held answer go. */
  release(trial: string): void {
    this.#say({ op: 'release', trial });
  }

  /** Nothing more will be asked of a trial. */
  forget(trial: string): void {
    this.#say({ op: 'forget', trial });
  }

  /** @returns stops listening */
  onEvent(listener: (event: StackEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.socket.destroy();
  }

  #say(order: object): void {
    if (this.socket.writable) this.socket.write(`${JSON.stringify(order)}\n`);
  }

  #read(line: string): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      // Not of the protocol: as if it had not been said.
      return;
    }
    const event = events.safeParse(value);
    if (event.success) for (const listener of this.#listeners) listener(event.data);
  }
}

/** The client's end that an `offer` tells, as the kernel of this machine writes it. */
export function clientEnd({ address, port }: { readonly address: string; readonly port: number }): TcpEnd {
  return { address: address.replace(/^::ffff:/, ''), port };
}
