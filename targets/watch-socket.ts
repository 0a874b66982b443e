/**
 * Listens to a WebSocket of any JavaScript library: the WHATWG interface, or an event emitter as `ws` is one. Only
 * listeners are added; what the program that made the socket listens with stays.
 */

/** What a socket reports, in the order in which it does. */
export interface SocketListener {
  onOpen(protocol: string | undefined): void;
  onMessage(data: string | Uint8Array): void;
  onError(message: string): void;
  onClose(close: SocketClose): void;
}

/** `null` for what the socket does not say. */
export interface SocketClose {
  readonly code: number | null;
  readonly reason: string | null;
  readonly wasClean: boolean | null;
}

/** A socket that can be listened to; what it can do beside is found out when it is needed. */
export type AnySocket = Readonly<Record<string, unknown>>;

/** Values of `readyState`, WHATWG WebSockets §3.1. */
export const readyStates = { connecting: 0, open: 1, closing: 2, closed: 3 } as const;

/** Whether something can be listened to as a WebSocket. */
export function isSocket(value: unknown): value is AnySocket {
  if (typeof value !== 'object' || value === null) return false;
  return ['addEventListener', 'on'].some((name) => name in value && typeof Reflect.get(value, name) === 'function');
}

/** Attaches the listeners; call it before the socket can have reported anything. */
export function watchSocket(socket: AnySocket, listener: SocketListener): void {
  if (typeof socket['on'] === 'function') watchEmitter(socket, listener);
  else watchTarget(socket, listener);
}

/** Calls a method of a socket by one of its names; false where it has none of them. */
export function callSocket(socket: AnySocket, names: readonly string[], args: readonly unknown[]): boolean {
  const name = names.find((each) => typeof socket[each] === 'function');
  if (name === undefined) return false;
  Reflect.apply(asFunction(socket[name]), socket, args);
  return true;
}

function watchEmitter(socket: AnySocket, listener: SocketListener): void {
  const on = (event: string, heard: (...args: readonly unknown[]) => void): void => {
    callSocket(socket, ['on'], [event, heard]);
  };
  on('open', () => listener.onOpen(textOf(socket['protocol'])));
  // ws 8 gives text as a Buffer and says by a second argument that it is text; others give a string.
  on('message', (data, isBinary) => listener.onMessage(isBinary === false ? decode(data) : payloadOf(data)));
  on('error', (error) => listener.onError(describe(error)));
  on('close', (code, reason) => {
    const said = reason instanceof Uint8Array || ArrayBuffer.isView(reason) ? decode(reason) : (textOf(reason) ?? null);
    listener.onClose({ code: numberOf(code), reason: said, wasClean: null });
  });
}

function watchTarget(socket: AnySocket, listener: SocketListener): void {
  const on = (event: string, heard: (event: AnySocket) => void): void => {
    callSocket(socket, ['addEventListener'], [event, heard]);
  };
  // A Blob could be read only asynchronously, and later messages would overtake it.
  if (socket['binaryType'] === 'blob') Reflect.set(socket, 'binaryType', 'arraybuffer');
  on('open', () => listener.onOpen(textOf(socket['protocol'])));
  on('message', (event) => listener.onMessage(payloadOf(event['data'])));
  on('error', (event) => listener.onError(describe(event['error'] ?? event['message'])));
  on('close', (event) => {
    const { code, reason, wasClean } = event;
    const clean = typeof wasClean === 'boolean' ? wasClean : null;
    listener.onClose({ code: numberOf(code), reason: textOf(reason) ?? null, wasClean: clean });
  });
}

function payloadOf(data: unknown): string | Uint8Array {
  if (typeof data === 'string') return data;
  return bytesOf(data) ?? String(data);
}

function decode(data: unknown): string {
  const bytes = bytesOf(data);
  return bytes === undefined ? String(data) : Buffer.from(bytes).toString('utf8');
}

/** Bytes in whatever they came; also of another realm, whose classes are not ours. */
function bytesOf(data: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  // ws with binaryType `fragments`.
  if (Array.isArray(data)) return Buffer.concat(data.map((part) => bytesOf(part) ?? new Uint8Array()));
  if (Object.prototype.toString.call(data) === '[object ArrayBuffer]') {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- that is what it says it is
    return new Uint8Array(data as ArrayBuffer);
  }
  return undefined;
}

function describe(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return typeof error === 'string' && error !== '' ? error : 'error';
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535 ? value : null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function asFunction(value: unknown): (...args: readonly unknown[]) => unknown {
  if (typeof value !== 'function') throw new TypeError('a function was looked for');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked in the line above
  return value as (...args: readonly unknown[]) => unknown;
}
