import type { CasePart } from './case';
import { acked, DROP, DUTY, message, record, segment, STOP_READING } from './notation';
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
  textOf,
  twoThenFin,
  wire,
} from './testing/build-trial';
import { judgeTrial } from './judge-trial';

const exitBy = (signal: string | null, code: number | null, atMs = 12) => ({
  exit: { code, signal, atNs: ns(atMs), byKit: false },
});

describe('row 15', () => {
  it('a trial in which all was as it should be passes', () => {
    expect(judge()).toEqual({
      main: { outcome: 'pass', row: '15', level: 'informational', note: 'all that was expected was seen' },
      also: [],
      witness: 'w2',
    });
    expect(brief(passingClose)).toBe('pass row 15 informational');
  });
});

describe('row 1, a gating control showed nothing', () => {
  it('nothing is said of the client, whatever the trial looks like', () => {
    expect(brief({ log: [], context: { gate: 'no answer in three attempts' } })).toBe(
      'inconclusive control row 1 informational',
    );
  });
});

describe('row 2, the script did not run as declared', () => {
  const script = { at: 2, steps: 3, lapses: [] };

  it('the endpoint could not perform a step', () => {
    const failed = { ...script, status: 'failed', cause: 'kit', reason: 'EPIPE' } as const;
    expect(brief({ connection: { script: failed } })).toBe('inconclusive kit row 2 informational');
  });

  it('the endpoint crashed half-way', () => {
    const events = passing.events.slice(0, 3);
    expect(brief({ events, connection: { script: { ...script, status: 'playing' } } })).toBe(
      'inconclusive kit row 2 informational',
    );
  });

  it.each([
    ['bytes left unread', { kind: 'reset-drawn', by: 'unread' }],
    ['a reset', { kind: 'reset-sent' }],
    ['a closed descriptor', { kind: 'dropped' }],
  ] as const)('%s reset a connection that the script does not reset', (_, event) => {
    const events = [...passing.events, wire(11, event)];
    expect(brief({ events, log: [opened(2), closed(13, 1006), done(13)] })).toBe(
      'inconclusive kit row 2 informational',
    );
  });

  it('two trials shared a port, and the connection is the other one’s', () => {
    expect(brief({ connection: { nonce: 'cd'.repeat(16) } })).toBe('inconclusive kit row 2 informational');
  });

  it('the stimulus never left', () => {
    const sent = passing.sent.slice(0, 1);
    expect(brief({ sent, events: passing.events.slice(0, 2) })).toBe('inconclusive kit row 2 informational');
  });
});

describe('row 3, the machine', () => {
  const setup = 'inconclusive setup row 3 informational';
  const freeze = { frozenAtNs: ns(5), thawedAtNs: ns(12), processes: 1, threads: 4 };

  it('the freezer missed a thread', () => {
    expect(brief({ connection: { freezes: [{ ...freeze, confirmed: false, reason: 'thread 7 ran on' }] } })).toBe(
      setup,
    );
    expect(brief({ connection: { freezes: [{ ...freeze, confirmed: true }] } })).toBe('pass row 15 informational');
  });

  it('the client could not be frozen', () => {
    const script = { status: 'failed', cause: 'setup', at: 1, steps: 3, lapses: [] } as const;
    expect(brief({ connection: { script } })).toBe(setup);
  });

  it.each([
    ['the clock was stepped by an hour', { clockStepMs: 3_600_000 }],
    ['the kit was held up', { stallMs: 3000 }],
    ['something else stopped the client', { stoppedByOther: true }],
    ['the memory ran out', { oomKill: true }],
  ])('%s', (_, host) => {
    expect(brief({ host, log: [opened(2), closed(13, 1006), done(13)] })).toBe(setup);
  });

  it('the client was killed from outside', () => {
    expect(brief({ adapter: exitBy('SIGKILL', null), log: [opened(2)] })).toBe(setup);
  });

  it('the certificate was wrong, so that no connection asked for the trial', () => {
    const stray = { atNs: ns(2), transport: 'tls13', what: 'the client refused the handshake: unknown_ca' } as const;
    const log = [line(3, { event: 'error', message: 'unknown CA' }), closed(3, 1006), done(3)];
    expect(brief({ connection: 'none', log, trial: { strays: [stray] } })).toBe(setup);
  });
});

