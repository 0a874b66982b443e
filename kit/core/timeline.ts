/**
 * What happened on one connection, in one line of time: what the endpoint sent, what the client put on the wire, what
 * the kernel said, and what the client's API reported. Of a recorded connection there is the last alone.
 *
 * The order among the client's reports is that of its log, whatever the clocks say.
 */
import type { LogEntry } from './adapter-event';
import { sha256 } from './message';
import type { ObservedTrial, RecordedConnection, RecordedEntry, SentMessage } from './observation';
import { quoteText, showText } from './timeline-text';
import { alertName } from './tls-alert';
import type { Connection, FreezeProof, SentRecord, Snapshot, Trial, WireEvent } from './trial';

/** `endpoint`: sent to the client; `peer`: came from it on the wire; `kernel`: seen from outside; `client`: its API. */
export type Lane = 'endpoint' | 'peer' | 'kernel' | 'client';

export interface TimelineEvent {
  readonly atNs: number;
  readonly lane: Lane;
  /** What it was, safe to print and bounded; the same in every run of a client that does the same. */
  readonly what: string;
  /** Sizes and the like, which may differ from run to run. */
  readonly detail?: string;
}

export interface Timeline {
  readonly kind: 'timeline';
  readonly title: string;
  readonly startNs: number;
  /** False for a recorded connection: nobody saw its wire. */
  readonly hasWire: boolean;
  /** In the order of time. */
  readonly events: readonly TimelineEvent[];
  readonly freezes: readonly { readonly fromNs: number; readonly toNs: number; readonly isConfirmed: boolean }[];
}

/** A message as a client's API reported it, to whomever. */
export type HeardMessage = (LogEntry | RecordedEntry) & { readonly event: 'message' };

const textColumns = 32;
const answerColumns = 48;

/** The line of time of a trial, observed or raw. */
export function timelineOfTrial(observed: ObservedTrial | Trial): Timeline {
  const trial = observed.kind === 'trial' ? observed : observed.trial;
  const messages = observed.kind === 'trial' ? [] : (observed.messages ?? []);
  const connection = trial.connections.find((each) => !each.held);
  const lanes = [
    ...(connection === undefined
      ? []
      : [
          sentOf(connection),
          wireOf(connection.events),
          freezesOf(connection.events, connection.freezes).flatMap(wireEvent),
          kernelOf(connection),
        ]),
    inOrder(trial.log.flatMap((entry) => clientEvent(entry, messages))),
    endOf(trial),
  ];
  return {
    kind: 'timeline',
    title: titleOf(trial),
    startNs: trial.startedAtNs,
    hasWire: true,
    events: merge(lanes),
    freezes: (connection?.freezes ?? []).map((proof) => ({
      fromNs: proof.frozenAtNs,
      toNs: proof.thawedAtNs,
      isConfirmed: proof.confirmed,
    })),
  };
}

/** The line of time of a recorded connection, up to now. */
export function timelineOfConnection(connection: RecordedConnection): Timeline {
  return {
    kind: 'timeline',
    title: 'recorded connection',
    startNs: connection.startedAtNs,
    hasWire: false,
    events: inOrder(connection.entries.flatMap((entry) => clientEvent(entry, []))),
    freezes: [],
  };
}

/** Which trial this was: `freeze/answer-fin@tls13, trial 0af3 of ws`. */
export function titleOf(trial: Trial): string {
  const variant = trial.part === '' ? trial.transport : `${trial.part}@${trial.transport}`;
  return showText(`${trial.case}@${variant}, trial ${trial.trial} of ${trial.target}`, 90);
}

/** What a message is called: its name where it has one, otherwise the beginning of its text or bytes. */
export function nameOfMessage(message: HeardMessage, known: readonly SentMessage[]): string {
  const digest = digestOf(message);
  const same = known.find((each) => each.type === message.type && each.sha256 === digest);
  if (same !== undefined) return same.name;
  if (message.data !== undefined) return quoteText(message.data, textColumns);
  if (!('bytes' in message) || message.bytes === undefined) return 'message';
  const hex = Buffer.from(message.bytes.subarray(0, 8)).toString('hex');
  return `bytes ${hex}${message.bytes.length > 8 ? '…' : ''}`;
}

/** `text, 1024 B`, or the size alone where the name says the rest. */
export function sizeOfMessage(message: HeardMessage): string {
  const bytes = message.length ?? (message.data === undefined ? 0 : Buffer.byteLength(message.data, 'utf8'));
  return `${message.type}, ${bytes} B`;
}

