import * as fc from 'fast-check';
import { decodeLine } from './adapter-line';

const hello = { event: 'hello', protocol: 1, client: { name: 'ws', version: '8.23.0' } };
const decode = (value: unknown) => decodeLine(JSON.stringify(value));

describe('hello', () => {
  it('gets defaults for what it leaves out, and unknown fields are ignored', () => {
    expect(decode({ ...hello, mood: 'good' })).toEqual({
      kind: 'hello',
      hello: {
        protocol: 1,
        client: { name: 'ws', version: '8.23.0', runtime: 'unknown', platform: 'unknown' },
        api: 'callback',
        model: 'other',
        habits: [],
        observes: [],
        features: [],
        limits: {},
      },
    });
  });

  it('keeps what it states; an observable of a later protocol is left out', () => {
    const stated = {
      client: { name: 'c', version: '1', runtime: 'r', platform: 'p', trust: 'a CA of its own' },
      api: 'pull',
      model: 'whatwg',
      habits: ['reconnects'],
      observes: ['error', 'mood', 'code'],
      features: ['wss', 'telepathy'],
      limits: { messageBytes: 5, keepAliveMs: 0 },
    };
    const decoded = decode({ ...hello, ...stated });
    const observes = ['code', 'error'];
    expect(decoded).toEqual({ kind: 'hello', hello: { protocol: 1, ...stated, observes } });
  });

  it.each([
    [{ ...hello, protocol: 2 }, '`protocol` of `hello`: this kit speaks protocol 1, not 2'],
    [{ ...hello, client: { name: 'x'.repeat(201), version: '1' } }, '`client.name` of `hello`'],
    [{ ...hello, client: 'ws' }, '`client` of `hello`'],
    [{ ...hello, features: 'wss' }, '`features` of `hello`'],
    [{ ...hello, api: 'promise' }, '`api` of `hello`'],
    [{ ...hello, limits: { messageBytes: 1.5 } }, '`limits.messageBytes` of `hello`'],
  ])('of the wrong form is malformed, and the field is named: %j', (line, named) => {
    expect(decode(line)).toEqual({ kind: 'breach', breach: 'malformed-line', detail: expect.stringContaining(named) });
  });

  it('has its names escaped', () => {
    const decoded = decode({ ...hello, client: { name: '\u001b[2Jws\u202e', version: '1\n' } });
    expect(decoded).toMatchObject({ hello: { client: { name: '\\u{1b}[2Jws\\u{202e}', version: '1\\n' } } });
  });
});

describe('an event of a trial', () => {
  const sha256 = 'ab'.repeat(32);
  it.each([
    [{ event: 'open', trial: 'T' }, { event: 'open' }],
    [
      { event: 'open', trial: 'T', protocol: 'p' },
      { event: 'open', protocol: 'p' },
    ],
    [
      { event: 'message', trial: 'T', type: 'text', data: '' },
      { event: 'message', type: 'text', data: '' },
    ],
    [
      { event: 'message', trial: 'T', type: 'binary', length: 3, sha256: sha256.toUpperCase() },
      { event: 'message', type: 'binary', length: 3, sha256 },
    ],
    [
      { event: 'error', trial: 'T', message: 'a\nb' },
      { event: 'error', message: 'a\\nb' },
    ],
    [
      { event: 'close', trial: 'T' },
      { event: 'close', code: null, reason: null, wasClean: null },
    ],
    [
      { event: 'close', trial: 'T', code: 0, reason: 'r', wasClean: false },
      { event: 'close', code: 0, reason: 'r', wasClean: false },
    ],
    [{ event: 'done', trial: 'T' }, { event: 'done' }],
    [
      { event: 'unsupported', trial: 'T', feature: 'deflate' },
      { event: 'unsupported', feature: 'deflate' },
    ],
  ])('%j', (line, event) => {
    expect(decode(line)).toEqual({ kind: 'event', trial: 'T', tNs: undefined, event });
  });

  it('keeps its own clock, and an error text only as far as 2000 characters', () => {
    const decoded = decode({ event: 'error', trial: 'T', message: 'e'.repeat(5000), tNs: 12.5 });
    expect(decoded).toMatchObject({ tNs: 12.5, event: { message: `${'e'.repeat(1999)}…` } });
  });

  it.each([
    { event: 'open' },
    { event: 'open', trial: 7 },
    { event: 'open', trial: '' },
    { event: 'open', trial: 't'.repeat(201) },
    { event: 'message', trial: 'T', type: 'text' },
    { event: 'message', trial: 'T', type: 'binary', data: 'x' },
    { event: 'message', trial: 'T', type: 'binary', length: 3 },
    { event: 'message', trial: 'T', type: 'binary', length: -1, sha256 },
    { event: 'message', trial: 'T', type: 'binary', length: 3, sha256: 'abc' },
    { event: 'message', trial: 'T', type: 'json', data: '{}' },
    { event: 'message', trial: 'T', type: 'text', data: 'd'.repeat(65_537) },
    { event: 'close', trial: 'T', code: '1000' },
    { event: 'close', trial: 'T', code: 65_536 },
    { event: 'close', trial: 'T', code: 1000.5 },
    { event: 'close', trial: 'T', reason: 'r'.repeat(1001) },
    { event: 'close', trial: 'T', wasClean: 1 },
    { event: 'done', trial: 'T', tNs: '1' },
    { event: 'pong' },
    { event: 'pong', id: 'x' },
    { event: 7 },
    { trial: 'T' },
    [],
    null,
    'open',
    7,
  ])('of the wrong form is malformed: %j', (line) => {
    expect(decode(line)).toMatchObject({ kind: 'breach', breach: 'malformed-line' });
  });

  it('with a number beyond the finite ones is malformed', () => {
    expect(decodeLine('{"event":"done","trial":"T","tNs":1e999}')).toMatchObject({ breach: 'malformed-line' });
  });

  it('with an unknown name is its own breach', () => {
    for (const event of ['ping', 'toString', '__proto__']) {
      expect(decode({ event, trial: 'T' })).toEqual({
        kind: 'breach',
        breach: 'unknown-event',
        detail: `\`event\`: "${event}"`,
      });
    }
  });
});

it('a pong carries its id', () => {
  expect(decode({ event: 'pong', id: 7 })).toEqual({ kind: 'pong', id: 7 });
});

it('what is said of a held thread carries its id, and why it went on', () => {
  expect(decode({ event: 'held', id: 7 })).toEqual({ kind: 'hold', answer: { id: 7, state: 'held', confirmed: true } });
  expect(decode({ event: 'released', id: 7, confirmed: false, reason: 'a\u001bb' })).toEqual({
    kind: 'hold',
    answer: { id: 7, state: 'released', confirmed: false, reason: expect.not.stringContaining('\u001b') },
  });
  expect(decode({ event: 'held' })).toMatchObject({ kind: 'breach', breach: 'malformed-line' });
});

it('any text is decoded to something, and what is told of it is short and printable', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 500 }), fc.json()), (text) => {
      const line = decodeLine(text);
      if (line.kind !== 'breach') return;
      expect(line.detail.length).toBeLessThanOrEqual(200);
      expect(line.detail).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    }),
    { verbose: fc.VerbosityLevel.Verbose },
  );
});