describe('row 4, the adapter', () => {
  const adapter = 'inconclusive adapter row 4 informational';

  it('broke its protocol', () => {
    const breach = { kind: 'malformed-line', detail: 'not JSON', atNs: ns(5) } as const;
    expect(brief({ adapter: { breach }, log: [opened(2)] })).toBe(adapter);
  });

  it('reports a connection that the endpoint never saw', () => {
    expect(brief({ connection: 'none', log: [opened(2), closed(3, 1000), done(3)] })).toBe(adapter);
  });

  it('made no connection', () => {
    expect(brief({ connection: 'none', log: [] })).toBe(adapter);
  });

  it('said that it was done, and not how', () => {
    expect(brief({ log: [opened(2), said(12, 'A'), done(13)] })).toBe(adapter);
  });

  it('kept its lines in a buffer, and was killed', () => {
    const exit = { code: null, signal: 'SIGKILL', atNs: ns(90_000), byKit: true };
    expect(brief({ log: [], adapter: { gaveUp: true, pong: false, exit } })).toBe(adapter);
    expect(brief({ log: [], adapter: { gaveUp: true, mode: 'one-shot', exit } })).toBe(adapter);
  });

  it('ended, and reported no close of a connection that it lost nothing of', () => {
    const log = [opened(2), said(12, 'A'), said(12, 'B')];
    const exit = { code: null, signal: 'SIGTERM', atNs: ns(20), byKit: true };
    expect(brief({ log, adapter: { exit } })).toBe(adapter);
  });

  it('sent no offer', () => {
    const script = { status: 'failed', cause: 'client', at: 1, steps: 3, lapses: [] } as const;
    const changes = { sent: passing.sent.slice(0, 1), events: passing.events.slice(0, 1), connection: { script } };
    expect(brief({ ...changes, log: [opened(2)] })).toBe(adapter);
  });
});

it('row 4, the process crashed behind the trial, when another had begun', () => {
  const crashBehind = { code: null, signal: 'SIGPIPE', atNs: ns(20), byKit: false };
  expect(brief({ adapter: { crashBehind } })).toBe('inconclusive adapter row 4 informational');
});

describe('row 5, a feature that is not there', () => {
  it('is not applicable', () => {
    const log = [line(1, { event: 'unsupported', feature: 'react-sleep' })];
    expect(brief({ connection: 'none', log })).toBe('not-applicable row 5 informational');
  });

  it('is not believed behind the beginning of a connection, nor of what the hello lists', () => {
    const refused = line(12, { event: 'unsupported', feature: 'react-sleep' });
    expect(brief({ log: [opened(2), refused] })).toBe('inconclusive adapter row 4 informational');
    const hello = { features: ['wss', 'react-sleep'] };
    expect(brief({ connection: 'none', log: [refused], hello })).toBe('inconclusive adapter row 4 informational');
  });

  it('is not applicable where a message takes longer than a trial may, at the speed that the client declares', () => {
    expect(brief({ hello: { limits: { bytesPerSecond: 50 } } })).toBe('not-applicable row 5 informational');
    expect(brief({ hello: { limits: { bytesPerSecond: 1000 } } })).toBe('pass row 15 informational');
  });

  it('counts what the script waits for, and the turns in which the client stands still', () => {
    const script = twoThenFin.parts[0]?.script ?? [];
    const within = (...steps: CasePart['script']) => ({
      kase: { ...twoThenFin, parts: twoThenFin.parts.map((part) => ({ ...part, script: steps })) },
      hello: { limits: { bytesPerSecond: 1000 } },
    });
    const notHere = 'not-applicable row 5 informational';
    expect(brief(within(...script, acked(5000)))).toBe(notHere);
    expect(brief(within(...script, acked(60_000)))).toBe('pass row 15 informational');
    expect(brief(within(DUTY(45, 5), ...script, acked(60_000)))).toBe(notHere);
  });

  it('is not applicable where a message is larger than the client says it takes', () => {
    expect(brief({ hello: { limits: { messageBytes: 100 } } })).toBe('not-applicable row 5 informational');
    expect(brief({ hello: { limits: { messageBytes: 100_000 } } })).toBe('pass row 15 informational');
  });
});

describe('row 5, what this machine or run cannot give', () => {
  it('is not applicable, with the reason, whatever the client did', () => {
    const script = {
      status: 'failed',
      at: 3,
      steps: 6,
      cause: 'unavailable',
      reason: 'the kernel has no netem',
      lapses: [],
    } as const;
    const { main } = judge({ connection: { script }, log: [opened(2)] });
    expect([main.outcome, main.row, main.note]).toEqual(['not-applicable', '5', 'the kernel has no netem']);
  });

  it('is not applicable where the trial was not even run', () => {
    const { main } = judge({ connection: 'none', log: [], trial: { unavailable: 'the client cannot reach it' } });
    expect([main.outcome, main.note]).toEqual(['not-applicable', 'the client cannot reach it']);
  });

  it('is the kit’s where something of the kit failed, whatever the client says', () => {
    const failure = 'the endpoint of the trial died of itself';
    const { main } = judge({ connection: 'none', trial: { failure } });
    expect([main.outcome, main.why, main.row, main.note]).toEqual(['inconclusive', 'kit', '2', failure]);
  });
});