function digestOf(message: HeardMessage): string | undefined {
  if (message.data !== undefined) return sha256(Buffer.from(message.data, 'utf8'));
  if ('bytes' in message && message.bytes !== undefined) return sha256(message.bytes);
  return 'sha256' in message ? message.sha256?.toLowerCase() : undefined;
}

function clientEvent(entry: LogEntry | RecordedEntry, known: readonly SentMessage[]): readonly TimelineEvent[] {
  const at = (what: string, detail?: string): readonly TimelineEvent[] => [
    { atNs: entry.atNs, lane: 'client', what, ...(detail === undefined ? {} : { detail }) },
  ];
  switch (entry.event) {
    case 'open':
      return at('open');
    case 'message':
      return at(nameOfMessage(entry, known), sizeOfMessage(entry));
    case 'error':
      return at('error', quoteText(entry.message, textColumns));
    case 'close':
      return at(describeClose(entry));
    case 'done':
      return [];
    case 'unsupported':
      return at(`unsupported ${showText(entry.feature, textColumns)}`);
    default:
      throw new TypeError(`unknown event ${String(entry satisfies never)}`);
  }
}

/** `close 1000 "bye" clean`; a question mark for what the API does not expose. */
export function describeClose(close: (LogEntry | RecordedEntry) & { readonly event: 'close' }): string {
  const reason = close.reason === null || close.reason === '' ? '' : ` ${quoteText(close.reason, textColumns)}`;
  const clean = close.wasClean === null ? '' : close.wasClean ? ' clean' : ' not clean';
  return `close ${close.code ?? 'without a code'}${reason}${clean}`;
}

function sentOf(connection: Connection): readonly TimelineEvent[] {
  const events: TimelineEvent[] = [];
  let run: { readonly step: number; readonly first: TimelineEvent; count: number; bytes: number } | undefined;
  for (const [index, record] of connection.sent.entries()) {
    const own = sentRecord(record, index);
    const [only] = own;
    if (own.length !== 1 || only?.what !== 'part') {
      run = undefined;
      events.push(...own);
      continue;
    }
    // Records by the hundred that carry one message are one thing that happened.
    if (run?.step !== record.step) {
      run = { step: record.step, first: only, count: 0, bytes: 0 };
      events.push(only);
    }
    run.count += 1;
    run.bytes += record.wireBytes;
    if (run.count > 1)
      events[events.length - 1] = { ...run.first, what: `${run.count} parts`, detail: `${run.bytes} B` };
  }
  return events;
}

function sentRecord(record: SentRecord, index: number): readonly TimelineEvent[] {
  // Alerts and Close frames stand among the events.
  if (record.type === 21) return [];
  const names = (record.ends ?? []).map((name) => showText(name, textColumns));
  const isResponse = index === 0 && !record.stimulus;
  const answer = record.says === undefined ? [] : [showText(record.says, answerColumns)];
  const parts = [...(isResponse ? ['response'] : answer), ...names];
  if (parts.length === 0) {
    if (record.closeCode !== undefined) return [];
    parts.push(record.plainBytes === 0 ? 'empty record' : 'part');
  }
  const detail = `${record.wireBytes} B`;
  return parts.map((what, at) => ({
    atNs: record.atNs,
    lane: 'endpoint' as const,
    what,
    ...(at === parts.length - 1 ? { detail } : {}),
  }));
}

function wireOf(events: readonly WireEvent[]): readonly TimelineEvent[] {
  return events.filter((event) => event.kind !== 'frozen' && event.kind !== 'thawed').flatMap(wireEvent);
}

type FreezeEvent = WireEvent & { readonly kind: 'frozen' | 'thawed' | 'settled' };

/**
 * Freezes and thaws when they happened: the endpoint is told of a thaw only once it has been proven, and by then the
 * client may have done much.
 */
export function freezesOf(events: readonly WireEvent[], proofs: readonly FreezeProof[]): readonly FreezeEvent[] {
  let nth = -1;
  return events.flatMap((event): readonly FreezeEvent[] => {
    if (event.kind !== 'frozen' && event.kind !== 'thawed') return [];
    if (event.kind === 'frozen') nth += 1;
    const proof = proofs[nth];
    const atNs = event.kind === 'frozen' ? proof?.frozenAtNs : proof?.thawedAtNs;
    return [{ kind: event.kind, atNs: Math.min(event.atNs, atNs ?? event.atNs) }];
  });
}

