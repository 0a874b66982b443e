/** Listens to a socket beside whoever else does, in the way that the socket offers. */
import { KitError } from '../kit/core/kit-error';
import { asBytes } from './payload-bytes';

/** What a socket reported, its payload not read yet. */
export type Reported =
  | { readonly event: 'open' }
  | { readonly event: 'message'; readonly data: unknown; readonly isBinary: boolean | undefined }
  | { readonly event: 'error'; readonly message: string }
  | {
      readonly event: 'close';
      readonly code: number | null;
      readonly reason: string | null;
      readonly wasClean: boolean | null;
    };

export type Report = (reported: Reported) => void;

type Name = Reported['event'];
type Listener = (...args: readonly unknown[]) => void;
const names: readonly Name[] = ['open', 'message', 'error', 'close'];

/** `addEventListener` before `on`: its close event says whether the close was clean. */
export function attach(socket: object, report: Report): void {
  const add = methodOf(socket, 'addEventListener');
  const on = methodOf(socket, 'on');
  if (add !== undefined) for (const name of names) add(name, (event: unknown) => report(fromEvent(name, event)));
  else if (on !== undefined)
    for (const name of names) on(name, (...args: readonly unknown[]) => report(fromArguments(name, args)));
  else for (const name of names) shadow(socket, name, (event) => report(fromEvent(name, event)));
}

function methodOf(socket: object, name: string): ((event: string, listener: Listener) => void) | undefined {
  const method: unknown = Reflect.get(socket, name);
  if (typeof method !== 'function') return undefined;
  return (event, listener) => {
    Reflect.apply(method, socket, [event, listener]);
  };
}

/** Reads an event object: `data`, `code`, `reason`, `wasClean`, `message`. */
function fromEvent(event: Name, object: unknown): Reported {
  const get = (key: string): unknown =>
    typeof object === 'object' && object !== null ? Reflect.get(object, key) : undefined;
  switch (event) {
    case 'open':
      return { event };
    case 'message': {
      // Some clients hand over the payload itself.
      const hasData = typeof object === 'object' && object !== null && 'data' in object;
      return { event, data: hasData ? get('data') : object, isBinary: undefined };
    }
    case 'error':
      return { event, message: messageOf(get('error') ?? get('message') ?? object) };
    case 'close':
      return close(get('code'), get('reason'), get('wasClean'));
    default:
      throw new TypeError(`unknown event ${String(event satisfies never)}`);
  }
}

/** Reads the arguments of an emitter: `(data, isBinary)`, `(code, reason)`, `(error)`. */
function fromArguments(event: Name, [first, second]: readonly unknown[]): Reported {
  switch (event) {
    case 'open':
      return { event };
    case 'message':
      return { event, data: first, isBinary: typeof second === 'boolean' ? second : undefined };
    case 'error':
      return { event, message: messageOf(first) };
    case 'close':
      return close(first, second, undefined);
    default:
      throw new TypeError(`unknown event ${String(event satisfies never)}`);
  }
}

function close(code: unknown, reason: unknown, wasClean: unknown): Reported {
  return {
    event: 'close',
    code: typeof code === 'number' ? code : null,
    reason: typeof reason === 'string' ? reason : textOf(reason),
    wasClean: typeof wasClean === 'boolean' ? wasClean : null,
  };
}

/** `ws` gives the reason to `on('close')` as a Buffer. */
function textOf(reason: unknown): string | null {
  const bytes = asBytes(reason);
  return bytes === undefined ? null : Buffer.from(bytes).toString('utf8');
}

function messageOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null) return '';
  const message: unknown = Reflect.get(error, 'message');
  return typeof message === 'string' ? message : '';
}

/**
 * Puts an accessor in the place of an `on…` property. Whoever reads it gets a function that records and then calls the
 * handler that was set last; whoever sets it sets that handler.
 */
function shadow(socket: object, name: Name, listen: (event: unknown) => void): void {
  const key = `on${name}`;
  let handler: unknown = Reflect.get(socket, key);
  const both = function (this: unknown, ...args: readonly unknown[]): unknown {
    listen(args[0]);
    return typeof handler === 'function' ? Reflect.apply(handler, this, args) : undefined;
  };
  // Where the class has a setter, it has to hear of the handler as well.
  Reflect.set(socket, key, both);
  const isDone = Reflect.defineProperty(socket, key, {
    configurable: true,
    enumerable: true,
    get: () => both,
    set: (next: unknown) => {
      handler = next;
    },
  });
  if (isDone) return;
  throw new KitError(
    'RECORD',
    `record(socket) cannot listen beside \`${key}\` of this object: the property cannot be redefined. Give an object ` +
      'with `addEventListener` or `on`.',
  );
}