describe('row 3, what a case imposes', () => {
  const proof = { kind: 'cpu', fromNs: ns(5), untilNs: ns(50), confirmed: true, detail: 'held back 9 times' } as const;
  it('has to be confirmed', () => {
    expect(brief({ connection: { conditions: [proof] } })).toBe('pass row 15 informational');
    const conditions = [{ ...proof, confirmed: false, detail: 'process 7 was not under the limit' }];
    expect(brief({ connection: { conditions } })).toBe('inconclusive setup row 3 informational');
  });
});

describe('row 6, the client left before the stimulus', () => {
  const left = 'inconclusive client-left row 6 informational';

  it.each([
    { kind: 'client-fin' },
    { kind: 'client-reset' },
    { kind: 'client-close', code: 1000, reason: '', bodyBytes: 2 },
    { kind: 'client-alert', level: 2, description: 80 },
  ] as const)('with $kind', (event) => {
    expect(brief({ events: [wire(5, event), ...passing.events], log: [opened(2), closed(6, 1006), done(6)] })).toBe(
      left,
    );
  });

  it('by ending its process', () => {
    const changes = { sent: passing.sent.slice(0, 1), events: passing.events.slice(0, 2), log: [opened(2)] };
    expect(brief({ ...changes, adapter: exitBy(null, 0, 3) })).toBe(left);
  });
});

describe('row 8, a crash', () => {
  it('is one of the client, and a rule of the kit', () => {
    expect(brief({ adapter: exitBy('SIGSEGV', null) })).toBe('crash row 8 kit');
    expect(brief({ adapter: exitBy(null, 1) })).toBe('crash row 8 kit');
  });

  it('is none where the process ended in order', () => {
    expect(brief({ adapter: exitBy(null, 0) })).toBe('pass row 15 informational');
    expect(brief({ adapter: { exit: { code: null, signal: 'SIGSEGV', atNs: ns(12), byKit: true } } })).toBe(
      'pass row 15 informational',
    );
  });

  it('does not hide what was delivered and must not be', () => {
    const log = [opened(2), said(12, 'A'), said(12, 'A')];
    const { main, also } = judge({ log, adapter: exitBy('SIGABRT', null) });
    expect([main.outcome, ...also.map((finding) => finding.outcome)]).toEqual(['duplicated', 'crash']);
  });
});

describe('row 9, what was delivered and must not be', () => {
  const corrupted = 'corrupted row 9 must';
  const instead = (data: string, type: 'text' | 'binary' = 'text') =>
    brief({ log: [opened(2), line(12, { event: 'message', type, data }), said(12, 'B'), closed(13, 1006), done(13)] });

  it('was never sent', () => {
    expect(instead('something else')).toBe(corrupted);
  });

  it('is a part of what was sent', () => {
    expect(instead(textOf('A').slice(0, 500))).toBe(corrupted);
  });

  it('is what was sent, with the wrong type', () => {
    expect(instead(textOf('A'), 'binary')).toBe(corrupted);
  });

  it('came from a connection of another trial', () => {
    expect(instead(textOf('A').replace('abab', 'cdcd'))).toBe(corrupted);
  });

  it('came twice, and needs no witness', () => {
    const log = [opened(2), said(12, 'A'), said(12, 'A'), said(12, 'B'), closed(13, 1006), done(13)];
    expect(brief({ log, snapshots: [] })).toBe('duplicated row 9 must');
  });

  it('is a message that has to be ignored: a MUST for WHATWG clients, a SHOULD for others', () => {
    const never = { names: ['B'], whatwg: 'must', others: 'should' } as const;
    const expect9 = { deliver: ['A'], never };
    expect(brief({ expect: expect9 })).toBe('forbidden row 9 must');
    expect(brief({ expect: expect9, hello: { model: 'other' } })).toBe('forbidden row 9 should');
  });

  it('is nobody’s fault where a client that reconnects is told the same again on its second connection', () => {
    const log = [opened(2), said(12, 'A'), said(12, 'B'), closed(13, 1006), done(13), opened(20), closed(40, 1006)];
    expect(brief({ log, hello: { habits: ['reconnects'] } })).toBe('pass row 15 informational');
  });
});

describe('row 10, the order', () => {
  it('of the messages is not the one in which they were sent', () => {
    const log = [opened(2), said(12, 'B'), said(12, 'A'), closed(13, 1006), done(13)];
    expect(brief({ log })).toBe('reordered row 10 must');
  });

  it('has a message before the open', () => {
    const log = [said(2, 'A'), opened(2), said(12, 'B'), closed(13, 1006), done(13)];
    expect(brief({ log })).toBe('reordered row 10 must');
  });
});

