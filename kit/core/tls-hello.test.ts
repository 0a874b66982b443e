import { readClientHello, readServerHello } from './tls-hello';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const RANDOM = '00'.repeat(32);

/** A ClientHello of one suite with the given extensions, in one record. */
function clientHello(extensions: string): Buffer {
  const list = hex(extensions);
  const body = Buffer.concat([
    hex(`0303 ${RANDOM} 00 0002 1301 01 00`),
    Buffer.of(list.length >> 8, list.length & 0xff),
    list,
  ]);
  // The compression methods are 01 00.
  const message = Buffer.concat([hex('01 00'), Buffer.of(body.length >> 8, body.length & 0xff), body]);
  return Buffer.concat([hex('16 0301'), Buffer.of(message.length >> 8, message.length & 0xff), message]);
}

const WITH_NAME_AND_ALPN = clientHello(`
  0000 000e 000c 00 0009 6c6f63616c686f7374
  0010 000e 000c 02 6832 08 687474702f312e31`);

describe('a ClientHello', () => {
  it('tells the server name and the protocols offered', () => {
    expect(readClientHello(WITH_NAME_AND_ALPN)).toEqual({
      kind: 'hello',
      hello: { serverName: 'localhost', alpn: ['h2', 'http/1.1'], maxFragmentBytes: undefined },
    });
  });

  it('without those extensions tells nothing', () => {
    expect(readClientHello(clientHello(''))).toEqual({
      kind: 'hello',
      hello: { serverName: undefined, alpn: [], maxFragmentBytes: undefined },
    });
  });

  it('tells the largest record that the client takes, where that is one of RFC 6066 §4', () => {
    const most = (code: string): unknown => readClientHello(clientHello(`0001 0001 ${code}`));
    expect(most('01')).toMatchObject({ hello: { maxFragmentBytes: 512 } });
    expect(most('04')).toMatchObject({ hello: { maxFragmentBytes: 4096 } });
    expect(most('05')).toMatchObject({ hello: { maxFragmentBytes: undefined } });
  });

  it('is waited for while bytes are missing, however many', () => {
    for (let length = 0; length < WITH_NAME_AND_ALPN.length; length += 1) {
      expect(readClientHello(WITH_NAME_AND_ALPN.subarray(0, length))).toEqual({ kind: 'incomplete' });
    }
  });

  it('may lie in two records', () => {
    const message = WITH_NAME_AND_ALPN.subarray(5);
    const records = [message.subarray(0, 10), message.subarray(10)].map((part) =>
      Buffer.concat([hex('16 0301'), Buffer.of(0, part.length), part]),
    );
    expect(readClientHello(Buffer.concat(records)).kind).toBe('hello');
  });

  it('is not what begins otherwise, is malformed or too long', () => {
    expect(readClientHello(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toEqual({ kind: 'not-tls' });
    expect(readClientHello(hex('15 0303 0002 0228'))).toEqual({ kind: 'not-tls' });
    expect(readClientHello(hex('16 0301 0004 02 000000'))).toEqual({ kind: 'not-tls' });
    expect(readClientHello(hex('16 0301 0006 01 000002 0303'))).toEqual({ kind: 'not-tls' });
    expect(readClientHello(Buffer.concat([hex('16 0301 0004 01 ffffff'), Buffer.alloc(65536)]))).toEqual({
      kind: 'not-tls',
    });
  });
});

describe('a ServerHello', () => {
  it('of TLS 1.3 is told by its supported_versions', () => {
    const payload = hex(`02 00002e 0303 ${'ab'.repeat(32)} 00 1301 00 0006 002b 0002 0304`);
    expect(readServerHello(payload)).toEqual({ version: 'TLSv1.3', random: Buffer.alloc(32, 0xab), suiteId: 0x1301 });
  });

  it('of TLS 1.2 may have no extensions at all', () => {
    const payload = hex(`02 000026 0303 ${'ab'.repeat(32)} 00 c02b 00`);
    expect(readServerHello(payload)).toEqual({ version: 'TLSv1.2', random: Buffer.alloc(32, 0xab), suiteId: 0xc02b });
  });

  it('is not a HelloRetryRequest, nor another message', () => {
    const retry = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';
    expect(readServerHello(hex(`02 00002e 0303 ${retry} 00 1301 00 0006 002b 0002 0304`))).toBeUndefined();
    expect(readServerHello(hex('0b 000000'))).toBeUndefined();
  });
});
