import type { WireExpectation } from './case';
import {
  brief,
  buildTrial,
  closed,
  done,
  judge,
  line,
  ns,
  opened,
  passing,
  passingClose,
  said,
  wire,
  type Changes,
} from './testing/build-trial';

const pass = 'pass row 15 informational';
const misreported = 'misreported row 14b must';
const delivered = [opened(2), said(12, 'A'), said(12, 'B')];
const twice = [...passing.log, closed(13, 1006)];

const reporting = (code: number | null, wasClean: boolean | null = null, changes: Changes = {}): string =>
  brief({ ...changes, log: [...delivered, closed(13, code, wasClean), done(13)] });

describe('row 14a, no close', () => {
  it('was reported in time', () => {
    expect(brief({ log: delivered, adapter: { gaveUp: true, pong: true } })).toBe('hang row 14a kit');
  });

  it('is owed by a process that delivered everything and ended with status 0', () => {
    const exit = { code: 0, signal: null, atNs: ns(20), byKit: false };
    expect(brief({ log: delivered, adapter: { exit }, hello: { habits: ['closes-on-answer'] } })).toBe(pass);
    // Of one that does not go by habit nobody knows what it would have reported.
    expect(brief({ log: delivered, adapter: { exit } })).toBe('observed row 14a informational');
  });

  it('is owed by a process that delivered nothing, where nothing was to be delivered', () => {
    const exit = { code: 0, signal: null, atNs: ns(20), byKit: false };
    expect(brief({ expect: { deliver: [] }, log: [opened(2)], adapter: { exit } })).toMatch(/^inconclusive/);
  });

  it('is needed where an error was the last word', () => {
    const error = line(13, { event: 'error', message: 'reset' });
    expect(brief({ log: [...delivered, error, done(13)] })).toBe(pass);
  });

  it('is no fault of a client that waited for a processor', () => {
    expect(brief({ log: delivered, adapter: { gaveUp: true }, host: { starved: 0.5 } })).toBe(
      'inconclusive setup row 3 informational',
    );
  });

  it('is no fault of a client whose trial was cut off', () => {
    expect(brief({ log: delivered })).toBe('inconclusive kit row 2 informational');
  });
});

describe('row 14b, an open that was never reported', () => {
  const nothing = { expect: { deliver: [], open: 'must' } } as const;
  const failed = [line(13, { event: 'error', message: 'failed' }), closed(13, 1006), done(13)];

  it('is a fault where the 101 was acknowledged, and an end came behind it', () => {
    expect(brief({ ...nothing, log: failed })).toBe(misreported);
    expect(brief({ ...nothing, log: [closed(13, 1006), done(13)] })).toBe(misreported);
    expect(brief({ ...nothing, log: [opened(2), ...failed] })).toBe(pass);
  });

  it('is none where the case does not ask for it', () => {
    expect(brief({ expect: { deliver: [] }, log: failed })).toBe(pass);
  });

  it('is none that can be shown where nobody saw the 101 arrive', () => {
    expect(brief({ ...nothing, snapshots: [], log: failed })).toBe('inconclusive unwitnessed row 12 informational');
    expect(brief({ ...nothing, connection: { path: 'proxied' }, log: failed })).toMatch(/^inconclusive path/);
  });
});

describe('row 14b, the number of closes', () => {
  it('is one', () => {
    expect(brief({ log: twice })).toBe(misreported);
  });

  it('is one a connection, of a client that reconnects', () => {
    const openedAgain = [...passing.log, opened(20), closed(30, 1006)];
    expect(brief({ log: openedAgain, hello: { habits: ['reconnects'] } })).toBe(pass);
    // The endpoint lets every connection in: one that it never saw was none.
    expect(brief({ log: openedAgain })).toBe('inconclusive adapter row 4 informational');
    const refused = [...passing.log, line(20, { event: 'error', message: 'refused' }), closed(20, 1006)];
    expect(brief({ log: refused, hello: { habits: ['reconnects'] } })).toBe(pass);
    expect(brief({ log: refused })).toBe(misreported);
    // Nor is it two of one that does not say so: an attempt after the trial is refused, and has an error in front.
    const late = [...passing.log, line(400, { event: 'error', message: 'refused' }), closed(401, 1006)];
    expect(brief({ log: late })).toBe(pass);
    // One that says so may tell an attempt that failed behind the trial by a close alone.
    const bare = [...passing.log, closed(401, 1006)];
    expect(brief({ log: bare, hello: { habits: ['reconnects'] } })).toBe(pass);
    expect(brief({ log: bare })).toBe(misreported);
    expect(brief({ log: [...passing.log, closed(20, 1006)], hello: { habits: ['reconnects'] } })).toBe(misreported);
    expect(brief({ log: [...passing.log, closed(20, 1006)] })).toBe(misreported);
    const { connections } = buildTrial().trial;
    const again = connections.map((each) => ({ ...each, index: 1, held: true }));
    expect(brief({ log: refused, trial: { connections: [...connections, ...again] } })).toBe(pass);
  });
});

