import * as fc from 'fast-check';
import { makeMessage, makeOffer, noise, nonceOf, sha256, type MessagePlan } from './message';

const nonce = '0123456789abcdef0123456789abcdef';
const textOf = (plan: MessagePlan, name = 'A'): string => makeMessage(name, plan, nonce).payload.toString();

describe('a message', () => {
  it('has the digest of its payload', () => {
    const message = makeMessage('A', { kind: 'text', text: 'abc', salted: false }, nonce);
    expect(message).toEqual({
      name: 'A',
      type: 'text',
      payload: Buffer.from('abc'),
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
  });

  it('that is an answer is JSON of exactly the bytes asked for, 1 KiB by default', () => {
    expect(textOf({ kind: 'answer' })).toHaveLength(1024);
    for (const bytes of [580, 581, 65_536]) expect(textOf({ kind: 'answer', bytes })).toHaveLength(bytes);
    expect(JSON.parse(textOf({ kind: 'answer' }))).toMatchObject({ type: 'answer', nonce, name: 'A' });
    expect(textOf({ kind: 'answer' }, 'B')).not.toBe(textOf({ kind: 'answer' }));
  });

  it('that is an answer is no shorter than what every answer says', () => {
    expect(JSON.parse(textOf({ kind: 'answer', bytes: 1 }))).toMatchObject({ type: 'answer', nonce });
  });

  it('that is a candidate is JSON of at most 125 bytes, each different', () => {
    const texts = Array.from({ length: 1000 }, (_, at) => textOf({ kind: 'candidate', index: at + 1 }));
    expect(new Set(texts).size).toBe(1000);
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(125);
    expect(JSON.parse(texts[499] ?? '')).toMatchObject({ type: 'candidate', nonce, index: 500 });
  });

  it('that is a note is JSON with its type', () => {
    expect(JSON.parse(textOf({ kind: 'note', type: 'bye' }))).toEqual({ type: 'bye', nonce });
  });

  it('that is a text is salted or as it stands', () => {
    expect(textOf({ kind: 'text', text: 'x', salted: true })).toBe(`x${nonce}`);
    expect(textOf({ kind: 'text', text: '', salted: false })).toBe('');
  });

  it('that is unicode has characters of one to four bytes', () => {
    const text = textOf({ kind: 'unicode' });
    expect(JSON.parse(text)).toMatchObject({ nonce });
    expect(new Set(Array.from(text, (each) => Buffer.byteLength(each)))).toEqual(new Set([1, 2, 3, 4]));
  });

  it('that is binary has the bytes asked for', () => {
    expect(makeMessage('B', { kind: 'binary', bytes: 33 }, nonce)).toMatchObject({ type: 'binary', name: 'B' });
    expect(makeMessage('B', { kind: 'binary', bytes: 33 }, nonce).payload).toHaveLength(33);
    expect(makeMessage('B', { kind: 'binary', bytes: 0 }, nonce).payload).toHaveLength(0);
  });

  it('of an unknown kind is a fault of the kit', () => {
    // @ts-expect-error: no such plan
    const plan: MessagePlan = { kind: 'song' };
    expect(() => makeMessage('A', plan, nonce)).toThrow('unknown message plan');
  });

  it('is another for another nonce and the same for the same', () => {
    const plans: MessagePlan[] = [
      { kind: 'answer' },
      { kind: 'candidate', index: 1 },
      { kind: 'note', type: 'bye' },
      { kind: 'text', text: 'x', salted: true },
      { kind: 'unicode' },
      { kind: 'binary', bytes: 16 },
    ];
    const other = nonce.replace('0', 'f');
    for (const plan of plans) {
      expect(makeMessage('A', plan, nonce)).toEqual(makeMessage('A', plan, nonce));
      expect(makeMessage('A', plan, other).sha256).not.toBe(makeMessage('A', plan, nonce).sha256);
    }
  });
});

describe('the offer', () => {
  it('is JSON with the nonce', () => {
    expect(JSON.parse(makeOffer(nonce))).toMatchObject({ type: 'offer', nonce });
  });
});

describe('a nonce', () => {
  it('is 32 hex digits, and another for each connection of each trial of each run', () => {
    const nonces = ['s', 't'].flatMap((seed) =>
      ['a', 'b'].flatMap((trial) => [0, 1].map((at) => nonceOf(seed, trial, at))),
    );
    expect(new Set(nonces).size).toBe(8);
    for (const each of nonces) expect(each).toMatch(/^[0-9a-f]{32}$/);
    expect(nonceOf('s', 'a', 0)).toBe(sha256(Buffer.from('7300610030', 'hex')).slice(0, 32));
  });
});

describe('noise', () => {
  it('of more bytes begins with that of fewer', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(200), fc.nat(200), (label, a, b) => {
        const [short, long] = [noise(label, Math.min(a, b)), noise(label, Math.max(a, b))];
        expect(long.subarray(0, short.length)).toEqual(short);
        expect(long).toHaveLength(Math.max(a, b));
      }),
    );
  });
});
