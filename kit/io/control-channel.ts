/**
 * The control channel of an endpoint that is another process, here or in a container: JSON lines over TCP, bytes as
 * base64. Rules:
 * - before anything else each side proves to the other that it knows the run's token (HMAC-SHA-256 over both nonces; the
 *   token itself is never sent), and says its version, which has to be the same;
 * - a line before that is 1 KiB at most and comes within 10 s; what comes behind the proof is not looked at before the
 *   proof is, though it may come in one read with it;
 * - there is one controller; its end is the end of the endpoint, so that nothing survives a kit that was killed.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A channel between two that have proved themselves. */
export interface Channel {
  say(message: object): void;
  /** @param onEnd called once, when the other side is gone; with why, where that was no orderly end */
  listen(onMessage: (message: unknown) => void, onEnd: (why: string | undefined) => void): void;
  /** Lets what was said go out, and ends. */
  end(): void;
}

export interface ChannelKey {
  /** Known to both sides, and to nobody else. */
  readonly token: string;
  readonly version: string;
}

const provingMs = 10_000;
const provingBytes = 1024;
/** The longest line between two that trust each other: the captures of one trial, with room. */
const longestLine = 256 * 1024 * 1024;

/** Why there is no channel, in words for the user. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/**
 * Waits for the one controller.
 * @returns the server; `onChannel` is called once, and everybody else is turned away
 */
export function serveControl(
  where: { readonly host: string; readonly port: number },
  key: ChannelKey,
  onChannel: (channel: Channel) => void,
): Promise<Server> {
  let isTaken = false;
  const server = createServer({ noDelay: true }, (socket) => {
    prove(socket, key, 'endpoint').then(
      (channel) => {
        if (isTaken) {
          channel.end();
          return;
        }
        isTaken = true;
        onChannel(channel);
      },
      () => socket.destroy(),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where, exclusive: true }, () => resolve(server));
  });
}

/** @throws {ControlError} nobody answers, or who answers is another */
export async function connectControl(
  where: { readonly host: string; readonly port: number },
  key: ChannelKey,
): Promise<Channel> {
  const socket = connect({ ...where, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error) => reject(new ControlError(`no endpoint answers: ${error.message}`)));
  });
  return prove(socket, key, 'run');
}

type Side = 'run' | 'endpoint';

async function prove(socket: Socket, key: ChannelKey, side: Side): Promise<Channel> {
  const lines = new Lines(socket);
  const late = setTimeout(() => socket.destroy(), provingMs);
  try {
    const nonce = randomBytes(16).toString('hex');
    lines.write({ lastword: key.version, nonce });
    const greeting = await lines.next();
    const theirs = { version: textOf(greeting, 'lastword', 100), nonce: textOf(greeting, 'nonce', 32) };
    if (theirs.version !== key.version) {
      throw new ControlError(
        `the endpoint is of lastword ${JSON.stringify(theirs.version)}, and this is ${key.version}: build its image again with \`lastword image build\``,
      );
    }
    const nonces = side === 'run' ? `${nonce}${theirs.nonce}` : `${theirs.nonce}${nonce}`;
    const proofOf = (who: Side): Buffer => createHmac('sha256', key.token).update(`${who}:${nonces}`).digest();
    lines.write({ proof: proofOf(side).toString('hex') });
    const wanted = proofOf(side === 'run' ? 'endpoint' : 'run');
    const given = Buffer.from(textOf(await lines.next(), 'proof', 64), 'hex');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      throw new ControlError('who answers at the endpoint’s control port does not know the token of this run');
    }
    lines.trust();
    return lines;
  } catch (error) {
    socket.destroy();
    throw error instanceof ControlError ? error : new ControlError(`no endpoint answers as one: ${String(error)}`);
  } finally {
    clearTimeout(late);
  }
}

function textOf(message: unknown, field: string, most: number): string {
  const value: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, field) : undefined;
  if (typeof value !== 'string' || value.length > most) {
    throw new ControlError('what answers there is no endpoint of lastword');
  }
  return value;
}

