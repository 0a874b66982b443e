import { ABANDON, message, O, record, RST, segment } from './notation';
import type { Case } from './case';
import { ackText } from './expand';
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
  twoThenFin,
  wire,
} from './testing/build-trial';

const lost = 'lost row 13 must';
const afterReset = 'observed row 13 informational';
const left = 'inconclusive client-left row 13 informational';

/** B never came, and the close was reported. */
const withoutB = { log: [opened(2), said(12, 'A'), closed(13, 1006), done(13)] };

const replace = (kase: Case, ...behind: readonly (typeof RST)[]): Case => ({
  ...kase,
  parts: kase.parts.map((part) => ({ ...part, script: [O, segment(record(message('A'), message('B'))), ...behind] })),
});

const exit = (atMs: number, code: number | null = 0, signal: string | null = null) => ({
  exit: { code, signal, atNs: ns(atMs), byKit: false },
});

describe('row 12, missing and not witnessed', () => {
  const unwitnessed = 'inconclusive unwitnessed row 12 informational';

  it('the answer was dropped before its acknowledgement', () => {
    expect(brief({ ...withoutB, snapshots: [snapshot(11, 'patience-over', { bytesAcked: ends.A })] })).toBe(
      unwitnessed,
    );
  });

  it('TCP_INFO was read when the socket was closed', () => {
    expect(brief({ ...withoutB, snapshots: [snapshot(11, 'final', {})] })).toBe(unwitnessed);
    expect(brief({ ...withoutB, snapshots: [snapshot(11, 'final', { bytesAcked: 0 })] })).toBe(unwitnessed);
    expect(brief({ ...withoutB, snapshots: [] })).toBe(unwitnessed);
  });

  it('is lost all the same where one of the missing was witnessed', () => {
    const log = [opened(2), closed(13, 1006), done(13)];
    expect(brief({ log, snapshots: [snapshot(11, 'acked', { bytesAcked: ends.A })] })).toBe(lost);
  });
});

describe('row 13, a reset that reached the client', () => {
  // Such a server performs no script, so that none is broken by the reset that a client draws.
  it('the client had drawn it from a real server', () => {
    const events = [...passing.events, wire(12, { kind: 'reset-drawn', by: 'data' })];
    const connection = { witness: 'client-socket' } as const;
    expect(brief({ ...withoutB, events, connection })).toBe(afterReset);
    expect(
      brief({ events, connection, log: [opened(2), said(12, 'A'), said(12, 'B'), closed(13, 1006), done(13)] }),
    ).toBe('pass row 15 informational');
  });

  const byScript = {
    ...withoutB,
    kase: replace(twoThenFin, RST),
    events: [...passing.events.slice(0, 2), wire(12, { kind: 'reset-sent' })],
  };
  const drawn = (by: 'pong' | 'close' | 'data' | 'alert') => ({
    ...withoutB,
    kase: replace(twoThenFin, ABANDON),
    events: [...passing.events.slice(0, 3), wire(12, { kind: 'reset-drawn', by })],
  });

  it('excuses what was witnessed up to W3, by the script or drawn by the client’s own bytes', () => {
    expect(brief(byScript)).toBe(afterReset);
    expect(brief(drawn('pong'))).toBe(afterReset);
    expect(brief(drawn('data'))).toBe(afterReset);
    expect(brief({ ...byScript, snapshots: [snapshot(11, 'before-reset', { bytesAcked: 1701, rxQueue: 0 })] })).toBe(
      afterReset,
    );
  });

  it('excuses nothing where the client had said that it was past the message: W4', () => {
    const events = [...passingClose.events.slice(0, 4), wire(12.5, { kind: 'reset-drawn', by: 'close' })];
    const kase = { ...replace(answerThenClose, ABANDON) };
    const log = [opened(2), closed(13, 1000), done(13)];
    expect(brief({ ...passingClose, kase, events, log })).toBe(lost);
  });

  it('counts as none where the client’s own teardown drew it', () => {
    expect(brief(drawn('alert'))).toBe(lost);
  });

  it('excuses nothing that the client had had for longer than the deadline', () => {
    const events = [...passing.events.slice(0, 2), wire(60_000, { kind: 'reset-sent' })];
    expect(brief({ ...byScript, events })).toBe(lost);
  });
});

