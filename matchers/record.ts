/**
 * Records what a WebSocket reports to its application, so that the matchers can be asked about it.
 *
 * The socket is listened to beside the user's own handlers, none of which is replaced, whenever it is set. Only an object
 * that has nothing but an `onmessage` property gets accessors for its `on…` properties, which call the user's handlers.
 */
import * as timers from 'node:timers';
import type { RecordedConnection, RecordedEntry } from '../kit/core/observation';
import { attach, type Report } from './attach';
import { checkSocket } from './check-socket';
import { entryQueue } from './entry-queue';
import { readPayload } from './read-payload';

// Taken when this loads: a test that has its timers faked would otherwise stop these as well.
const { setImmediate } = timers;
const nanoseconds = process.hrtime.bigint.bind(process.hrtime);

export interface RecordOptions {
  /** A monotonic clock in ns; default `process.hrtime`. */
  readonly nowNs?: () => number;
}

/** Sockets that are recorded already. */
const recordings = new WeakMap<object, RecordedConnection>();

/**
 * Begins to record a WebSocket: of the WHATWG standard, of `ws`, of `undici`, or anything with `addEventListener`,
 * `.on('message')` or `onmessage`. Call it where the socket is made, before it opens. A socket that is recorded already
 * gives the same recording.
 *
 * An `error` that nobody else listens to is recorded, and no longer thrown by the socket.
 *
 * @throws {KitError} `RECORD`: it is no WebSocket, or one that has closed already; the message says what to write instead
 */
export function record(socket: object, options: RecordOptions = {}): RecordedConnection {
  if (isRecording(socket)) return socket;
  const known = recordings.get(socket);
  if (known !== undefined) return known;
  const state = checkSocket(socket);
  const { connection, report } = makeRecording(options.nowNs ?? (() => Number(nanoseconds())), state === 'open');
  attach(socket, report);
  recordings.set(socket, connection);
  return connection;
}

function isRecording(value: object): value is RecordedConnection {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'recorded-connection';
}

function makeRecording(nowNs: () => number, hadOpened: boolean) {
  const entries: RecordedEntry[] = [];
  const end = settling();
  const { listen, tell } = hearers();
  /** A client may report an error and no close where it never opened; one that reports both is given a turn for it. */
  const settleAfter = (error: RecordedEntry): void => {
    if (end.isSettled() || entries.at(-1) !== error) return;
    end.settle();
    tell();
  };
  const put = entryQueue<RecordedEntry>((entry) => {
    entries.push(entry);
    if (entry.event === 'close') end.settle();
    const hasOpened = hadOpened || entries.some((each) => each.event === 'open');
    if (entry.event === 'error' && !hasOpened) setImmediate(settleAfter, entry);
    tell();
  });
  const report: Report = (event) => {
    const atNs = nowNs();
    if (event.event !== 'message') return put({ ...event, atNs });
    const payload = readPayload(event.data, event.isBinary);
    return put(payload instanceof Promise ? payload.then((read) => ({ ...read, atNs })) : { ...payload, atNs });
  };
  const connection: RecordedConnection = {
    kind: 'recorded-connection',
    startedAtNs: nowNs(),
    hadOpened,
    entries,
    get isSettled() {
      return end.isSettled();
    },
    settled: end.settled,
    onChange: listen,
  };
  return { connection, report };
}

/** Who wants to be told of what is new. */
function hearers() {
  const listeners = new Set<() => void>();
  const listen = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  return { listen, tell };
}

/** A promise that is settled from outside, and whether it was. */
function settling() {
  let isSettled = false;
  let resolve: (() => void) | undefined;
  const settled = new Promise<void>((done) => {
    resolve = done;
  });
  const settle = (): void => {
    isSettled = true;
    resolve?.();
  };
  return { settled, settle, isSettled: () => isSettled };
}
