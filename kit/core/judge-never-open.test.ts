import type { Case } from './case';
import { ECHO, FIN, badResponse, message, record, refusal, segment, stream } from './notation';
import {
  brief,
  buildTrial,
  closed,
  done,
  judge,
  line,
  ns,
  opened,
  said,
  wire,
  type Changes,
} from './testing/build-trial';

const caseOf = (script: Case['parts'][0]['script']): Case => ({
  id: 'test/refused',
  title: 'test',
  class: 'D',
  level: 'must',
  transports: ['tls12', 'tls13', 'plain'],
  basis: ['RFC 6455 §4.1'],
  exposes: 'nothing',
  messages: { A: { kind: 'answer' }, B: { kind: 'note', type: 'bye' } },
  parts: [
    {
      script,
      expect: {
        open: 'never',
        deliver: [],
        never: { names: ['A'], whatwg: 'must', others: 'must' },
        close: { reported: 'must', codes: [1006] },
      },
    },
  ],
});

const refused = caseOf([segment(record(refusal(403, 'Forbidden', [], 'A')), FIN)]);
const invalid = caseOf([segment(record(badResponse('wrong-accept'), message('A'))), ECHO, stream(FIN)]);

const failure = line(3, { event: 'error', message: 'Unexpected server response: 403' });

/** The response goes out at 2 ms, with a FIN. */
const base: Changes = {
  kase: refused,
  events: [wire(1, { kind: 'request' }), wire(2, { kind: 'fin-sent' }), wire(4, { kind: 'client-fin' })],
  sent: [
    {
      atNs: ns(2),
      step: 0,
      type: 23,
      plainBytes: 1200,
      wireBytes: 1222,
      endOffset: 1700,
      ends: ['A'],
      says: 'HTTP 403',
      stimulus: true,
    },
  ],
  snapshots: [],
  log: [failure, closed(3, 1006), done(3)],
};

const of = (changes: Changes): string => brief({ ...base, ...changes });

describe('a client that fails the connection passes', () => {
  const invalidBase: Changes = {
    kase: invalid,
    events: [wire(1, { kind: 'request' }), wire(3, { kind: 'client-fin' }), wire(4, { kind: 'fin-sent' })],
  };

  it.each<[string, Changes]>([
    ['with an error and a close', {}],
    ['with a close alone', { log: [closed(3, 1006), done(3)] }],
    ['with an error alone, as a call that throws', { log: [failure, done(3)], hello: { model: 'other' } }],
    [
      'with a close whose code its API does not show',
      { log: [closed(3, null, null), done(3)], hello: { observes: [] } },
    ],
    [
      'and resets, since the body was not read',
      {
        events: [wire(1, { kind: 'request' }), wire(2, { kind: 'fin-sent' }), wire(3, { kind: 'client-reset' })],
        connection: { script: { status: 'cut-short', cause: 'client', at: 1, steps: 1, lapses: [] } },
      },
    ],
    ['and ends TCP itself', invalidBase],
    [
      'and ends TLS with an alert',
      {
        ...invalidBase,
        events: [
          wire(1, { kind: 'request' }),
          wire(3, { kind: 'client-alert', level: 2, description: 80 }),
          wire(4, { kind: 'fin-sent' }),
        ],
      },
    ],
    [
      'and leaves TCP to the endpoint, which takes its time',
      {
        ...invalidBase,
        events: [wire(1, { kind: 'request' }), wire(10_003, { kind: 'fin-sent' })],
        trial: { endedAtNs: ns(10_300) },
      },
    ],
  ])('%s', (_, changes) => {
    expect(of(changes)).toBe('pass row 15 informational');
  });

  it('on a second attempt that is refused as well', () => {
    const { trial } = twoConnections({});
    expect(of({ trial })).toBe('pass row 15 informational');
  });
});