describe('row 13, no reset', () => {
  it('something between acknowledges in the client’s place', () => {
    expect(brief({ ...withoutB, connection: { path: 'proxied' } })).toBe('inconclusive path row 13 informational');
    expect(brief({ ...withoutB, connection: { path: 'unknown' } })).toBe('inconclusive path row 13 informational');
  });

  it('W4 holds behind a proxy as well', () => {
    const log = [opened(2), closed(14, 1000), done(14)];
    expect(brief({ ...passingClose, log, connection: { path: 'proxied' } })).toBe(lost);
  });

  it('W4 by the acknowledgement of the application', () => {
    const { expanded } = buildTrial().context;
    const message = expanded.messages.get('B');
    if (message === undefined) throw new Error('there is a B');
    const ack = wire(11, { kind: 'client-message', text: ackText(message), bytes: 60 });
    const { main, witness, layer } = judge({ ...withoutB, snapshots: [], events: [...passing.events, ack] });
    expect([main.outcome, witness, layer]).toEqual(['lost', 'w4', 'dispatch']);
  });

  it('W2 and more, and the close or an error was reported', () => {
    expect(brief(withoutB)).toBe(lost);
    const error = line(12, { event: 'error', message: 'reset' });
    expect(brief({ log: [opened(2), said(12, 'A'), error, done(13)] })).toBe(lost);
  });

  it('W2 and more, no close, and the adapter answers: lost, and a hang', () => {
    const { main, also } = judge({
      log: [opened(2), said(12, 'A')],
      adapter: { gaveUp: true, pong: true },
      trial: { endedAtNs: ns(10_300) },
    });
    expect([main.outcome, main.row, ...also.map((each) => `${each.outcome} row ${each.row}`)]).toEqual([
      'lost',
      '13',
      'hang row 14a',
    ]);
  });

  it('W2 and more, no close, and nobody asked the adapter whether it is alive: the kit’s own fault', () => {
    const kit = 'inconclusive kit row 2 informational';
    const over = { trial: { endedAtNs: ns(10_300) } };
    expect(brief({ log: [opened(2), said(12, 'A')], adapter: { gaveUp: true, pong: null }, ...over })).toBe(kit);
    // A one-shot adapter has no ping to answer.
    const oneShot = { gaveUp: true, pong: null, mode: 'one-shot' } as const;
    expect(brief({ log: [opened(2), said(12, 'A')], adapter: oneShot, ...over })).toBe(lost);
  });

  it('is no loss where the kit gave up before the time for the message was up', () => {
    const early = { adapter: { gaveUp: true, pong: true }, trial: { endedAtNs: ns(4000) } };
    expect(brief({ log: [opened(2)], ...early })).toBe('inconclusive kit row 2 informational');
    // A close that was reported says that nothing more will come, whenever that was.
    expect(brief({ ...withoutB, ...early })).toBe(lost);
  });

  it('W2 and more, no close, and the adapter does not answer: a hang alone', () => {
    const silent = { adapter: { gaveUp: true, pong: false }, trial: { endedAtNs: ns(15_300) } };
    expect(brief({ log: [opened(2), said(12, 'A')], ...silent })).toBe('hang row 14a kit');
  });

  it('is no loss of a client that had delivered a moment before its time was up', () => {
    const slow = { adapter: { gaveUp: true, pong: true }, trial: { endedAtNs: ns(70_000) } };
    const log = [opened(2), said(69_990, 'A')];
    expect(brief({ log, ...slow })).toBe('inconclusive setup row 3 informational');
  });

  it('the process ended by itself, and later than the acknowledgement', () => {
    expect(brief({ log: [opened(2), said(12, 'A')], adapter: exit(20) })).toBe(lost);
  });

  it('the process ended, and it is not sure that it was later than the acknowledgement', () => {
    expect(brief({ log: [opened(2), said(10, 'A')], adapter: exit(10.5) })).toBe(left);
  });

  it('the process crashed: the loss is not counted as well', () => {
    const { main, also } = judge({ log: [opened(2), said(12, 'A')], adapter: exit(20, null, 'SIGABRT') });
    expect([main.outcome, main.row, also]).toEqual(['crash', '8', []]);
  });

  it('the log is incomplete', () => {
    const breach = { kind: 'unfinished-line', detail: '{"event":"mess', atNs: ns(13) } as const;
    expect(brief({ log: [opened(2), said(12, 'A')], adapter: { breach } })).toBe(
      'inconclusive adapter row 4 informational',
    );
  });

  it('the client was starved and had reported nothing', () => {
    const changes = { log: [opened(2), said(12, 'A')], adapter: { gaveUp: true, pong: true }, host: { starved: 0.9 } };
    expect(brief(changes)).toBe('inconclusive setup row 3 informational');
  });

  it('is observed where delivery is informational', () => {
    expect(brief({ ...withoutB, expect: { deliverLevel: 'informational' } })).toBe(afterReset);
    expect(brief({ ...withoutB, expect: { deliverLevel: 'should' } })).toBe('lost row 13 should');
  });
});

