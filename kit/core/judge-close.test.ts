import type { LogEntry } from './adapter-event';
import type { Case, Expectation, StepPlan, WireExpectation } from './case';
import { close, CN, ECHO, FIN, message, O, record, segment, W } from './notation';
import type { SentRecord, WireEvent } from './trial';
import {
  answerThenClose,
  brief,
  buildTrial,
  closed,
  done,
  ends,
  judge,
  line,
  ns,
  opened,
  passing,
  passingClose,
  said,
  snapshot,
  wire,
  type Changes,
} from './testing/build-trial';

const pass = 'pass row 15 informational';
/** `O · {⟨C(1000)⟩} · ECHO · {CN FIN}`. */
const nothing: Case = {
  ...answerThenClose,
  parts: [
    {
      script: [O, segment(record(close(1000))), ECHO, segment(CN, FIN)],
      expect: { deliver: [], close: { reported: 'must', codes: [1000] } },
    },
  ],
};
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

describe('row 14b, a client that goes when it has its answer', () => {
  const hello = { habits: ['closes-on-answer'] } as const;
  const goes = (own: WireEvent | undefined, code: number | null): string => {
    const events = [
      wire(1, { kind: 'request' }),
      wire(2, { kind: 'offer' }),
      wire(10, { kind: 'close-sent', code: 1000 }),
      ...(own === undefined ? [] : [own]),
      wire(12.1, { kind: 'client-fin' }),
      wire(13, { kind: 'close-notify-sent' }),
      wire(13, { kind: 'fin-sent' }),
    ];
    const close = line(14, { event: 'close', code, reason: '', wasClean: false });
    return brief({ ...passingClose, hello, events, log: [opened(2), said(11, 'A'), close, done(14)] });
  };
  const own = (code: number) => wire(12, { kind: 'client-close', code, reason: '', bodyBytes: 2 });

  // RFC 6455 §7.1.1: the Close of the endpoint may lie in its buffer, unread.
  it('stays where there is no answer to go on', () => {
    const events = passingClose.events;
    const log = [opened(2), closed(14, 1006, false), done(14)];
    expect(brief({ ...passingClose, kase: nothing, hello, events, log })).toBe(misreported);
  });

  it.each([1006, null, 4000])('has received no Close that it would have to report: %p is right', (code) => {
    expect(goes(own(1000), code)).toBe(pass);
    expect(goes(own(4000), code)).toBe(pass);
    expect(goes(undefined, code)).toBe(pass);
  });
});