/** A trial of two connections. */
function twoConnections(changes: Changes): Changes & { readonly trial: NonNullable<Changes['trial']> } {
  const { trial } = buildTrial({ ...base, ...changes });
  const [first] = trial.connections;
  if (first === undefined) throw new Error('a trial has a connection');
  return { ...changes, trial: { connections: [first, { ...first, index: 1, held: true }] } };
}

describe('row 9, forbidden', () => {
  it('an open, whatever was done with it', () => {
    const log = [opened(2.5), closed(3, 1006), done(3)];
    expect(of({ log })).toBe('forbidden row 9 must');
    expect(of({ log, ...twoConnections({ log }) })).toBe('forbidden row 9 must');
    expect(judge({ ...base, log }).main.note).toBe('open was reported although the answer was HTTP 403');
  });

  it('an open on which the offer was sent', () => {
    const events = [wire(1, { kind: 'request' }), wire(3, { kind: 'offer' }), wire(4, { kind: 'fin-sent' })] as const;
    const { main, also } = judge({
      ...base,
      kase: invalid,
      events,
      log: [opened(2.5), said(2.6, 'A'), closed(3, 1006), done(3)],
    });
    expect(main.note).toBe('open was reported although the answer was HTTP 403, and the application’s offer was sent');
    expect(also.map(({ outcome, row, level }) => [outcome, row, level])).toEqual([['forbidden', '9', 'must']]);
  });

  it('the message in the body, without an open', () => {
    expect(of({ log: [said(2.5, 'A'), failure, closed(3, 1006), done(3)] })).toBe('forbidden row 9 must');
  });

  // RFC 9110 §7.6.1, §7.8: what speaks HTTP writes Connection and Upgrade itself.
  it('not an open behind a proxy, which may have mended the answer; a message without an open is', () => {
    const proxied = { connection: { path: 'proxied' } } as const;
    expect(of({ log: [opened(2.5), closed(3, 1006), done(3)], ...proxied })).toBe(
      'inconclusive path row 9 informational',
    );
    expect(of({ log: [said(2.5, 'A'), failure, closed(3, 1006), done(3)], ...proxied })).toBe('forbidden row 9 must');
  });
});

describe('what else may be wrong', () => {
  it.each<[string, string, Changes]>([
    ['no failure is reported in time', 'hang row 14a kit', { log: [], adapter: { gaveUp: true, pong: true } }],
    [
      'the close has a code that came from nowhere',
      'misreported row 14b must',
      { log: [closed(3, 1000, false), done(3)] },
    ],
    ['the close is reported twice', 'misreported row 14b must', { log: [closed(3, 1006), closed(4, 1006), done(4)] }],
    [
      'the process crashes',
      'crash row 8 kit',
      {
        log: [failure, done(3)],
        adapter: { exit: { code: null, signal: 'SIGSEGV', atNs: ns(4), byKit: false } },
      },
    ],
    [
      'the process ends and reports nothing',
      'inconclusive adapter row 4 informational',
      {
        log: [],
        adapter: { exit: { code: 0, signal: null, atNs: ns(4), byKit: false } },
      },
    ],
    [
      'the client had gone before it was answered',
      'inconclusive client-left row 6 informational',
      {
        events: [wire(1, { kind: 'request' }), wire(1.5, { kind: 'client-fin' })],
      },
    ],
  ])('%s: %s', (_, outcome, changes) => {
    expect(of(changes)).toBe(outcome);
  });

  it('a client that tries again until its time is up is observed', () => {
    const changes = { log: [], adapter: { gaveUp: true, pong: true } };
    const { trial } = twoConnections(changes);
    expect(of({ ...changes, trial: { connections: trial.connections ?? [] } })).toBe('observed row 14a informational');
  });

  it('an adapter that ends with a status is told what it owes', () => {
    const exit = { code: 1, signal: null, atNs: ns(4), byKit: false };
    expect(judge({ ...base, adapter: { exit } }).main.note).toBe(
      'the client’s process ended with status 1 during the trial; an adapter whose connection is refused reports `error` and `done`, and ends with status 0',
    );
  });
});
