/** Refuses what cannot be recorded, and says what to write instead. */
import { KitError } from '../kit/core/kit-error';
import { showText } from '../kit/core/timeline-text';

/** WHATWG WebSockets §3.1: `readyState`. */
const states = { connecting: 0, open: 1, closing: 2, closed: 3 } as const;

/** @throws {KitError} `RECORD` */
export function checkSocket(socket: unknown): 'open' | 'before' {
  if (!isObject(socket)) throw refuse(`takes a WebSocket, and not ${describe(socket)}. ${example}`);
  if (isFunction(socket['then'])) throw refuse('got a promise. Await it first: `record(await connect())`.');
  if (isFunction(socket['handleUpgrade'])) {
    throw refuse("got a WebSocket server. Record its sockets: `server.on('connection', (socket) => record(socket))`.");
  }
  if (isFunction(socket['pipe']) && isFunction(socket['read'])) {
    throw refuse('got a stream of bytes, which has no messages. Give the WebSocket that was made over it.');
  }
  const listens = isFunction(socket['addEventListener']) || isFunction(socket['on']) || 'onmessage' in socket;
  if (!listens) {
    throw refuse(
      `got an object without \`addEventListener\`, \`on\` or \`onmessage\` (it has ${keysOf(socket)}). ${example}`,
    );
  }
  const state = socket['readyState'];
  if (state === states.closing || state === states.closed) {
    const what = state === states.closed ? 'is closed already' : 'is closing already';
    throw refuse(`got a socket that ${what}: what it reported is gone. Call it where the socket is made. ${example}`);
  }
  return state === states.open ? 'open' : 'before';
}

const example = 'Write `const connection = record(new WebSocket(url))`.';

function refuse(message: string): KitError {
  return new KitError('RECORD', `record(socket) ${message}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function describe(value: unknown): string {
  if (typeof value === 'string') return /^wss?:/.test(value) ? 'a URL' : 'a string';
  if (typeof value === 'function') return 'a function';
  return value === null ? 'null' : typeof value;
}

function keysOf(value: Readonly<Record<string, unknown>>): string {
  const keys = Object.keys(value);
  return keys.length === 0 ? 'no properties of its own' : showText(keys.slice(0, 5).join(', '), 60);
}