describe('row 14b, a Close that nobody saw arrive', () => {
  const events = passingClose.events.filter(({ kind }) => kind !== 'client-close');
  const log = [opened(2), said(11, 'A'), closed(14, 1006), done(14)];

  it('need not be known', () => {
    const unseen = [snapshot(11, 'final', { bytesAcked: ends.A })];
    expect(brief({ ...passingClose, events, log, snapshots: unseen, expect: { wire: [] } })).toBe(pass);
    expect(brief({ ...passingClose, events, log, expect: { wire: [] } })).toBe(misreported);
    // Where the kernel tells nothing, as on other systems, it is taken to have arrived.
    const blind = [snapshot(11, 'final', {})];
    const none = { witness: 'none' } as const;
    expect(
      brief({
        ...passingClose,
        kase: nothing,
        events,
        log: [log[0]!, ...log.slice(2)],
        snapshots: blind,
        connection: none,
      }),
    ).toBe(misreported);
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

/** Cases in which the client is told to close with 4002. */
function toldTo(on: 'open' | 'message', script: readonly StepPlan[], expect: Expectation): Case {
  const [part] = answerThenClose.parts;
  const reactions = [{ kind: 'close', on, code: 4002, reason: '' }] as const;
  return { ...answerThenClose, id: 'test/told', parts: [{ ...part, script, expect, reactions }] };
}

const simultaneous = toldTo(
  'message',
  [O, segment(record(message('A'))), segment(record(close(4001))), ECHO, W(50), segment(CN), segment(FIN)],
  { deliver: ['A'], close: { reported: 'must', codes: [4001], clean: true } },
);

describe('row 14b, a client that was told to close', () => {
  const { sent } = passingClose;
  const [first, answer, closing] = sent as [SentRecord, SentRecord, SentRecord];
  const records = [first, { ...answer, atNs: ns(9) }, { ...closing, closeCode: 4001 }];
  const told = (
    code: number | null,
    wasClean: boolean | null,
    changes: Changes & { readonly ownCloseMs?: number; readonly own?: number; readonly leftMs?: number } = {},
  ): string => {
    const { ownCloseMs = 9.9, own = 4002, leftMs = 65, ...rest } = changes;
    const events = [
      wire(2, { kind: 'offer' }),
      wire(10, { kind: 'close-sent', code: 4001 }),
      wire(ownCloseMs, { kind: 'client-close', code: own, reason: '', bodyBytes: 2 }),
      wire(60, { kind: 'close-notify-sent' }),
      wire(60, { kind: 'fin-sent' }),
      wire(leftMs, { kind: 'client-close-notify' }),
      wire(leftMs, { kind: 'client-fin' }),
    ].sort((a, b) => a.atNs - b.atNs);
    const log = [opened(2), said(9.8, 'A'), closed(leftMs - 1, code, wasClean), done(leftMs)];
    return brief({ kase: simultaneous, sent: records, events, log, ...rest });
  };

  it('reports the code of the Close that it received, whichever was sent first', () => {
    expect(told(4001, true)).toBe(pass);
    expect(told(4001, true, { ownCloseMs: 11 })).toBe(pass);
    // Both came in one read: its own is never sent, and it replies.
    expect(told(4001, true, { ownCloseMs: 11, own: 4001 })).toBe(pass);
  });

  it('does not report its own, where it waited for the endpoint', () => {
    expect(told(4002, null)).toBe(misreported);
    expect(told(4002, true)).toBe(misreported);
    expect(told(1006, false)).toBe(misreported);
    expect(told(4002, null, { ownCloseMs: 11, own: 4001 })).toBe(misreported);
  });

  it('does not report its own, where it says that the closing handshake was completed', () => {
    expect(told(4002, true, { leftMs: 20 })).toBe(misreported);
  });

  describe('where it may have received no Close', () => {
    const events = [
      wire(2, { kind: 'offer' }),
      wire(9.9, { kind: 'client-close', code: 4002, reason: '', bodyBytes: 2 }),
      wire(10, { kind: 'close-sent', code: 4001 }),
      wire(60, { kind: 'close-notify-sent' }),
      wire(61, { kind: 'client-reset' }),
    ];
    const script = { status: 'cut-short', at: 4, steps: 9, lapses: [] } as const;

    it.each<[string, Parameters<typeof told>[2]]>([
      ['it ended TCP at once: RFC 6455 §7.1.1', { leftMs: 10.5 }],
      ['the Close was not acknowledged', { snapshots: [snapshot(11, 'acked', { bytesAcked: ends.A })] }],
      // RFC 9293 §3.6.1.
      ['it closed a socket that it had not read', { events }],
    ])('since %s, reports 1006 as well, and never its own', (_, changes) => {
      expect(told(1006, false, changes)).toBe(pass);
      expect(told(4001, null, changes)).toBe(pass);
      expect(told(null, null, changes)).toBe(pass);
      expect(told(4002, null, changes)).toBe(misreported);
      // A client that goes by habit has closed for itself.
      expect(told(4002, null, { ...changes, hello: { habits: ['closes-on-answer'] } })).toBe(pass);
    });

    it('since it was sent none, reports what it will', () => {
      const cut = { connection: { script }, events: events.filter(({ kind }) => kind !== 'close-sent') };
      expect(told(4002, null, cut)).toBe(pass);
    });
  });

  it('may have no code to show for a close of its own, unless WHATWG binds it', () => {
    expect(told(null, null, { hello: { model: 'other' } })).toBe(pass);
    expect(told(null, null)).toBe(misreported);
  });

  it('may have read all that came without TLS, and no Close of it', () => {
    const trial = { transport: 'plain' } as const;
    expect(told(1006, false, { trial })).toBe(pass);
    expect(told(4002, null, { trial })).toBe(misreported);
    expect(told(1006, true, { trial })).toBe(misreported);
  });

  it('reports the close once', () => {
    const log = [opened(2), said(9.8, 'A'), closed(11, 4002, false), closed(64, 4001, true), done(65)];
    expect(told(4001, true, { log })).toBe(misreported);
  });
});

describe('a client that was told to close, and whose Close is', () => {
  const silence: Expectation = { deliver: [], close: { reported: 'kit' } };
  const silent = toldTo('open', [O, ECHO, W(75_000)], silence);
  const ended = toldTo('open', [O, ECHO, segment(FIN)], {
    deliver: [],
    close: { reported: 'must', codes: [1006], clean: false },
  });
  const own = wire(3, { kind: 'client-close', code: 4002, reason: '', bodyBytes: 2 });
  const [first] = passingClose.sent;
  const sent = [first!];

  it('never answered reports that in the end', () => {
    const playing: Changes = {
      kase: silent,
      sent,
      events: [own, wire(30_000, { kind: 'client-fin' })],
      connection: { script: { status: 'playing', at: 4, steps: 5, lapses: [] } },
      trial: { endedAtNs: ns(30_300) },
    };
    expect(brief({ ...playing, log: [opened(2), closed(30_000, 1006), done(30_000)] })).toBe(pass);
    // RFC 6455 §7.1.1: it may close at any time.
    const atOnce = [own, wire(3.1, { kind: 'client-fin' })];
    expect(brief({ ...playing, events: atOnce, log: [opened(2), closed(3, 1006), done(3)] })).toBe(pass);
    const reset = [own, wire(3.1, { kind: 'client-reset' })];
    expect(brief({ ...playing, events: reset, log: [opened(2), closed(3, 1006), done(3)] })).toBe(pass);
    const hung = { events: [own], log: [opened(2)], adapter: { gaveUp: true, pong: true } };
    expect(brief({ ...playing, connection: {}, ...hung })).toBe('hang row 14a kit');
  });

  it('never sent has an adapter that cannot be trusted with it', () => {
    const events = [wire(2, { kind: 'offer' })];
    const hung = { events, log: [opened(2)], adapter: { gaveUp: true, pong: true } };
    expect(brief({ kase: silent, sent, ...hung })).toBe('inconclusive adapter row 4 informational');
  });

  it('never sent, since it left before, says nothing', () => {
    const events = [wire(3, { kind: 'client-fin' })];
    const log = [opened(2), closed(3, 1006), done(3)];
    expect(brief({ kase: silent, sent, events, log })).toBe('inconclusive client-left row 6 informational');
  });

  it('answered with a FIN received no Close: 1006, not clean', () => {
    const events = [own, wire(4, { kind: 'fin-sent' }), wire(5, { kind: 'client-fin' })];
    const reported = (code: number, wasClean: boolean): string =>
      brief({ kase: ended, sent, events, log: [opened(2), closed(5, code, wasClean), done(5)] });
    expect(reported(1006, false)).toBe(pass);
    expect(reported(4002, false)).toBe(misreported);
    expect(reported(1006, true)).toBe(misreported);
  });

  it('answered with data that it drops is observed', () => {
    const late = toldTo('open', [O, ECHO, segment(record(message('A')), record(close(1000)), CN, FIN)], {
      deliver: ['A'],
      deliverLevel: 'informational',
      close: { reported: 'must', codes: [1000] },
    });
    const events = [
      own,
      wire(10, { kind: 'close-sent', code: 1000 }),
      wire(60, { kind: 'close-notify-sent' }),
      wire(60, { kind: 'fin-sent' }),
      wire(61, { kind: 'client-fin' }),
    ];
    const reported = (code: number, delivered: readonly LogEntry[] = []): string =>
      brief({
        kase: late,
        sent: passingClose.sent,
        events,
        log: [opened(2), ...delivered, closed(61, code, null), done(61)],
      });
    expect(reported(1000)).toBe('observed row 13 informational');
    expect(reported(1000, [said(11, 'A')])).toBe(pass);
    expect(reported(4002)).toBe(misreported);
  });
});

describe('row 14b, data behind a Close', () => {
  const after = { ...passingClose, expect: { wire: [{ wire: 'no-data-after-close', level: 'must' }] } } as const;
  const sends = (atMs: number, changes: Changes = {}): string => {
    const data = wire(atMs, { kind: 'client-message', text: 'c', bytes: 1 });
    const events = [...passingClose.events, data].sort((a, b) => a.atNs - b.atNs);
    return brief({ ...after, events, ...changes });
  };

  it('is forbidden to its sender: RFC 6455 §5.5.1', () => {
    expect(sends(11)).toBe(pass);
    expect(sends(12.5)).toBe(misreported);
  });

  it('is so for an offer too', () => {
    const events = [...passingClose.events, wire(16, { kind: 'offer' })];
    expect(brief({ ...after, events })).toBe(misreported);
  });

  it('is a fact, however the connection ended', () => {
    expect(sends(12.5, { connection: { script: { status: 'cut-short', at: 4, steps: 5, lapses: [] } } })).toBe(
      misreported,
    );
  });

  it('that could not be sent is an error, and no report of the end', () => {
    const error = line(12.5, { event: 'error', message: 'not open' });
    const log = [opened(2), said(11, 'A'), error, ...passingClose.log.slice(2), error];
    expect(sends(11, { log })).toBe(pass);
  });
});

describe('row 14b, a code that is tolerated', () => {
  const tolerated: Changes = {
    ...passingClose,
    expect: { close: { reported: 'must', codes: [1000], codeLevel: 'should', tolerated: [1006] } },
  };
  const reported = (code: number): string =>
    brief({ ...tolerated, log: [opened(2), said(11, 'A'), closed(14, code), done(14)] });

  it('is observed', () => {
    expect(reported(1000)).toBe(pass);
    expect(reported(1006)).toBe('observed row 14b informational');
    expect(reported(4001)).toBe('misreported row 14b should');
  });

  it('may be no code at all', () => {
    const error = line(13, { event: 'error', message: 'a Close behind a Close' });
    expect(brief({ ...tolerated, log: [opened(2), said(11, 'A'), error, done(13)] })).toBe(pass);
  });

  it('is one of those alone that WHATWG does not bind, where the case says so', () => {
    const expected = { close: { reported: 'must', codes: [1000], tolerated: [1002], toleratedOf: 'others' } } as const;
    const log = [opened(2), said(11, 'A'), closed(14, 1002), done(14)];
    expect(brief({ ...passingClose, expect: expected, log })).toBe(misreported);
    const hello = { model: 'other' } as const;
    expect(brief({ ...passingClose, expect: expected, hello, log })).toBe('observed row 14b informational');
  });
});