describe('row 13, a message that the client refuses for its size', () => {
  const events = [
    wire(1, { kind: 'request' }),
    wire(2, { kind: 'offer' }),
    wire(10, { kind: 'fin-sent' }),
    wire(13, { kind: 'client-close', code: 1009, reason: '', bodyBytes: 2 }),
  ];
  const log = [opened(2), line(12, { event: 'error', message: 'too big' }), closed(13, 1006), done(13)];

  it('is observed where the case lets it, and says so with 1009', () => {
    expect(brief({ events, log, expect: { mayRefuseSize: true } })).toBe('observed row 13 informational');
    const code = { close: { reported: 'must', codes: [1000] }, mayRefuseSize: true } as const;
    expect(judge({ events, log, expect: code }).also).toEqual([]);
  });

  it('is lost in every other case, and without that code', () => {
    expect(brief({ events, log })).toBe(lost);
    const silent = events.filter((event) => event.kind !== 'client-close');
    expect(brief({ events: silent, log, expect: { mayRefuseSize: true } })).toBe(lost);
  });
});

describe('row 13, a client that left', () => {
  const own = wire(9.5, { kind: 'client-close', code: 1000, reason: '', bodyBytes: 2 });

  it('by a Close of its own that crossed the message', () => {
    const events = [...passing.events.slice(0, 2), own, ...passing.events.slice(2)];
    const sent = passing.sent.map((each) => ({ ...each, atNs: Math.min(each.atNs, ns(9)) }));
    expect(brief({ ...withoutB, events, sent })).toBe(left);
  });

  it('by a Close that says that what came was not legal: no excuse', () => {
    const refusal = wire(9.5, { kind: 'client-close', code: 1002, reason: '', bodyBytes: 2 });
    const events = [...passing.events.slice(0, 2), refusal, ...passing.events.slice(2)];
    const sent = passing.sent.map((each) => ({ ...each, atNs: Math.min(each.atNs, ns(9)) }));
    expect(brief({ ...withoutB, events, sent })).toBe(lost);
  });

  it('with its first message, as it says that it does', () => {
    const events = [
      ...passing.events.slice(0, 3),
      wire(12, { kind: 'client-close', code: 1000, reason: '', bodyBytes: 2 }),
    ];
    const habits = { habits: ['closes-on-answer'] };
    expect(brief({ ...withoutB, events, hello: habits })).toBe(left);
    expect(brief({ log: [opened(2), said(12, 'A')], adapter: exit(20), hello: habits })).toBe(left);
  });

  it('not where its process ended by itself, behind the acknowledgement, while a condition still slowed it', () => {
    const log = [opened(2), said(12, 'A')];
    const events = [...passing.events, wire(9, { kind: 'imposed' }), wire(2100, { kind: 'lifted' })];
    expect(brief({ log, events, adapter: { mode: 'one-shot', ...exit(2000) } })).toBe(lost);
    const held = [...passing.events, wire(9, { kind: 'frozen' }), wire(2100, { kind: 'thawed' })];
    expect(brief({ log, events: held, adapter: { mode: 'one-shot', ...exit(2000) } })).toBe(left);
  });

  it('as it says that it does, but without even its first message', () => {
    const events = [
      ...passing.events.slice(0, 3),
      wire(12, { kind: 'client-close', code: 1000, reason: '', bodyBytes: 2 }),
    ];
    const log = [opened(2), closed(13, 1006), done(13)];
    expect(brief({ log, events, hello: { habits: ['closes-on-answer'] } })).toBe(lost);
  });
});
