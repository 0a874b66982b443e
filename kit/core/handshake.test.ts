import * as fc from 'fast-check';
import {
  acceptKey,
  buildRefusal,
  buildResponse,
  isUpgrade,
  maxHeadBytes,
  parseRequestHead,
  type RequestHead,
} from './handshake';

/** RFC 6455 §1.2, the request of the example. */
const request = [
  'GET /chat?x=1 HTTP/1.1',
  'Host: server.example.com',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Origin: http://example.com',
  'Sec-WebSocket-Protocol: chat, superchat',
  'Sec-WebSocket-Version: 13',
  '',
  '',
].join('\r\n');

function headOf(text: string): RequestHead {
  const head = parseRequestHead(Buffer.from(text, 'latin1'));
  if (head === undefined || head === 'bad') throw new Error(`no head: ${text}`);
  return head;
}

describe('the accept key', () => {
  it('is that of RFC 6455 §1.3', () => {
    expect(acceptKey('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });
});

describe('a request head', () => {
  it('is read, and what lies behind it is left', () => {
    const head = parseRequestHead(Buffer.from(`${request}behind`));
    expect(head).toMatchObject({ method: 'GET', path: '/chat?x=1', bytes: request.length });
    expect(headOf(request).headers['sec-websocket-protocol']).toBe('chat, superchat');
  });

  it('is read from the middle of a larger buffer', () => {
    const bytes = new Uint8Array(Buffer.from(`xx${request}`)).subarray(2);
    expect(parseRequestHead(bytes)).toMatchObject({ bytes: request.length });
  });

  it('joins the values of a field that is repeated', () => {
    const text = 'GET / HTTP/1.1\r\nSec-WebSocket-Protocol: a\r\nsec-websocket-protocol:  b \r\n\r\n';
    expect(headOf(text).headers['sec-websocket-protocol']).toBe('a, b');
  });

  it('takes a field named `__proto__` as any other', () => {
    const { headers } = headOf('GET / HTTP/1.1\r\n__proto__: x\r\n\r\n');
    expect(Object.keys(headers)).toEqual(['__proto__']);
  });

  it.each([
    ['another protocol', 'GET / HTTP/2.0\r\n\r\n'],
    ['no path', 'GET HTTP/1.1\r\n\r\n'],
    ['no request line', '\r\n\r\n'],
    ['a field without a colon', 'GET / HTTP/1.1\r\nHost\r\n\r\n'],
    ['a field without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n'],
    ['101 fields', `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(101)}\r\n`],
  ])('with %s is bad', (_, text) => {
    expect(parseRequestHead(Buffer.from(text))).toBe('bad');
  });

  it('is bad above 16 KiB, whether its end has come or not', () => {
    const ofLength = (bytes: number): string => {
      const start = 'GET / HTTP/1.1\r\nPad: ';
      return `${start}${'x'.repeat(bytes - start.length)}\r\n\r\n`;
    };
    const largest = Buffer.from(ofLength(maxHeadBytes));
    expect(parseRequestHead(largest)).toMatchObject({ bytes: maxHeadBytes + 4 });
    expect(parseRequestHead(largest.subarray(0, -1))).toBeUndefined();
    const larger = Buffer.from(ofLength(maxHeadBytes + 1));
    expect(parseRequestHead(larger)).toBe('bad');
    expect(parseRequestHead(larger.subarray(0, -1))).toBe('bad');
  });

  it('is incomplete at any cut before its end, and the same at any behind it', () => {
    const whole = Buffer.from(`${request}behind`);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), (cut) => {
        const head = parseRequestHead(whole.subarray(0, cut));
        expect(head).toEqual(cut < request.length ? undefined : headOf(request));
      }),
    );
  });
});

describe('an upgrade', () => {
  it('is a GET with a key that asks for websocket', () => {
    expect(isUpgrade(headOf(request))).toBe(true);
    expect(isUpgrade(headOf(request.replace('GET', 'POST')))).toBe(false);
    expect(isUpgrade(headOf(request.replace('Upgrade: websocket', 'Upgrade: h2c')))).toBe(false);
    expect(isUpgrade(headOf(request.replace('Upgrade: websocket\r\n', '')))).toBe(false);
    expect(isUpgrade(headOf(request.replace(/Sec-WebSocket-Key.*\r\n/, '')))).toBe(false);
  });
});

describe('the 101', () => {
  it('accepts the key and takes the first subprotocol that was offered', () => {
    expect(buildResponse(headOf(request)).toString('latin1')).toBe(
      [
        'HTTP/1.1 101 Switching Protocols',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
        'Sec-WebSocket-Protocol: chat',
        '',
        '',
      ].join('\r\n'),
    );
  });

  it.each(['', 'Sec-WebSocket-Protocol: a b\r\n', 'Sec-WebSocket-Protocol: \r\n'])(
    'names no subprotocol where %p was offered',
    (line) => {
      const head = headOf(request.replace(/Sec-WebSocket-Protocol.*\r\n/, line));
      expect(buildResponse(head).toString('latin1')).not.toContain('Protocol:');
    },
  );

  it('negotiates no extension, and answers a request without a key as it would any other', () => {
    const head = headOf('GET / HTTP/1.1\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n');
    expect(buildResponse(head).toString('latin1')).toMatch(/^HTTP\/1\.1 101 [^]*Accept: \S{28}\r\n\r\n$/);
  });
});

describe('a 101 with a defect', () => {
  const accept = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
  const plain = request.replace(/Sec-WebSocket-Protocol.*\r\n/, '');

  it.each([
    ['no-upgrade', ['Connection: Upgrade', accept]],
    ['no-connection', ['Upgrade: websocket', accept]],
    [
      'unoffered-extension',
      ['Upgrade: websocket', 'Connection: Upgrade', accept, 'Sec-WebSocket-Extensions: x-lastword-unoffered'],
    ],
    [
      'unoffered-subprotocol',
      ['Upgrade: websocket', 'Connection: Upgrade', accept, 'Sec-WebSocket-Protocol: x-lastword-unoffered'],
    ],
  ] as const)('%s is the same but for that', (defect, lines) => {
    expect(buildResponse(headOf(plain), defect).toString('latin1')).toBe(
      ['HTTP/1.1 101 Switching Protocols', ...lines, '', ''].join('\r\n'),
    );
  });

  it('has another value that is as well-formed where that is wrong', () => {
    const response = buildResponse(headOf(plain), 'wrong-accept').toString('latin1');
    expect(response).toMatch(/^HTTP\/1\.1 101 [^]*Accept: [A-Za-z0-9+/]{27}=\r\n\r\n$/);
    expect(response).not.toContain(accept);
  });

  it('names another subprotocol than the one that was offered', () => {
    expect(buildResponse(headOf(request), 'unoffered-subprotocol').toString('latin1')).not.toContain('chat');
  });

  it('breaks off in the middle', () => {
    expect(buildResponse(headOf(plain), 'half').toString('latin1')).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection',
    );
  });
});

describe('a refusal', () => {
  it('has its headers, and a body of the length that it says', () => {
    const answer = {
      status: 403,
      phrase: 'Forbidden',
      headers: [['Connection', 'close']],
      body: Buffer.of(0x81, 1, 65),
    } as const;
    expect(buildRefusal(answer).toString('latin1')).toBe(
      [
        'HTTP/1.1 403 Forbidden',
        'Connection: close',
        'Content-Type: application/octet-stream',
        'Content-Length: 3',
        '',
        '\x81\x01A',
      ].join('\r\n'),
    );
  });
});
