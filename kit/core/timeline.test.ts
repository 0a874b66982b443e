import { observeTrial } from './observation';
import { describeClose, freezesOf, timelineOfConnection, timelineOfTrial, type Timeline } from './timeline';
import { buildTrial, done, line, ns, opened, passing, snapshot, wire, type Changes } from './testing/build-trial';

const of = (changes: Changes = {}): Timeline => {
  const { trial, context } = buildTrial(changes);
  return timelineOfTrial(observeTrial(trial, context));
};

/** Lane and event of each, in order. */
const brief = (timeline: Timeline): string[] =>
  timeline.events.map(({ lane, what, detail }) => `${lane}: ${what}${detail === undefined ? '' : ` (${detail})`}`);

describe('the timeline of a trial', () => {
  it('has what the endpoint sent, what came, what the kernel said and what the client reported, in order', () => {
    expect(brief(of())).toEqual([
      'endpoint: response (122 B)',
      'peer: request',
      'peer: offer',
      'client: open',
      'endpoint: A (1050 B)',
      'endpoint: B (1050 B)',
      'endpoint: FIN',
      'kernel: all acked',
      'client: A (text, 1024 B)',
      'client: B (text, 57 B)',
      'client: close 1006 not clean',
      'peer: close_notify',
      'peer: FIN',
    ]);
  });

  it('has an answer that opens no connection by what it says', () => {
    const [, record] = passing.sent;
    const sent = [{ ...record!, says: 'HTTP 401' }];
    expect(brief(of({ sent })).filter((each) => each.startsWith('endpoint'))).toEqual([
      'endpoint: HTTP 401',
      'endpoint: A (1050 B)',
      'endpoint: FIN',
    ]);
  });

  it('of a raw trial has texts in the place of names', () => {
    const text = brief(timelineOfTrial(buildTrial().trial)).find((each) => each.includes('57 B'));
    expect(text).toBe('client: "{"type":"bye","nonce":"ababab…" (text, 57 B)');
  });

  it('keeps the order of the log, whatever the clocks say', () => {
    const log = [opened(20), line(5, { event: 'error', message: 'a\nb' }), done(6)];
    const client = of({ log }).events.filter((event) => event.lane === 'client');
    expect(client.map(({ what, detail, atNs }) => [what, detail, atNs])).toEqual([
      ['open', undefined, ns(20)],
      ['error', '"a\\nb"', ns(20)],
    ]);
  });

  it('says what the kernel saw only where it is new', () => {
    const snapshots = [
      snapshot(11, 'request', { bytesAcked: 600 }),
      snapshot(12, 'acked', { bytesAcked: 600 }),
      snapshot(13, 'before-thaw', { bytesAcked: 1701, rxQueue: 1201 }),
      snapshot(14, 'final', { bytesAcked: 1701, rxQueue: 1 }),
    ];
    expect(brief(of({ snapshots })).filter((each) => each.startsWith('kernel'))).toEqual([
      'kernel: 600 of 1700 B acked',
      'kernel: all acked, 1201 B unread',
      'kernel: nothing unread',
    ]);
  });

  it('has an end where the process ended by itself, or the kit gave up', () => {
    const exit = { code: null, signal: 'SIGSEGV', atNs: ns(30), byKit: false };
    expect(brief(of({ adapter: { exit } })).at(-1)).toBe('client: process ended, SIGSEGV');
    expect(brief(of({ adapter: { gaveUp: true } })).at(-1)).toBe('kernel: deadline; the kit gave up');
  });

  it('has freezes, and every kind of event that a wire can show', () => {
    const freeze = { frozenAtNs: 1, thawedAtNs: 2, processes: 1, threads: 1, confirmed: false };
    const events = [
      wire(1, { kind: 'client-message', text: 'x', bytes: 1 }),
      wire(2, { kind: 'client-ping', text: '' }),
      wire(3, { kind: 'client-close', code: 1000, reason: 'r\u202e', bodyBytes: 5 }),
      wire(4, { kind: 'client-close', code: 1005, reason: '', bodyBytes: 0 }),
      wire(5, { kind: 'client-alert', level: 2, description: 10 }),
      wire(6, { kind: 'client-illegal', detail: 'unmasked' }),
      wire(7, { kind: 'client-reset' }),
      wire(8, { kind: 'close-sent', code: 1005 }),
      wire(9, { kind: 'alert-sent', description: 40 }),
      wire(10, { kind: 'reset-drawn', by: 'pong' }),
      wire(11, { kind: 'dropped' }),
      wire(12, { kind: 'settled' }),
    ];
    const timeline = of({ events, sent: [], snapshots: [], log: [], connection: { freezes: [freeze] } });
    expect(timeline.freezes).toEqual([{ fromNs: 1, toNs: 2, isConfirmed: false }]);
    expect(brief(timeline)).toEqual([
      'peer: message (1 B)',
      'peer: ping',
      'peer: Close 1000 "r\\u{202e}"',
      'peer: Close without a code',
      'peer: alert unexpected_message',
      'peer: illegal bytes (unmasked)',
      'peer: RST',
      'endpoint: Close without a code',
      'endpoint: alert handshake_failure',
      'endpoint: RST drawn by pong',
      'endpoint: socket closed with unread bytes',
    ]);
  });

  it('is empty where no connection was made', () => {
    expect(brief(of({ connection: 'none', log: [] }))).toEqual([]);
  });

  it('calls records that end no message what they are', () => {
    const [, answer] = passing.sent;
    const record = {
      ...answer,
      atNs: 0,
      step: 2,
      type: 23,
      plainBytes: 0,
      wireBytes: 22,
      endOffset: 9,
      stimulus: true,
    };
    const sent = [
      { ...record, ends: [] },
      { ...record, plainBytes: 5, ends: [] },
      { ...record, type: 21, ends: [] },
    ];
    expect(brief(of({ sent, events: [], snapshots: [], log: [] }))).toEqual([
      'endpoint: empty record (22 B)',
      'endpoint: part (22 B)',
    ]);
  });

  it('counts records that carry one message, up to the one that ends it', () => {
    const [, answer] = passing.sent;
    const piece = { atNs: ns(10), step: 2, type: 23, plainBytes: 100, wireBytes: 122, endOffset: 0, stimulus: true };
    const sent = [piece, piece, piece, ...(answer === undefined ? [] : [answer]), piece, { ...piece, step: 3 }];
    expect(brief(of({ sent, events: [], snapshots: [], log: [] }))).toEqual([
      'endpoint: 3 parts (366 B)',
      'endpoint: A (1050 B)',
      'endpoint: part (122 B)',
      'endpoint: part (122 B)',
    ]);
  });
});

