/**
 * A function of a test as a target: any JavaScript client, in the kit's own process. Rules:
 * - the function makes a socket and returns it; the kit listens to it, and sends what a trial wants sent;
 * - a function that reads `offer` or `reactions` of its order takes that over: the kit then sends nothing of it;
 * - it is frozen by holding the event loop, so that it gets one trial at a time.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { KitError } from '../kit/core/kit-error';
import type { ClientEvent, Hello, Observable, Reaction, RunCommand } from '../kit/core/adapter-event';
import type { AdapterListener, AdapterSession, Target } from '../kit/core/target';
import { nowNs } from '../kit/io/clock';
import { excerpt } from './excerpt';
import { messageOf } from './message-event';
import { callSocket, isSocket, readyStates, watchSocket, type AnySocket } from './watch-socket';

/** What a function is asked to do: connect once. */
export interface ConnectOrder {
  /** Where to connect, `wss:` or `ws:`. */
  readonly url: string;
  /** PEM of the one CA to trust; undefined for `ws:`. */
  readonly ca: string | undefined;
  /** The same as a file. */
  readonly caFile: string | undefined;
  readonly subprotocols: readonly string[];
  /** The text to send when the connection opens. Reading it takes over sending it. */
  readonly offer: string | undefined;
  /** What the client is to do besides, as in the adapter protocol. Reading them takes over all of them. */
  readonly reactions: readonly Reaction[];
  /** Fires when the trial is over and the connection has to go. */
  readonly signal: AbortSignal;
}

/** Makes a socket and returns it, or a promise of it, before it has opened. */
export type Connect = (order: ConnectOrder) => unknown;

/** What a report says of a client, and how it is judged. */
export interface FunctionOptions {
  /** Default: the function's name, or `function`. */
  readonly name?: string;
  /** Version of the client; default `0.0.0`. */
  readonly version?: string;
  /** `whatwg` binds it to the WHATWG standard's event model as well. Default `other`. */
  readonly model?: Hello['model'];
  readonly habits?: Hello['habits'];
  /** What its API exposes of a close; default: all, and what a socket does not say is not judged. */
  readonly observes?: readonly Observable[];
  /** Default: all that the kit can do for it. */
  readonly features?: readonly string[];
  readonly limits?: Hello['limits'];
}

const features = ['wss', 'ws', 'tls1.2', 'tls1.3', 'send-binary', 'react-send', 'react-close', 'react-sleep'];
/** Sockets that are held on to, so that no garbage collector takes their listeners. */
const keptSockets = 100;
/** Time in ms for a close to follow an error before the error is the end. */
const graceMs = 250;

const howTo = 'write `fromFunction(({ url, ca }) => new WebSocket(url, { ca }))`';

/**
 * A function that connects as a target of a run.
 * @throws {KitError} `FUNCTION` it is none
 */
export function fromFunction(connect: Connect, options: FunctionOptions = {}): Target {
  if (typeof connect !== 'function') {
    throw new KitError(
      'FUNCTION',
      `\`fromFunction\` expected a function, got ${excerpt(String(connect), 60)}; ${howTo}`,
    );
  }
  const name = options.name ?? (connect.name === '' || connect.name === 'connect' ? 'function' : connect.name);
  return {
    name: excerpt(name, 80),
    inProcess: true,
    recycleAfterTrials: Number.POSITIVE_INFINITY,
    digest: { sha256: createHash('sha256').update(connect.toString()).digest('hex'), of: 'source of the function' },
    launch: (listener) => Promise.resolve(new FunctionSession(connect, helloOf(name, options), listener)),
  };
}

function helloOf(name: string, options: FunctionOptions): Hello {
  const { version = '0.0.0', model = 'other', habits = [], limits = {} } = options;
  const runtime = `node ${process.versions.node}`;
  return {
    protocol: 1,
    client: { name: excerpt(name, 80), version, runtime, platform: `${process.platform} ${process.arch}` },
    api: 'callback',
    model,
    habits,
    observes: options.observes ?? ['code', 'reason', 'wasClean', 'error'],
    features: options.features ?? features,
    limits,
  };
}

class FunctionSession implements AdapterSession {
  readonly mode = 'resident';
  readonly freezing = 'event-loop';
  readonly pid = process.pid;
  readonly marker = `LASTWORD_PROCESS=in-process-${process.pid}`;
  #lines = 0;
  readonly #aborts = new Map<string, AbortController>();
  readonly #kept: AnySocket[] = [];

  constructor(
    private readonly connect: Connect,
    readonly hello: Hello,
    private readonly listener: AdapterListener,
  ) {}

  run(command: RunCommand): Promise<void> {
    const missing = command.requires.find((feature) => !this.hello.features.includes(feature));
    if (missing === undefined) void this.#play(command);
    else this.#report(command.trial, { event: 'unsupported', feature: excerpt(missing, 100) });
    return Promise.resolve();
  }

  ping(): Promise<boolean> {
    return Promise.resolve(true);
  }

