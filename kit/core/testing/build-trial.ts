/**
 * Trials as literals, for tests of the judge: one that passes, and what is to be different about it. All times are in
 * ms from the start of the trial.
 */
import type { ClientEvent, Hello, LogEntry } from '../adapter-event';
import type { JudgeContext } from '../bench';
import type { Case, CasePart, Expectation, StepPlan } from '../case';
import { expand } from '../expand';
import { judgeTrial } from '../judge-trial';
import { close, CN, ECHO, FIN, message, O, record, segment } from '../notation';
import type { TrialJudgement } from '../outcome';
import type { Connection, SentRecord, Snapshot, Trial, WireEvent } from '../trial';

const nonce = 'ab'.repeat(16);

export const ns = (ms: number): number => Math.round(ms * 1e6);

type Untimed<T> = T extends unknown ? Omit<T, 'atNs'> : never;

/** A wire event. */
export const wire = (atMs: number, event: Untimed<WireEvent>): WireEvent => ({ ...event, atNs: ns(atMs) });

/** A line of the adapter. */
export const line = (atMs: number, event: ClientEvent): LogEntry => ({
  ...event,
  line: Math.round(atMs),
  atNs: ns(atMs),
});

export const closed = (atMs: number, code: number | null, wasClean: boolean | null = code !== 1006): LogEntry =>
  line(atMs, { event: 'close', code, reason: '', wasClean });

export const snapshot = (
  atMs: number,
  why: Snapshot['why'],
  seen: { readonly bytesAcked?: number; readonly rxQueue?: number },
): Snapshot => ({
  atNs: ns(atMs),
  why,
  ...(seen.bytesAcked === undefined
    ? {}
    : {
        tcp: {
          state: 5,
          unacked: 0,
          notsentBytes: 0,
          bytesAcked: seen.bytesAcked,
          dataSegsOut: 3,
          totalRetrans: 0,
        },
      }),
  ...(seen.rxQueue === undefined ? {} : { peer: { state: 8, rxQueue: seen.rxQueue } }),
});

export const hello: Hello = {
  protocol: 1,
  client: { name: 'test', version: '1', runtime: 'test', platform: 'test' },
  api: 'callback',
  model: 'whatwg',
  habits: [],
  observes: ['code', 'reason', 'wasClean', 'error'],
  features: [],
  limits: {},
};

function caseOf(id: string, script: readonly StepPlan[], expect: Expectation): Case {
  return {
    id,
    title: id,
    class: 'R',
    level: 'must',
    transports: ['tls12', 'tls13', 'plain'],
    basis: ['DELIVER'],
    exposes: 'nothing',
    messages: { A: { kind: 'answer' }, B: { kind: 'note', type: 'bye' } },
    parts: [{ script, expect }],
  };
}

/** `O · {⟨A⟩⟨B⟩ FIN}`. */
export const twoThenFin = caseOf('test/two-fin', [O, segment(record(message('A')), record(message('B')), FIN)], {
  deliver: ['A', 'B'],
  close: { reported: 'must', codes: [1006], clean: false },
});

/** `O · {⟨A⟩⟨C(1000)⟩} · ECHO · {CN FIN}`. */
export const answerThenClose = caseOf(
  'test/answer-close',
  [O, segment(record(message('A')), record(close(1000, 'r'))), ECHO, segment(CN, FIN)],
  { deliver: ['A'], close: { reported: 'must', codes: [1000], clean: true, reason: 'r' } },
);

/** The payloads of the messages, as the log has them. */
export function textOf(name: 'A' | 'B'): string {
  const expanded = expand(twoThenFin, partOf(twoThenFin), { nonce, transport: 'tls13' });
  return expanded.messages.get(name)?.payload.toString('utf8') ?? '';
}

export const said = (atMs: number, name: 'A' | 'B'): LogEntry =>
  line(atMs, { event: 'message', type: 'text', data: textOf(name) });

export const opened = (atMs: number): LogEntry => line(atMs, { event: 'open' });
export const done = (atMs: number): LogEntry => line(atMs, { event: 'done' });

function partOf(kase: Case): CasePart {
  const [part] = kase.parts;
  if (part === undefined) throw new Error('a case has a part');
  return part;
}

/** Where the records end in the stream: the 101, A, B or the Close. */
export const ends = { response: 500, A: 1600, B: 1700 } as const;

const record101: SentRecord = {
  atNs: ns(1),
  step: 0,
  type: 23,
  plainBytes: 100,
  wireBytes: 122,
  endOffset: ends.response,
  stimulus: false,
};

