import { isDeepStrictEqual } from 'node:util';
import type { HeardMessage } from '../kit/core/timeline';
import { messageTest } from './message-test';

const text = (data: string): HeardMessage => ({ event: 'message', type: 'text', length: data.length, data, atNs: 0 });
const bye = text('{"type":"bye"}');
const match = (expected: unknown, message: HeardMessage) =>
  messageTest({ equals: isDeepStrictEqual }, 'm', expected).match(message, []);

describe('an asymmetric matcher', () => {
  it('is asked of the text and of the JSON in it; one of both will do', () => {
    expect(match(expect.stringContaining('bye'), bye)).toBe('yes');
    expect(match(expect.objectContaining({ type: 'bye' }), bye)).toBe('yes');
    expect(match(expect.any(Object), bye)).toBe('yes');
    expect(match(expect.any(String), bye)).toBe('yes');
    expect(match(expect.any(Number), bye)).toBe('no');
    expect(match(expect.arrayContaining([1]), text('[1,2]'))).toBe('yes');
  });

  it('that is negated is asked of the one that it is made for', () => {
    expect(match(expect.not.stringContaining('bye'), bye)).toBe('no');
    expect(match(expect.not.stringContaining('offer'), bye)).toBe('yes');
    expect(match(expect.not.objectContaining({ type: 'bye' }), bye)).toBe('no');
    expect(match(expect.not.objectContaining({ type: 'offer' }), bye)).toBe('yes');
  });

  it('of one’s own may be made for objects alone, or for texts', () => {
    const mine = { asymmetricMatch: (value: unknown) => (value as { type: string }).type.startsWith('b') };
    expect(match(mine, bye)).toBe('yes');
    expect(() => match(mine, text('no JSON'))).toThrow(TypeError);
  });

  it('cannot be asked of a payload that is known by its digest alone', () => {
    const digest: HeardMessage = { event: 'message', type: 'binary', length: 5000, sha256: 'ab', line: 0, atNs: 0 };
    expect(match(expect.anything(), digest)).toBe('cannot-tell');
    expect(match({ type: 'bye' }, { ...digest, type: 'text' })).toBe('cannot-tell');
  });
});

describe('a text or bytes', () => {
  // SHA-256 of `abc`, FIPS 180-4.
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const digest: HeardMessage = { event: 'message', type: 'text', length: 3, sha256, line: 0, atNs: 0 };

  it('are compared by length and digest where the log has no more', () => {
    expect(match('abc', digest)).toBe('yes');
    expect(match('abd', digest)).toBe('no');
    expect(match(Buffer.from('abc'), digest)).toBe('no');
    expect(match(Buffer.from('abc'), { ...digest, type: 'binary' })).toBe('yes');
    expect(
      match(new Uint8Array([97, 98, 99]).buffer, { ...digest, type: 'binary', sha256: sha256.toUpperCase() }),
    ).toBe('yes');
  });
});

it('an object or a list is the JSON of a text, deeply equal', () => {
  expect(match({ type: 'bye' }, bye)).toBe('yes');
  expect(match({}, bye)).toBe('no');
  expect(match([1, { a: 2 }], text('[1,{"a":2}]'))).toBe('yes');
  expect(match({ type: 'bye' }, text('bye'))).toBe('no');
});