/** JSON lines over a socket; before trust one at a time is asked for, later they are handed on as they come. */
class Lines implements Channel {
  private rest: Buffer[] = [];
  private restBytes = 0;
  /** Undefined once the other side has proved itself. */
  private unproved: Buffer | undefined = Buffer.alloc(0);
  private readonly ready: unknown[] = [];
  private wake: (() => void) | undefined;
  private onMessage: ((message: unknown) => void) | undefined;
  private onEnd: ((why: string | undefined) => void) | undefined;
  private hasEnded = false;
  private why: string | undefined;

  constructor(private readonly socket: Socket) {
    socket.on('data', (bytes) => this.take(bytes));
    socket.on('error', (error) => {
      this.why = error.message;
    });
    socket.on('close', () => this.finish());
  }

  write(message: object): void {
    if (this.socket.writable) this.socket.write(`${encode(message)}\n`);
  }

  say(message: object): void {
    this.write(message);
  }

  trust(): void {
    const rest = this.unproved ?? Buffer.alloc(0);
    this.unproved = undefined;
    this.socket.resume();
    this.take(rest);
  }

  async next(): Promise<unknown> {
    while (this.ready.length === 0) {
      if (this.hasEnded) throw new ControlError(`the connection ended${this.why === undefined ? '' : `: ${this.why}`}`);
      this.takeUnproved();
      if (this.ready.length > 0) break;
      this.socket.resume();
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.ready.shift();
  }

  listen(onMessage: (message: unknown) => void, onEnd: (why: string | undefined) => void): void {
    this.onMessage = onMessage;
    this.onEnd = onEnd;
    for (const message of this.ready.splice(0)) onMessage(message);
    if (this.hasEnded) onEnd(this.why);
  }

  end(): void {
    this.socket.end();
  }

  /** One line, when it is asked for: what lies behind it is for later. */
  private takeUnproved(): void {
    const bytes = this.unproved;
    if (bytes === undefined || this.ready.length > 0) return;
    const end = bytes.indexOf(10);
    if ((end < 0 ? bytes.length : end) > provingBytes) {
      this.fail('a line without end');
      return;
    }
    if (end < 0) return;
    this.unproved = bytes.subarray(end + 1);
    this.socket.pause();
    this.hand(bytes.subarray(0, end));
  }

  private take(bytes: Buffer): void {
    if (this.unproved !== undefined) {
      this.unproved = Buffer.concat([this.unproved, bytes]);
      this.takeUnproved();
      return;
    }
    let from = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      this.rest.push(bytes.subarray(from, at));
      from = at + 1;
      const line = Buffer.concat(this.rest);
      this.rest = [];
      this.restBytes = 0;
      if (!this.hand(line)) return;
    }
    this.rest.push(bytes.subarray(from));
    this.restBytes += bytes.length - from;
    if (this.restBytes > longestLine) this.fail('a line without end');
  }

  private hand(line: Buffer): boolean {
    let message: unknown;
    try {
      message = JSON.parse(line.toString(), revive);
    } catch {
      this.fail('a line that is no JSON');
      return false;
    }
    if (this.onMessage !== undefined) this.onMessage(message);
    else this.ready.push(message);
    this.wake?.();
    return true;
  }

  private fail(why: string): void {
    this.why = why;
    this.socket.destroy();
  }

  private finish(): void {
    this.hasEnded = true;
    this.wake?.();
    this.onEnd?.(this.why);
  }
}

function encode(message: object): string {
  return JSON.stringify(message, function replace(this: Record<string, unknown>, key: string, value: unknown) {
    // A Buffer has turned itself into something else by the time that it arrives here.
    const raw = this[key];
    return raw instanceof Uint8Array ? { $base64: Buffer.from(raw).toString('base64') } : value;
  });
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$base64' in value)) return value;
  return typeof value.$base64 === 'string' ? Buffer.from(value.$base64, 'base64') : value;
}