function wireEvent(event: WireEvent): readonly TimelineEvent[] {
  const at = (lane: Lane, what: string, detail?: string): readonly TimelineEvent[] => [
    { atNs: event.atNs, lane, what, ...(detail === undefined ? {} : { detail }) },
  ];
  switch (event.kind) {
    case 'request':
    case 'offer':
      return at('peer', event.kind);
    case 'client-message':
      return at('peer', 'message', `${event.bytes} B`);
    case 'client-ping':
    case 'client-pong':
      return at('peer', event.kind.slice(7));
    case 'client-close': {
      const reason = event.reason === '' ? '' : ` ${quoteText(event.reason, textColumns)}`;
      return at('peer', event.bodyBytes === 0 ? 'Close without a code' : `Close ${event.code}${reason}`);
    }
    case 'client-alert':
      return at('peer', `alert ${alertName(event.description)}`);
    case 'client-illegal':
      return at('peer', 'illegal bytes', showText(event.detail, textColumns));
    case 'client-close-notify':
    case 'client-fin':
    case 'client-reset':
      return at('peer', ends[event.kind]);
    case 'close-notify-sent':
    case 'fin-sent':
    case 'reset-sent':
    case 'dropped':
    case 'pong-sent':
      return at('endpoint', ends[event.kind]);
    case 'close-sent':
      return at('endpoint', event.code === 1005 ? 'Close without a code' : `Close ${event.code}`);
    case 'alert-sent':
      return at('endpoint', `alert ${alertName(event.description)}`);
    case 'reset-drawn':
      return at('endpoint', `RST drawn by ${event.by}`);
    case 'frozen':
    case 'thawed':
      return at('kernel', `client ${event.kind}`);
    case 'endpoint-killed':
      return at('endpoint', 'process killed');
    case 'imposed':
      return at('kernel', 'condition imposed');
    case 'lifted':
      return at('kernel', 'condition lifted');
    case 'settled':
      return [];
    default:
      throw new TypeError(`unknown event ${String(event satisfies never)}`);
  }
}

const ends = {
  'client-close-notify': 'close_notify',
  'client-fin': 'FIN',
  'client-reset': 'RST',
  'close-notify-sent': 'close_notify',
  'fin-sent': 'FIN',
  'reset-sent': 'RST',
  dropped: 'socket closed with unread bytes',
  'pong-sent': 'pong',
} as const;

/** What the snapshots say that is new; the handshake's acknowledgements, before the stimulus, are nobody's question. */
function kernelOf({ snapshots, sent, bytesSent }: Connection): readonly TimelineEvent[] {
  const stimulusNs = sent.find((record) => record.stimulus)?.atNs ?? 0;
  let last = { acked: '', unread: '' };
  return snapshots.flatMap((snapshot): readonly TimelineEvent[] => {
    if (snapshot.atNs < stimulusNs) return [];
    const now = {
      acked: describeAcked(snapshot, bytesSent) ?? last.acked,
      unread: describeUnread(snapshot) ?? last.unread,
    };
    const news = [now.acked !== last.acked ? now.acked : '', now.unread !== last.unread ? now.unread : ''];
    last = now;
    const what = news.filter((each) => each !== '').join(', ');
    return what === '' ? [] : [{ atNs: snapshot.atNs, lane: 'kernel', what }];
  });
}

/** A FIN counts as one more than the bytes that were sent. */
function describeAcked({ tcp }: Snapshot, bytesSent: number): string | undefined {
  if (tcp === undefined || tcp.bytesAcked === 0) return undefined;
  return tcp.bytesAcked >= bytesSent ? 'all acked' : `${tcp.bytesAcked} of ${bytesSent} B acked`;
}

function describeUnread({ peer }: Snapshot): string | undefined {
  if (peer === undefined) return undefined;
  return peer.rxQueue <= 1 ? 'nothing unread' : `${peer.rxQueue} B unread`;
}

function endOf(trial: Trial): readonly TimelineEvent[] {
  const { exit, gaveUp } = trial.adapter;
  if (exit !== undefined && !exit.byKit) {
    const how = exit.signal === null ? `status ${exit.code}` : exit.signal;
    return [{ atNs: exit.atNs, lane: 'client', what: `process ended, ${showText(how, 16)}` }];
  }
  return gaveUp ? [{ atNs: trial.endedAtNs, lane: 'kernel', what: 'deadline; the kit gave up' }] : [];
}

/** Reports keep the order of the log: none is drawn before the one in front of it. */
function inOrder(events: readonly TimelineEvent[]): readonly TimelineEvent[] {
  let latest = Number.NEGATIVE_INFINITY;
  return events.map((event) => {
    latest = Math.max(latest, event.atNs);
    return event.atNs === latest ? event : { ...event, atNs: latest };
  });
}

/** By time; what has the same time keeps the order of the lanes. */
function merge(lanes: readonly (readonly TimelineEvent[])[]): readonly TimelineEvent[] {
  return lanes.flat().sort((a, b) => a.atNs - b.atNs);
}