describe('row 14b, the code', () => {
  it('is that of the first Close, or 1006', () => {
    expect(reporting(1006)).toBe(pass);
    expect(reporting(1000)).toBe(misreported);
    expect(reporting(1005)).toBe(misreported);
  });

  it('may be left out where no Close came', () => {
    expect(reporting(null)).toBe(pass);
  });

  it('may be left out by an API that has none', () => {
    const nameless = line(14, { event: 'close', code: null, reason: null, wasClean: null });
    const log = [opened(2), said(11, 'A'), nameless, done(14)];
    const blind = { ...passingClose, log, hello: { observes: [] } };
    expect(brief(blind)).toBe(pass);
    expect(brief({ ...blind, hello: {}, context: { codeSeenInControl: false } })).toBe(pass);
    expect(brief({ ...blind, hello: {} })).toBe(misreported);
  });

  it('binds as the case says', () => {
    expect(
      reporting(1000, false, { expect: { close: { reported: 'must', codes: [1006], codeLevel: 'should' } } }),
    ).toBe('misreported row 14b should');
  });

  it('is the client’s own business where it closed first, or the script was cut short', () => {
    const own = wire(10, { kind: 'client-close', code: 1000, reason: '', bodyBytes: 2 });
    const events = [...passing.events.slice(0, 2), own, wire(11, { kind: 'fin-sent' })];
    const sent = passing.sent.map((each) => ({ ...each, atNs: Math.min(each.atNs, ns(9)) }));
    expect(reporting(1000, true, { events, sent })).toBe(pass);
    const script = { status: 'cut-short', cause: 'client', at: 2, steps: 3, lapses: [] } as const;
    expect(reporting(1000, true, { connection: { script } })).toBe(pass);
  });

  it('is its own business where a client closes on its answer, although the endpoint was first', () => {
    const own = wire(12, { kind: 'client-close', code: 4000, reason: '', bodyBytes: 2 });
    const events = [...passingClose.events.slice(0, 3), own, ...passingClose.events.slice(4)];
    const log = [opened(2), said(11, 'A'), closed(14, 4000, true), done(14)];
    expect(brief({ ...passingClose, events, log, hello: { habits: ['closes-on-answer'] } })).toBe(pass);
    expect(brief({ ...passingClose, events, log })).toBe(misreported);
  });
});

describe('row 14b, behind an endpoint that was killed', () => {
  const killed = wire(11, { kind: 'endpoint-killed' });
  const events = [...passing.events.filter((each) => !each.kind.startsWith('client-')), killed];
  const log = [opened(2), said(11, 'A'), said(11.5, 'B'), closed(14, 1000, true), done(14)];

  it('is its own business where a client closes on its answer: nobody saw its Close', () => {
    expect(brief({ events, log, hello: { habits: ['closes-on-answer'] } })).toBe(pass);
    expect(brief({ events, log })).toBe(misreported);
  });
});

describe('row 14b, a Close that a reset may have flushed', () => {
  const drawn = wire(11, { kind: 'reset-drawn', by: 'data' });
  const { kase } = passingClose;
  const parts = kase.parts.map((part) => ({ ...part, script: [...part.script, { op: 'abandon' as const }] }));
  const unanswered = {
    ...passingClose,
    kase: { ...kase, parts },
    events: [...passingClose.events.slice(0, 3), drawn],
    log: [opened(2), said(11, 'A'), closed(14, 1006), done(14)],
  };

  it('need not be known, unless the client has replied to it or had its time', () => {
    expect(brief(unanswered)).toBe(pass);
    const reply = wire(10.5, { kind: 'client-close', code: 1000, reason: '', bodyBytes: 2 });
    expect(brief({ ...unanswered, events: [...passingClose.events.slice(0, 3), reply, drawn] })).toBe(misreported);
    const late = wire(9000, { kind: 'reset-drawn', by: 'data' });
    expect(brief({ ...unanswered, events: [...passingClose.events.slice(0, 3), late] })).toBe(misreported);
  });
});

