// oxlint-disable unicorn/prefer-add-event-listener -- handlers that are set are what is tested
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { WebSocketServer } from 'ws';
import { record } from './record';

const clock = { nowNs: () => 0 };
/** What was recorded, without the times. */
const heard = (connection: ReturnType<typeof record>): unknown[] =>
  connection.entries.map((each) => {
    const { atNs: _, ...entry } = each;
    const bytes = 'bytes' in entry && entry.bytes !== undefined ? Buffer.from(entry.bytes).toString('hex') : undefined;
    return { ...entry, ...(bytes === undefined ? {} : { bytes }) };
  });

const refusal = (socket: unknown): string => {
  try {
    record(socket as object);
    return 'recorded';
  } catch (error) {
    return String(error);
  }
};

class Callbacks {
  onopen: unknown;
  onmessage: ((event: unknown) => void) | null = null;
  onclose: unknown;
  onerror: unknown;
  receive(data: unknown): void {
    this.onmessage?.({ data });
  }
}

describe('what a socket offers', () => {
  it('may be `on`, as of ws: data with `isBinary`, code and reason as bytes', () => {
    const socket = new EventEmitter();
    const connection = record(socket);
    socket.emit('open');
    socket.emit('message', Buffer.from('text'), false);
    socket.emit('message', Buffer.from([1, 2]), true);
    socket.emit('message', [Buffer.from([1]), Buffer.from([2, 3])], true);
    socket.emit('close', 4001, Buffer.from('bye'));
    expect(heard(connection)).toEqual([
      { event: 'open' },
      { event: 'message', type: 'text', length: 4, data: 'text' },
      { event: 'message', type: 'binary', length: 2, bytes: '0102' },
      { event: 'message', type: 'binary', length: 3, bytes: '010203' },
      { event: 'close', code: 4001, reason: 'bye', wasClean: null },
    ]);
  });

  it('may be `on` of an emitter whose text is a string, and whose bytes come alone', () => {
    const socket = new EventEmitter();
    const connection = record(socket);
    socket.emit('message', 'text');
    socket.emit('message', Buffer.from('ab'));
    expect(heard(connection)).toEqual([
      { event: 'message', type: 'text', length: 4, data: 'text' },
      { event: 'message', type: 'binary', length: 2, bytes: '6162' },
    ]);
  });

  it('may be `addEventListener`, which comes before `on`', () => {
    const socket = Object.assign(new EventTarget(), { on: () => undefined });
    const connection = record(socket);
    socket.dispatchEvent(Object.assign(new Event('message'), { data: new Uint8Array([7]) }));
    socket.dispatchEvent(Object.assign(new Event('close'), { code: 1006, reason: '', wasClean: false }));
    expect(heard(connection)).toEqual([
      { event: 'message', type: 'binary', length: 1, bytes: '07' },
      { event: 'close', code: 1006, reason: '', wasClean: false },
    ]);
  });

  it('may be `onmessage` alone: whatever the user sets, before or later, is called and kept', () => {
    const socket = new Callbacks();
    const calls: string[] = [];
    socket.onmessage = () => calls.push('first');
    const connection = record(socket);
    socket.receive('1');
    socket.onmessage = () => calls.push('second');
    socket.receive('2');
    socket.onmessage = null;
    socket.receive('3');
    expect(calls).toEqual(['first', 'second']);
    expect(connection.entries.map((entry) => 'data' in entry && entry.data)).toEqual(['1', '2', '3']);
  });
});