describe('the timeline of a recorded connection', () => {
  it('has the client’s lane alone', () => {
    const timeline = timelineOfConnection({
      kind: 'recorded-connection',
      startedAtNs: 0,
      hadOpened: false,
      isSettled: true,
      settled: Promise.resolve(),
      onChange: () => () => undefined,
      entries: [
        { event: 'open', atNs: 1 },
        { event: 'message', type: 'text', length: 2, data: 'hi', atNs: 2 },
        { event: 'message', type: 'binary', length: 9, bytes: new Uint8Array(9), atNs: 3 },
        { event: 'message', type: 'binary', length: 4, unreadable: 'gone', atNs: 4 },
        { event: 'close', code: null, reason: null, wasClean: null, atNs: 5 },
      ],
    });
    expect(timeline.hasWire).toBe(false);
    expect(brief(timeline)).toEqual([
      'client: open',
      'client: "hi" (text, 2 B)',
      'client: bytes 0000000000000000… (binary, 9 B)',
      'client: message (binary, 4 B)',
      'client: close without a code',
    ]);
  });
});

it('a close is described by what the API exposes of it', () => {
  const at = { line: 0, atNs: 0 };
  expect(describeClose({ event: 'close', code: 1000, reason: 'bye', wasClean: true, ...at })).toBe(
    'close 1000 "bye" clean',
  );
  expect(describeClose({ event: 'close', code: null, reason: '', wasClean: null, ...at })).toBe('close without a code');
});

it('draws a thaw when it happened, and not when the endpoint was told of it', () => {
  const proof = { frozenAtNs: 10, thawedAtNs: 30, processes: 1, threads: 1, confirmed: true };
  const events = [
    { atNs: 12, kind: 'frozen' },
    { atNs: 20, kind: 'fin-sent' },
    { atNs: 50, kind: 'thawed' },
    { atNs: 60, kind: 'frozen' },
  ] as const;
  expect(freezesOf(events, [proof])).toEqual([
    { atNs: 10, kind: 'frozen' },
    { atNs: 30, kind: 'thawed' },
    { atNs: 60, kind: 'frozen' },
  ]);
});