describe('row 14b, wasClean and the reason', () => {
  it('wasClean is judged where the case asks and the API has it', () => {
    expect(reporting(1006, false)).toBe(pass);
    expect(reporting(1006, true)).toBe(misreported);
    expect(reporting(1006, true, { hello: { observes: ['code'] } })).toBe(pass);
    expect(reporting(1006, true, { expect: { close: { reported: 'must', codes: [1006] } } })).toBe(pass);
  });

  it('the reason is a SHOULD, or a MUST where the case says so', () => {
    const log = [
      opened(2),
      said(11, 'A'),
      line(14, { event: 'close', code: 1000, reason: '', wasClean: true }),
      done(14),
    ];
    expect(brief({ ...passingClose, log })).toBe('misreported row 14b should');
    const close = { reported: 'must', codes: [1000], reason: 'r', reasonLevel: 'must' } as const;
    expect(brief({ ...passingClose, log, expect: { close } })).toBe(misreported);
    expect(brief({ ...passingClose, log, hello: { observes: ['code', 'wasClean'] } })).toBe(pass);
  });
});

describe('row 14b, what the client put on the wire', () => {
  const withWire = (expected: WireExpectation, changes: Changes = {}): string =>
    brief({ ...passingClose, ...changes, expect: { wire: [expected] } });
  const without = (...kinds: readonly string[]) => ({
    events: passingClose.events.filter((event) => !kinds.includes(event.kind)),
  });
  const replying = (code: number, bodyBytes = 2) => ({
    events: passingClose.events.map((event) => (event.kind === 'client-close' ? { ...event, code, bodyBytes } : event)),
  });

  it('is exactly one Close', () => {
    const one = { wire: 'one-close', level: 'must' } as const;
    expect(withWire(one)).toBe(pass);
    expect(withWire(one, without('client-close'))).toBe(misreported);
    const again = wire(12.5, { kind: 'client-close', code: 1000, reason: '', bodyBytes: 2 });
    expect(withWire(one, { events: [...passingClose.events, again] })).toBe(misreported);
  });

  it('is no Close of a client that resets when it has all it wants', () => {
    const events = [...without('client-close', 'client-fin').events, wire(12, { kind: 'client-reset' })];
    expect(withWire({ wire: 'one-close', level: 'must' }, { events })).toBe(pass);
  });

  it('is owed by a client that resets and yet reports the code of the Close it was sent', () => {
    const script = { status: 'cut-short', cause: 'client', at: 2, steps: 3, lapses: [] } as const;
    const events = [...without('client-close', 'client-fin').events, wire(12, { kind: 'client-reset' })];
    const ended = events.filter(
      (event) => !['close-notify-sent', 'fin-sent', 'client-close-notify'].includes(event.kind),
    );
    const one = { wire: 'one-close', level: 'must' } as const;
    expect(withWire(one, { events: ended, connection: { script } })).toBe(misreported);
    const abnormal = [opened(2), said(11, 'A'), closed(14, 1006), done(14)];
    expect(withWire(one, { events: ended, connection: { script }, log: abnormal })).toBe(pass);
  });

  it('is an end of TCP', () => {
    const expected = { wire: 'closes-tcp', level: 'must' } as const;
    expect(withWire(expected)).toBe(pass);
    expect(withWire(expected, without('client-fin'))).toBe(misreported);
  });

  it('is a close_notify in TLS 1.2; where TCP was closed without it, the half that matters was done', () => {
    const expected = { wire: 'answers-close-notify', level: 'must', transports: ['tls13'] } as const;
    expect(withWire(expected)).toBe(pass);
    expect(withWire(expected, without('client-close-notify'))).toBe('misreported row 14b should');
    expect(withWire(expected, without('client-close-notify', 'client-fin'))).toBe(misreported);
    expect(withWire({ ...expected, transports: ['tls12'] }, without('client-close-notify'))).toBe(pass);
  });

  it('is never 1005 or 1006; an empty body stands for 1005 and is legal', () => {
    const expected = { wire: 'no-reserved-code', level: 'must' } as const;
    expect(withWire(expected, replying(1005, 0))).toBe(pass);
    expect(withWire(expected, replying(1005))).toBe(misreported);
    expect(withWire(expected, replying(1006))).toBe(misreported);
  });

  it('is the code that came, unless the client closes on its answer', () => {
    const expected = { wire: 'echoes-code', level: 'should', code: 1000 } as const;
    expect(withWire(expected)).toBe(pass);
    expect(withWire(expected, replying(1001))).toBe('misreported row 14b should');
    expect(withWire(expected, { ...replying(1001), hello: { habits: ['closes-on-answer'] } })).toBe(pass);
  });

  it('is the acknowledgement of the application', () => {
    const expected = { wire: 'acknowledges', level: 'must' } as const;
    expect(withWire(expected)).toBe(misreported);
    const ack = wire(12, { kind: 'client-message', text: 'ack', bytes: 3 });
    expect(withWire(expected, { events: [...passingClose.events, ack] })).toBe(pass);
  });

  it('is not looked at where the script did not run to its end', () => {
    const script = { status: 'cut-short', cause: 'client', at: 2, steps: 3, lapses: [] } as const;
    const changes = { ...without('client-close'), connection: { script } };
    expect(withWire({ wire: 'one-close', level: 'must' }, changes)).toBe(pass);
  });
});

