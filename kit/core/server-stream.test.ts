import { ServerStream } from './server-stream';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('the server’s direction', () => {
  test('a text message, whole or in fragments, with a Ping between', () => {
    expect(new ServerStream().readBytes(bytes('8102 4869'))).toEqual([
      { kind: 'message', bytes: 2, binary: false, excerpt: 'Hi' },
    ]);
    expect(new ServerStream().readBytes(bytes('0101 48  8901 21  8001 69'))).toEqual([
      { kind: 'ping', payload: bytes('21') },
      { kind: 'message', bytes: 2, binary: false, excerpt: 'Hi' },
    ]);
  });

  test('a binary message has no excerpt', () => {
    expect(new ServerStream().readBytes(bytes('8202 0001'))).toEqual([
      { kind: 'message', bytes: 2, binary: true, excerpt: '' },
    ]);
  });

  test('a Close with a code and a reason, and one without', () => {
    expect(new ServerStream().readBytes(bytes('8804 03e8 6f6b'))).toEqual([
      { kind: 'close', code: 1000, reason: 'ok' },
    ]);
    expect(new ServerStream().readBytes(bytes('8800'))).toEqual([{ kind: 'close', code: 1005, reason: '' }]);
  });

  test('a masked frame is told, and read', () => {
    expect(new ServerStream().readBytes(bytes('8a80 01020304'))).toEqual([
      { kind: 'illegal', detail: 'a masked frame' },
      { kind: 'pong' },
    ]);
  });

  test('a reserved opcode and an endless frame', () => {
    expect(new ServerStream().readBytes(bytes('8300'))).toEqual([{ kind: 'illegal', detail: 'opcode 3' }]);
    expect(new ServerStream().readBytes(bytes('827f 0000000100000000'))).toEqual([
      { kind: 'illegal', detail: 'a frame of 4294967296 bytes' },
    ]);
  });

  test('alerts, and handshake records behind the handshake', () => {
    const stream = new ServerStream();
    const record = (contentType: number, hex: string) =>
      stream.readRecord({ kind: 'record', contentType, plaintext: bytes(hex), wireBytes: 0 });
    expect(record(22, '0400')).toEqual([]);
    expect(record(21, '0100')).toEqual([{ kind: 'close-notify' }]);
    expect(record(21, '0214')).toEqual([{ kind: 'alert', description: 20 }]);
    expect(record(23, '8100')).toEqual([{ kind: 'message', bytes: 0, binary: false, excerpt: '' }]);
    expect(stream.readRecord({ kind: 'bad-record', reason: 'authentication', contentType: 23, wireBytes: 40 })).toEqual(
      [{ kind: 'illegal', detail: 'bad TLS record: authentication' }],
    );
  });
});