/** What is different from a trial that passes. */
export interface Changes {
  readonly kase?: Case;
  readonly expect?: Partial<Expectation>;
  readonly events?: readonly WireEvent[];
  readonly sent?: readonly SentRecord[];
  readonly snapshots?: readonly Snapshot[];
  readonly log?: readonly LogEntry[];
  readonly connection?: Partial<Connection> | 'none';
  readonly trial?: Partial<Trial>;
  readonly adapter?: Partial<Trial['adapter']>;
  readonly host?: Partial<Trial['host']>;
  readonly hello?: Partial<Hello>;
  readonly context?: Partial<JudgeContext>;
}

const answer: SentRecord = {
  ...record101,
  atNs: ns(10),
  step: 2,
  plainBytes: 1028,
  wireBytes: 1050,
  endOffset: ends.A,
  ends: ['A'],
  stimulus: true,
};

/** Events, records and lines of a trial of {@link twoThenFin} that passes. */
export const passing = {
  events: [
    wire(1, { kind: 'request' }),
    wire(2, { kind: 'offer' }),
    wire(10, { kind: 'fin-sent' }),
    wire(14, { kind: 'client-close-notify' }),
    wire(14, { kind: 'client-fin' }),
  ],
  sent: [record101, answer, { ...answer, endOffset: ends.B, ends: ['B'] }],
  snapshots: [snapshot(11, 'acked', { bytesAcked: ends.B + 1 })],
  log: [opened(2), said(12, 'A'), said(12, 'B'), closed(13, 1006), done(13)],
};

/** As {@link passing}, for {@link answerThenClose}. */
export const passingClose = {
  kase: answerThenClose,
  events: [
    wire(1, { kind: 'request' }),
    wire(2, { kind: 'offer' }),
    wire(10, { kind: 'close-sent', code: 1000 }),
    wire(12, { kind: 'client-close', code: 1000, reason: '', bodyBytes: 2 }),
    wire(13, { kind: 'close-notify-sent' }),
    wire(13, { kind: 'fin-sent' }),
    wire(15, { kind: 'client-close-notify' }),
    wire(15, { kind: 'client-fin' }),
  ],
  sent: [record101, answer, { ...answer, endOffset: ends.B, ends: [], closeCode: 1000 }],
  log: [opened(2), said(11, 'A'), line(14, { event: 'close', code: 1000, reason: 'r', wasClean: true }), done(14)],
} satisfies Changes;

/** A trial, and what the judge needs beside it. */
export function buildTrial(changes: Changes = {}): { readonly trial: Trial; readonly context: JudgeContext } {
  const kase = changes.kase ?? twoThenFin;
  const part = { ...partOf(kase), expect: { ...partOf(kase).expect, ...changes.expect } };
  const expanded = expand(kase, part, { nonce, transport: 'tls13' });
  const connection: Connection = {
    index: 0,
    nonce,
    held: false,
    peer: { address: '127.0.0.1', port: 40_000 },
    path: 'direct',
    script: { status: 'complete', at: expanded.script.length, steps: expanded.script.length, lapses: [] },
    events: changes.events ?? passing.events,
    sent: changes.sent ?? passing.sent,
    snapshots: changes.snapshots ?? passing.snapshots,
    witness: 'tcp-info',
    freezes: [],
    bytesSent: ends.B,
    ...(changes.connection === 'none' ? {} : changes.connection),
  };
  const trial: Trial = {
    kind: 'trial',
    target: 'test',
    trial: 't',
    case: kase.id,
    part: '',
    transport: 'tls13',
    role: 'case',
    frozen: false,
    nonce,
    block: 0,
    startedAtNs: 0,
    endedAtNs: ns(300),
    connections: changes.connection === 'none' ? [] : [connection],
    strays: [],
    log: changes.log ?? passing.log,
    adapter: { process: 1, pid: 1, mode: 'resident', used: 0, pong: null, gaveUp: false, ...changes.adapter },
    host: { stallMs: 0, clockStepMs: 0, starved: null, stoppedByOther: false, oomKill: false, ...changes.host },
    ...changes.trial,
  };
  const context: JudgeContext = {
    kase,
    part,
    expanded,
    hello: { ...hello, ...changes.hello },
    codeSeenInControl: true,
    gate: undefined,
    ...changes.context,
  };
  return { trial, context };
}

/** What the judge says of a trial that differs. */
export function judge(changes: Changes = {}): TrialJudgement {
  const { trial, context } = buildTrial(changes);
  return judgeTrial(trial, context);
}

/** The verdict of the judge in one line: outcome, reason, row and level. */
export function brief(changes: Changes = {}): string {
  const { main } = judge(changes);
  return [main.outcome, ...(main.why === undefined ? [] : [main.why]), `row ${main.row}`, main.level].join(' ');
}
