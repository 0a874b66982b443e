import { ackedAtNs, endOffsets, expectedMessages, factsOf, isClientEnd } from './facts';
import { tcpStates } from './trial';
import {
  brief,
  buildTrial,
  closed,
  done,
  ends,
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

function facts(changes: Changes = {}) {
  const { trial, context } = buildTrial(changes);
  return factsOf(context.kase, context.part, trial);
}

describe('the facts of a trial', () => {
  it('say when the stimulus left and who ended first', () => {
    expect(facts()).toMatchObject({
      stimulusNs: ns(10),
      serverEndNs: ns(10),
      clientEndedFirst: false,
      hasClosed: true,
    });
    const events = [wire(5, { kind: 'client-fin' }), ...passing.events];
    expect(facts({ events })).toMatchObject({ clientEnd: { kind: 'client-fin' }, clientEndedFirst: true });
  });

  it('have no connection where nobody came, nor one that was only held', () => {
    expect(facts({ connection: 'none' }).connection).toBeUndefined();
    expect(facts({ connection: { held: true } }).connection).toBeUndefined();
  });

  it('name the Close of the endpoint and those of the client', () => {
    expect(facts(passingClose)).toMatchObject({ closeSent: { code: 1000 }, clientCloses: [{ code: 1000 }] });
  });

  it('keep the log up to the second open, and what is delivered behind it', () => {
    const log = [...passing.log, opened(20), said(21, 'A'), closed(22, 1000)];
    expect(facts({ log }).life.map((entry) => entry.event)).toEqual([
      'open',
      'message',
      'message',
      'close',
      'done',
      'message',
    ]);
  });
});

describe('a client whose event loop was held', () => {
  const proof = { processes: 1, threads: 1, confirmed: true, how: 'event-loop' } as const;
  const freezes = [{ ...proof, frozenAtNs: ns(9), thawedAtNs: ns(20) }];
  const look = (rxQueue: number, state = tcpStates.closeWait as number) => [
    { ...snapshot(19, 'before-thaw', { bytesAcked: ends.B + 1 }), peer: { state, rxQueue } },
  ];
  const quiet = passing.events.slice(0, 3);

  it('stood still where all that was sent meanwhile lies unread', () => {
    expect(facts({ connection: { freezes }, events: quiet, snapshots: look(5000) }).readOn).toBe(false);
  });

  it('read on where bytes are missing, or where it answered', () => {
    expect(facts({ connection: { freezes }, events: quiet, snapshots: look(1) }).readOn).toBe(true);
    expect(facts({ connection: { freezes }, snapshots: look(5000) }).readOn).toBe(true);
    expect(brief({ connection: { freezes }, snapshots: look(5000) })).toBe('inconclusive setup row 3 informational');
  });

  it('is not asked for bytes that came behind the end of its socket', () => {
    expect(facts({ connection: { freezes }, events: quiet, snapshots: look(0, tcpStates.timeWait) }).readOn).toBe(
      false,
    );
  });

  it('is no question where its processes were stopped', () => {
    const stopped = { processes: 1, threads: 1, confirmed: true, frozenAtNs: ns(9), thawedAtNs: ns(20) };
    expect(facts({ connection: { freezes: [stopped] }, snapshots: look(1) }).readOn).toBe(false);
  });
});

describe('an error is the last word', () => {
  const error = line(12, { event: 'error', message: 'lost' });

  it('where only `done` and messages come behind it', () => {
    expect(facts({ log: [opened(2), error, done(13)] }).terminalError).toBe(true);
    expect(facts({ log: [opened(2), error, done(13), said(14, 'A')] }).terminalError).toBe(true);
  });

  it('not where a close comes, or the trial is not done', () => {
    expect(facts({ log: [opened(2), error, closed(13, 1006), done(13)] }).terminalError).toBe(false);
    expect(facts({ log: [opened(2), error] }).terminalError).toBe(false);
    expect(facts({ log: [opened(2), done(13)] }).terminalError).toBe(false);
  });
});

describe('a reset reached the client', () => {
  it.each([
    [{ kind: 'reset-sent' }, 'the script'],
    [{ kind: 'dropped' }, 'bytes left unread'],
    [{ kind: 'reset-drawn', by: 'pong' }, 'the client’s own pong'],
    [{ kind: 'reset-drawn', by: 'data' }, 'the client’s own data'],
  ] as const)('by %j', (event, by) => {
    const found = facts({ events: [...passing.events, wire(20, event)] }).reset;
    expect(found).toEqual({ atNs: ns(20), by: expect.stringContaining(by.replace('’', "'").slice(-12)) });
  });

  it('and none did where its own alert drew it', () => {
    expect(
      facts({ events: [...passing.events, wire(20, { kind: 'reset-drawn', by: 'alert' })] }).reset,
    ).toBeUndefined();
    expect(facts().reset).toBeUndefined();
  });
});

it('a process ended in order only by itself, with status 0', () => {
  const exit = (code: number | null, signal: string | null, byKit = false) =>
    facts({ adapter: { exit: { code, signal, byKit, atNs: 0 } } }).exitedCleanly;
  expect([exit(0, null), exit(0, null, true), exit(1, null), exit(null, 'SIGTERM')]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(facts().exitedCleanly).toBe(false);
});

it('a client ends with a Close, close_notify, FIN, RST or a fatal alert', () => {
  const alert = (level: number, description: number) =>
    isClientEnd(wire(1, { kind: 'client-alert', level, description }));
  expect(isClientEnd(wire(1, { kind: 'client-close-notify' }))).toBe(true);
  expect(isClientEnd(wire(1, { kind: 'client-pong', text: '' }))).toBe(false);
  // RFC 8446 §6.1: user_canceled is a warning, whatever level it is sent with.
  expect([alert(2, 80), alert(1, 80), alert(2, 90)]).toEqual([true, false, false]);
});

describe('a message', () => {
  const [connection] = buildTrial({
    snapshots: [snapshot(11, 'acked', { bytesAcked: ends.A }), snapshot(12, 'final', { bytesAcked: ends.B })],
  }).trial.connections;
  if (connection === undefined) throw new Error('there is a connection');

  it('was acknowledged when the first snapshot covers its last byte', () => {
    expect([ackedAtNs(connection, ends.A), ackedAtNs(connection, ends.B), ackedAtNs(connection, ends.B + 1)]).toEqual([
      ns(11),
      ns(12),
      undefined,
    ]);
  });

  it('ends where its records do, as often as it was sent', () => {
    expect([endOffsets(connection, 'A'), endOffsets(connection, 'C')]).toEqual([[ends.A], []]);
  });

  it('that no case has is a mistake of the catalogue', () => {
    expect(() => expectedMessages(buildTrial().context.expanded, ['Z'])).toThrow('no message named Z');
  });
});

describe('a client whose event loop was held has read on', () => {
  const sent = passing.sent.slice(1, 2);
  const stopped = { frozenAtNs: ns(9), thawedAtNs: ns(20), processes: 1, threads: 1, confirmed: true };
  const freezes = [{ ...stopped, how: 'event-loop' as const }];
  const held = (rxQueue: number, events = passing.events.slice(0, 3)): boolean =>
    facts({
      sent,
      events,
      snapshots: [snapshot(19, 'before-thaw', { bytesAcked: ends.A, rxQueue })],
      connection: { freezes },
    }).readOn;

  it('where its socket holds less than was sent and acknowledged meanwhile', () => {
    expect([held(1050), held(1049)]).toEqual([false, true]);
  });

  it('where it ended the connection in answer to what was sent meanwhile', () => {
    expect(held(1050, [wire(12, { kind: 'client-fin' })])).toBe(true);
    expect(held(1050, [wire(9.5, { kind: 'client-fin' })])).toBe(false);
    expect(held(1050, [wire(21, { kind: 'client-fin' })])).toBe(false);
  });

  it('and not where its processes were stopped, which stops every thread', () => {
    const events = [wire(12, { kind: 'client-fin' })];
    expect(facts({ sent, events, connection: { freezes: [stopped] } }).readOn).toBe(false);
  });
});
