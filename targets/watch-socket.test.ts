import { EventEmitter } from 'node:events';
import { callSocket, isSocket, watchSocket, type AnySocket, type SocketListener } from './watch-socket';

/** Listens, and gives the list of what was heard, which grows. */
function hear(socket: unknown): unknown[] {
  const heard: unknown[] = [];
  const listener: SocketListener = {
    onOpen: (protocol) => heard.push(['open', protocol]),
    onMessage: (data) => heard.push(['message', data]),
    onError: (message) => heard.push(['error', message]),
    onClose: ({ code, reason, wasClean }) => heard.push(['close', code, reason, wasClean]),
  };
  watchSocket(socket as AnySocket, listener);
  return heard;
}

const bytes = Uint8Array.from([1, 2, 3]);

describe('an emitter, as ws is one', () => {
  it('says open with its protocol, text by a second argument, and the reason as bytes', () => {
    const socket = Object.assign(new EventEmitter(), { protocol: 'chat' });
    const heard = hear(socket);
    socket.emit('open');
    socket.emit('message', Buffer.from('täxt'), false);
    socket.emit('message', Buffer.from(bytes), true);
    socket.emit('close', 4001, Buffer.from('done'));
    expect(heard).toEqual([
      ['open', 'chat'],
      ['message', 'täxt'],
      ['message', bytes],
      ['close', 4001, 'done', null],
    ]);
  });

  it('of another library gives text as a string, and its close without a reason', () => {
    const socket = new EventEmitter();
    const heard = hear(socket);
    socket.emit('open');
    socket.emit('message', 'text');
    socket.emit('close');
    expect(heard).toEqual([
      ['open', undefined],
      ['message', 'text'],
      ['close', null, null, null],
    ]);
  });

  it('gives fragments as one message, and an ArrayBuffer as bytes', () => {
    const socket = new EventEmitter();
    const heard = hear(socket);
    socket.emit('message', [bytes.subarray(0, 1), bytes.subarray(1)], true);
    socket.emit('message', bytes.buffer, true);
    expect(heard).toEqual([
      ['message', Buffer.from(bytes)],
      ['message', bytes],
    ]);
  });

  it('says errors in their own words, or in none', () => {
    const socket = new EventEmitter();
    const heard = hear(socket);
    socket.emit('error', new Error('refused'));
    socket.emit('error', 'refused');
    socket.emit('error', undefined);
    expect(heard).toEqual([
      ['error', 'refused'],
      ['error', 'refused'],
      ['error', 'error'],
    ]);
  });
});

describe('the WHATWG interface', () => {
  const event = (type: string, fields: object = {}): Event => Object.assign(new Event(type), fields);

  it('says what its events say', () => {
    const socket = new EventTarget();
    const heard = hear(socket);
    socket.dispatchEvent(event('open'));
    socket.dispatchEvent(event('message', { data: 'text' }));
    socket.dispatchEvent(event('message', { data: bytes.buffer }));
    socket.dispatchEvent(event('error', { message: 'no route' }));
    socket.dispatchEvent(event('error'));
    socket.dispatchEvent(event('close', { code: 1006, reason: '', wasClean: false }));
    expect(heard).toEqual([
      ['open', undefined],
      ['message', 'text'],
      ['message', bytes],
      ['error', 'no route'],
      ['error', 'error'],
      ['close', 1006, '', false],
    ]);
  });

  it('gives bytes at once: no Blob, which later messages would overtake', () => {
    const socket = Object.assign(new EventTarget(), { binaryType: 'blob' });
    hear(socket);
    expect(socket.binaryType).toBe('arraybuffer');
  });

  it('a code that is none is null', () => {
    const socket = new EventTarget();
    const heard = hear(socket);
    socket.dispatchEvent(event('close', { code: 1e6, reason: null, wasClean: 'yes' }));
    expect(heard).toEqual([['close', null, null, null]]);
  });
});

it.each([
  ['an emitter', new EventEmitter(), true],
  ['an event target', new EventTarget(), true],
  ['an object that cannot be listened to', { on: 1 }, false],
  ['a function', () => undefined, false],
  ['nothing', null, false],
])('%s is a socket: %#', (_, value, expected) => {
  expect(isSocket(value)).toBe(expected);
});

it('calls the first method that there is, as one of the socket', () => {
  const socket = {
    closed: 0,
    close(this: { closed: number }, code: number) {
      this.closed = code;
    },
  };
  expect(callSocket(socket as unknown as AnySocket, ['terminate', 'close'], [1000])).toBe(true);
  expect(socket.closed).toBe(1000);
  expect(callSocket({}, ['terminate', 'close'], [])).toBe(false);
});