describe('row 14c, a close out of nothing', () => {
  const lateEnd = [...passing.events.slice(0, 2), wire(5000, { kind: 'fin-sent' }), wire(5002, { kind: 'client-fin' })];
  const early = { events: lateEnd, log: [...delivered, closed(1000, 1006), done(1000)] };

  it('was reported while both sides were silent', () => {
    expect(brief(early)).toBe('spurious-close row 14c must');
    expect(brief({ ...early, expect: { staysOpen: 'should' } })).toBe('spurious-close row 14c should');
    expect(brief({ ...early, expect: { staysOpen: 'informational' } })).toBe(pass);
  });

  it('is not told from one that was only read on another channel', () => {
    const events = [...passing.events.slice(0, 2), wire(1100, { kind: 'fin-sent' })];
    expect(brief({ ...early, events })).toBe(pass);
  });

  it('is none where the client had ended the connection, as it may', () => {
    const events = [...passing.events.slice(0, 2), wire(999, { kind: 'client-fin' }), wire(5000, { kind: 'fin-sent' })];
    expect(brief({ ...early, events })).toBe(pass);
  });

  it('is one where the case says how long it stays open, and the client ended TCP without a Close', () => {
    const events = [...passing.events.slice(0, 2), wire(999, { kind: 'client-fin' }), wire(5000, { kind: 'fin-sent' })];
    const staying = { ...early, events, expect: { staysOpen: 'must' } } as const;
    expect(brief(staying)).toBe('spurious-close row 14c must');
    const script = { status: 'playing', at: 1, steps: 3, lapses: [] } as const;
    const gone = { ...staying, events: events.slice(0, 3), connection: { script }, trial: { endedAtNs: ns(1250) } };
    expect(brief(gone)).toBe('spurious-close row 14c must');
    expect(brief({ ...staying, hello: { habits: ['closes-on-answer'] } })).toBe(pass);
    const exit = { code: 0, signal: null, atNs: ns(999), byKit: false };
    expect(brief({ ...staying, adapter: { exit } })).toBe(pass);
    const cut = { status: 'cut-short', cause: 'client', at: 1, steps: 3, lapses: [] } as const;
    const reset = [...events.slice(0, 2), wire(1002, { kind: 'client-reset' })];
    expect(brief({ ...gone, events: reset, connection: { script: cut } })).toBe('spurious-close row 14c must');
  });

  it('cannot be told from the application’s own wish where the client closed with a Close', () => {
    const own = wire(998, { kind: 'client-close', code: 1000, reason: '', bodyBytes: 2 });
    const events = [...passing.events.slice(0, 2), own, wire(5000, { kind: 'fin-sent' })];
    const left = { ...early, events, expect: { staysOpen: 'must' } } as const;
    expect(brief(left)).toBe('inconclusive client-left row 6 informational');
    expect(brief({ ...left, hello: { habits: ['closes-on-answer'] } })).toBe(pass);
  });

  it('is an error that ends the connection as well', () => {
    const error = line(1000, { event: 'error', message: 'keep-alive' });
    expect(brief({ ...early, log: [...delivered, error, done(1000)] })).toBe('spurious-close row 14c must');
  });
});

it('findings about one close stand side by side', () => {
  const { main, also } = judge({ log: [...delivered, closed(13, 1000, true), closed(13, 1000, true), done(13)] });
  expect([main, ...also].map((finding) => finding.note)).toEqual([
    'the close was reported 2 times',
    'the close was reported with code 1000 and not 1006',
    'wasClean was true and not false',
  ]);
});