describe('row 11, the time', () => {
  it('a message behind the close is late', () => {
    expect(brief({ log: [opened(2), said(12, 'A'), closed(13, 1006), done(13), said(14, 'B')] })).toBe(
      'late row 11 must',
    );
  });

  it('a message behind the error that ended the connection is late', () => {
    const error = line(12, { event: 'error', message: 'lost' });
    expect(brief({ log: [opened(2), said(12, 'A'), error, done(13), said(14, 'B')] })).toBe('late row 11 must');
  });

  it('a message that waits for more than 5 s is stalled, and 2 s are no fault', () => {
    const at = (ms: number) => ({ log: [opened(2), said(12, 'A'), said(ms, 'B'), closed(ms, 1006), done(ms)] });
    expect(brief(at(2100))).toBe('pass row 15 informational');
    expect(brief(at(6000))).toBe('stalled row 11 must');
  });

  it('is longer where the client says how slow it is', () => {
    const log = [opened(2), said(12, 'A'), said(6000, 'B'), closed(6000, 1006), done(6000)];
    expect(brief({ log, hello: { limits: { bytesPerSecond: 1000 } } })).toBe('pass row 15 informational');
  });

  it('counts from the thaw', () => {
    const events = [wire(9, { kind: 'frozen' }), ...passing.events, wire(3000, { kind: 'thawed' })];
    const log = [opened(2), said(6000, 'A'), said(6000, 'B'), closed(6000, 1006), done(6000)];
    expect(brief({ events, log })).toBe('pass row 15 informational');
  });

  it('says nothing where the client waited for a processor', () => {
    const log = [opened(2), said(12, 'A'), said(6000, 'B'), closed(6000, 1006), done(6000)];
    expect(brief({ log, host: { starved: 0.5 } })).toBe('inconclusive setup row 3 informational');
  });
});

describe('row 7, a legal stimulus refused', () => {
  const refusing = (event: Parameters<typeof wire>[1]) =>
    brief({
      ...passingClose,
      events: [...passingClose.events.slice(0, 2), wire(11, event), wire(12, { kind: 'close-sent', code: 1000 })],
      log: [opened(2), said(11, 'A'), closed(14, 1006), done(14)],
    });

  it('with an alert, or with a Close whose code says so', () => {
    expect(refusing({ kind: 'client-alert', level: 2, description: 10 })).toBe('rejected row 7 must');
    expect(refusing({ kind: 'client-close', code: 1002, reason: '', bodyBytes: 2 })).toBe('rejected row 7 must');
  });

  it('is not what a Close of the application says', () => {
    expect(refusing({ kind: 'client-close', code: 1000, reason: '', bodyBytes: 2 })).toBe('pass row 15 informational');
  });

  it('is not what follows on a Close of the endpoint', () => {
    const reply = wire(12, { kind: 'client-close', code: 1002, reason: '', bodyBytes: 2 });
    const events = [...passingClose.events.slice(0, 3), reply, ...passingClose.events.slice(4)];
    expect(brief({ ...passingClose, events })).toBe('pass row 15 informational');
  });
});

describe('the judge', () => {
  it('calls what no standard forbids an observation', () => {
    expect(
      brief({
        log: [opened(2), said(12, 'B'), said(12, 'A'), closed(13, 1006), done(13)],
        expect: { deliver: ['A', 'B'], deliverLevel: 'informational' },
      }),
    ).toBe('observed row 10 informational');
  });

  it('puts the most binding finding first, and keeps the others', () => {
    const log = [opened(2), said(12, 'A'), closed(13, 1000), done(13)];
    const { main, also, layer } = judge({ log });
    expect([main.outcome, layer, ...also.map((each) => each.outcome)]).toEqual([
      'lost',
      'decode',
      'misreported',
      'misreported',
    ]);
  });

  it('foresees the resets of scripts that ask for them', () => {
    const script = [STOP_READING, segment(record(message('A'), message('B'))), DROP];
    const kase = {
      ...twoThenFin,
      parts: [{ script, expect: { deliver: ['A', 'B'], close: { reported: 'must' } } }],
    } as const;
    const events = [...passing.events.slice(0, 2), wire(11, { kind: 'dropped' })];
    expect(brief({ kase, events })).toBe('pass row 15 informational');
  });

  it('judges the connection that played the script, not one that was held', () => {
    const { trial, context } = buildTrial();
    const [first] = trial.connections;
    if (first === undefined) throw new Error('there is a connection');
    const held = { ...first, index: 1, held: true, events: [], sent: [], snapshots: [] };
    expect(judgeTrial({ ...trial, connections: [held, first] }, context).main.outcome).toBe('pass');
  });
});