  abort(trial: string): void {
    this.#aborts.get(trial)?.abort();
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    for (const each of this.#aborts.values()) each.abort();
    return Promise.resolve();
  }

  stderrTail(): string {
    return '';
  }

  async #play(command: RunCommand): Promise<void> {
    const abort = new AbortController();
    this.#aborts.set(command.trial, abort);
    const order = orderOf(command, abort.signal);
    try {
      const socket = await this.connect(order.given);
      const wrong = wrongWith(socket);
      if (wrong !== undefined) this.#break(wrong);
      else if (isSocket(socket)) this.#listen(command.trial, socket, { abort, reactions: order.rest() });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#break(`the function of the target threw "${why}": it has to return the socket it made; ${howTo}`);
    }
  }

  #listen(trial: string, socket: AnySocket, with_: { abort: AbortController; reactions: readonly Reaction[] }): void {
    const { abort, reactions } = with_;
    let messages = 0;
    let isDone = false;
    this.#kept.push(socket);
    if (this.#kept.length > keptSockets) this.#kept.shift();
    const done = (): void => {
      if (isDone) return;
      isDone = true;
      this.#aborts.delete(trial);
      this.#report(trial, { event: 'done' });
    };
    const react = (when: Reaction['when'], nth?: number): void => {
      for (const each of reactions) {
        if (each.when === when && (each.nth === undefined || each.nth === nth)) this.#react(trial, socket, each);
      }
    };
    watchSocket(socket, {
      onOpen: (protocol) => {
        this.#report(trial, { event: 'open', ...(protocol === undefined ? {} : { protocol: excerpt(protocol) }) });
        react('open');
      },
      onMessage: (data) => {
        this.#report(trial, messageOf(data));
        messages += 1;
        react('message', messages);
      },
      onError: (message) => {
        this.#report(trial, { event: 'error', message: excerpt(message, 2000) });
        // The global WebSocket of Node 20 and 22 reports a failed connect by an error alone, with no close after it.
        setTimeout(() => setImmediate(() => isOver(socket) && done()), graceMs);
      },
      onClose: ({ code, reason, wasClean }) => {
        this.#report(trial, { event: 'close', code, reason: reason?.slice(0, 1000) ?? null, wasClean });
        done();
      },
    });
    abort.signal.addEventListener('abort', () => {
      this.#try(trial, () => callSocket(socket, ['terminate', 'destroy', 'close'], []));
      setTimeout(done, graceMs);
    });
  }

  #react(trial: string, socket: AnySocket, { sleepMs, send, everyMs, close }: Reaction): void {
    if (sleepMs !== undefined) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, sleepMs);
    const steps = (send ?? []).map((payload) => () => {
      const data = 'text' in payload ? payload.text : Buffer.from(payload.base64, 'base64');
      return callSocket(socket, ['send'], [data]);
    });
    if (close !== undefined) {
      const args = close.code === undefined ? [] : [close.code, close.reason ?? ''];
      steps.push(() => callSocket(socket, ['close'], args));
    }
    const next = (index: number): void => {
      const step = steps[index];
      if (step === undefined) return;
      this.#try(trial, step);
      if ((everyMs ?? 0) > 0) setTimeout(next, everyMs, index + 1);
      else next(index + 1);
    };
    next(0);
  }

  /** What fails here is an event of the client, and nobody's death. */
  #try(trial: string, act: () => boolean): void {
    try {
      if (!act()) this.#report(trial, { event: 'error', message: 'the socket has no method for this' });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#report(trial, { event: 'error', message: excerpt(message, 2000) });
    }
  }

  #break(detail: string): void {
    this.listener.onBreach({ kind: 'no-socket', detail: excerpt(detail, 400), atNs: nowNs() });
  }

  #report(trial: string, event: ClientEvent): void {
    this.listener.onEvent(trial, { ...event, line: this.#lines++, atNs: nowNs() });
  }
}

/** What a function is given, and afterwards what is left for the kit to do. */
function orderOf(command: RunCommand, signal: AbortSignal) {
  const { url, caFile, subprotocols, reactions } = command;
  const isOffer = (each: Reaction): boolean => each.when === 'open' && each.send?.length === 1;
  const first = reactions.find(isOffer)?.send?.[0];
  let hasOffer = false;
  let hasReactions = false;
  const given: ConnectOrder = {
    url,
    ca: caFile === undefined ? undefined : readFileSync(caFile, 'utf8'),
    caFile,
    subprotocols,
    get offer() {
      hasOffer = true;
      return first !== undefined && 'text' in first ? first.text : undefined;
    },
    get reactions() {
      hasReactions = true;
      return reactions;
    },
    signal,
  };
  const rest = (): readonly Reaction[] => {
    if (hasReactions) return [];
    return hasOffer ? reactions.filter((each) => !isOffer(each)) : reactions;
  };
  return { given, rest };
}

/** What is wrong with what a function returned; undefined where it can be listened to. */
function wrongWith(socket: unknown): string | undefined {
  if (socket === undefined || socket === null) {
    return `the function of the target returned nothing: it has to return the socket it made; ${howTo}`;
  }
  if (!isSocket(socket)) {
    const what = Object.prototype.toString.call(socket);
    return `the function of the target returned ${what}, which has neither \`addEventListener\` nor \`on\`; ${howTo}`;
  }
  if (socket['readyState'] === readyStates.open) {
    return 'the socket was open already when the function returned it, so that messages may have gone by unheard: return it as soon as it is made, without waiting for `open`';
  }
  return undefined;
}

function isOver(socket: AnySocket): boolean {
  const { readyState } = socket;
  return readyState === undefined || readyState === readyStates.connecting || readyState === readyStates.closed;
}