describe('a payload', () => {
  it('is copied', () => {
    const socket = new EventEmitter();
    const connection = record(socket);
    const bytes = Buffer.from([1]);
    socket.emit('message', bytes, true);
    bytes[0] = 9;
    expect(heard(connection)).toEqual([{ event: 'message', type: 'binary', length: 1, bytes: '01' }]);
  });

  it('that is a Blob holds up what comes behind it', async () => {
    const socket = new EventEmitter();
    const connection = record(socket);
    socket.emit('message', new Blob(['one']));
    socket.emit('message', 'two');
    socket.emit('message', new Blob(['three']));
    socket.emit('close', 1000, '');
    expect(connection.isSettled).toBe(false);
    await connection.settled;
    expect(heard(connection)).toEqual([
      { event: 'message', type: 'binary', length: 3, bytes: '6f6e65' },
      { event: 'message', type: 'text', length: 3, data: 'two' },
      { event: 'message', type: 'binary', length: 5, bytes: '7468726565' },
      { event: 'close', code: 1000, reason: '', wasClean: null },
    ]);
  });

  it('that cannot be read says why', async () => {
    const socket = new EventEmitter();
    const connection = record(socket);
    socket.emit('message', { size: 5, arrayBuffer: () => Promise.reject(new Error('gone')) });
    socket.emit('message', 5);
    socket.emit('close', 1000);
    await connection.settled;
    expect(heard(connection).slice(0, 2)).toEqual([
      { event: 'message', type: 'binary', length: 5, unreadable: 'reading its Blob failed: gone' },
      {
        event: 'message',
        type: 'binary',
        length: 0,
        unreadable: 'its data is neither text nor bytes but number',
      },
    ]);
  });
});

describe('a recorded connection', () => {
  it('settles with its close, and tells whoever asked to be told', async () => {
    const socket = new EventEmitter();
    const connection = record(socket, clock);
    let changes = 0;
    const stop = connection.onChange(() => (changes += 1));
    socket.emit('open');
    socket.emit('close', 1000, '');
    await connection.settled;
    stop();
    socket.emit('message', 'late');
    expect([changes, connection.entries.length, connection.isSettled]).toEqual([2, 3, true]);
  });

  it('settles with an error where it never opened and no close follows', async () => {
    const socket = new EventEmitter();
    const connection = record(socket, clock);
    socket.emit('error', new Error('refused'));
    expect(connection.isSettled).toBe(false);
    await connection.settled;
    expect(connection.entries).toEqual([{ event: 'error', message: 'refused', atNs: 0 }]);
  });

  it('does not settle with an error while it is open', async () => {
    const socket = new EventEmitter();
    const connection = record(socket);
    socket.emit('open');
    socket.emit('error', new Error('frame'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(connection.isSettled).toBe(false);
  });

  it('is the same for a socket that is recorded already, and for itself', () => {
    const socket = new EventEmitter();
    const connection = record(socket);
    expect(record(socket)).toBe(connection);
    expect(record(connection)).toBe(connection);
    expect(socket.listenerCount('message')).toBe(1);
  });
});

describe('what cannot be recorded', () => {
  it('is refused with what to write instead', () => {
    const closed = Object.assign(new EventTarget(), { readyState: 3 });
    const closing = Object.assign(new EventTarget(), { readyState: 2 });
    const server = new WebSocketServer({ noServer: true });
    const frozen = Object.freeze({ onmessage: null });
    expect([
      refusal('wss://example.org'),
      refusal(null),
      refusal(Promise.resolve(new EventTarget())),
      refusal({ url: 'x' }),
      refusal(closed),
      refusal(closing),
      refusal(server),
      refusal(new PassThrough()),
      refusal(frozen),
    ]).toEqual([
      'KitError: record(socket) takes a WebSocket, and not a URL. Write `const connection = record(new WebSocket(url))`.',
      'KitError: record(socket) takes a WebSocket, and not null. Write `const connection = record(new WebSocket(url))`.',
      'KitError: record(socket) got a promise. Await it first: `record(await connect())`.',
      'KitError: record(socket) got an object without `addEventListener`, `on` or `onmessage` (it has url). Write `const connection = record(new WebSocket(url))`.',
      'KitError: record(socket) got a socket that is closed already: what it reported is gone. Call it where the socket is made. Write `const connection = record(new WebSocket(url))`.',
      'KitError: record(socket) got a socket that is closing already: what it reported is gone. Call it where the socket is made. Write `const connection = record(new WebSocket(url))`.',
      "KitError: record(socket) got a WebSocket server. Record its sockets: `server.on('connection', (socket) => record(socket))`.",
      'KitError: record(socket) got a stream of bytes, which has no messages. Give the WebSocket that was made over it.',
      'KitError: record(socket) cannot listen beside `onopen` of this object: the property cannot be redefined. Give an object with `addEventListener` or `on`.',
    ]);
  });
});
