/** What a raw trial says, put into the questions that the judge asks. Pure, and without an opinion. */
import type { LogEntry } from './adapter-event';
import { isFrozen, type Expanded } from './expand';
import { closeOrderOf, type Case, type CasePart } from './case';
import { tcpStates, type Connection, type FreezeProof, type Snapshot, type Trial, type WireEvent } from './trial';

export interface Facts {
  readonly frozen: boolean;
  readonly connection: Connection | undefined;
  /** The log up to the second `open`: a client that reconnects begins another life there. */
  readonly life: readonly LogEntry[];
  /**
   * When the first byte of the stimulus left; undefined where none did. Where the client is told to close on open, what
   * comes behind its Close, or does not come, is the stimulus: then when that Close was read.
   */
  readonly stimulusNs: number | undefined;
  /** When the endpoint first sent a Close, close_notify, FIN, alert or RST. */
  readonly serverEndNs: number | undefined;
  readonly clientCloses: readonly (WireEvent & { readonly kind: 'client-close' })[];
  /** The client's first Close, close_notify, FIN, RST or fatal alert. */
  readonly clientEnd: WireEvent | undefined;
  readonly closeSent: (WireEvent & { readonly kind: 'close-sent' }) | undefined;
  /** When the client was last let go from a freeze that held it all the time: before that it could do nothing. */
  readonly thawNs: number | undefined;
  /** When it was last let go, from a freeze or from a condition that only slowed it; what is due is due from here. */
  readonly freeNs: number | undefined;
  /** A reset that reached the client other than by its own teardown: what it was drawn by, and when. */
  readonly reset: { readonly atNs: number; readonly by: string } | undefined;
  /** The client ended, of itself, before the endpoint did. */
  readonly clientEndedFirst: boolean;
  /** A client whose event loop was held took bytes from its socket all the same. */
  readonly readOn: boolean;
  readonly hasClosed: boolean;
  /** An `error` that nothing but `done`, or the end of the log, came behind. */
  readonly terminalError: boolean;
  readonly exitedCleanly: boolean;
}

/** What the endpoint ends a connection with, of either layer. */
export const serverEnds: ReadonlySet<WireEvent['kind']> = new Set<WireEvent['kind']>([
  'close-sent',
  'close-notify-sent',
  'fin-sent',
  'reset-sent',
  'reset-drawn',
  'alert-sent',
  'dropped',
]);

/** Close codes with which a client says that what it was sent was not legal, RFC 6455 §7.4.1. */
export const rejectingCodes: ReadonlySet<number> = new Set([1002, 1003, 1007, 1009, 1010]);

export function isClientEnd(event: WireEvent): boolean {
  switch (event.kind) {
    case 'client-close':
    case 'client-close-notify':
    case 'client-fin':
    case 'client-reset':
      return true;
    case 'client-alert':
      // RFC 8446 §6: level 2 is fatal; 90 is user_canceled, a warning that a close_notify follows.
      return event.level === 2 && event.description !== 90;
    default:
      return false;
  }
}

/** Reads the facts off a trial. */
export function factsOf(kase: Case, part: CasePart, trial: Trial): Facts {
  const connection = trial.connections.find((each) => !each.held);
  const events = connection?.events ?? [];
  const clientEnd = events.find(isClientEnd);
  const serverEnd = events.find((event) => serverEnds.has(event.kind));
  const life = firstLife(trial.log);
  const hasClosed = life.some((entry) => entry.event === 'close');
  const isByTurns = connection?.freezes.some((proof) => proof.turns !== undefined) === true;
  return {
    frozen: isFrozen(kase, part),
    connection,
    life,
    stimulusNs:
      closeOrderOf(part)?.on === 'open'
        ? events.find((event) => event.kind === 'client-close')?.atNs
        : connection?.sent.find((record) => record.stimulus)?.atNs,
    serverEndNs: serverEnd?.atNs,
    clientCloses: events.filter((event) => event.kind === 'client-close'),
    clientEnd,
    closeSent: events.find((event) => event.kind === 'close-sent'),
    thawNs: isByTurns ? undefined : events.findLast((event) => event.kind === 'thawed')?.atNs,
    freeNs: events.findLast((event) => event.kind === 'thawed' || event.kind === 'lifted')?.atNs,
    reset: resetOf(events),
    clientEndedFirst: clientEnd !== undefined && (serverEnd === undefined || clientEnd.atNs < serverEnd.atNs),
    readOn: connection?.freezes.some((proof) => hasReadOn(connection, proof)) === true,
    hasClosed,
    terminalError: !hasClosed && endsInError(life),
    exitedCleanly:
      trial.adapter.exit !== undefined &&
      !trial.adapter.exit.byKit &&
      trial.adapter.exit.code === 0 &&
      trial.adapter.exit.signal === null,
  };
}

/**
 * What was sent and acknowledged during the freeze has to lie unread in the client's own queue at its end; and nobody
 * who stands still ends a connection in answer to it.
 */
function hasReadOn(connection: Connection, { how, frozenAtNs, thawedAtNs }: FreezeProof): boolean {
  if (how !== 'event-loop') return false;
  const meanwhile = connection.sent.filter((record) => record.atNs > frozenAtNs && record.atNs < thawedAtNs);
  const [first] = meanwhile;
  const isMeanwhile = (event: WireEvent): boolean =>
    event.kind.startsWith('client-') && first !== undefined && event.atNs > first.atNs && event.atNs < thawedAtNs;
  // Whoever answers, or closes, is not frozen.
  if (connection.events.some(isMeanwhile)) return true;
  const bytes = meanwhile.reduce((sum, record) => sum + record.wireBytes, 0);
  const end = meanwhile.at(-1)?.endOffset ?? 0;
  const seen = connection.snapshots.findLast((each) => each.why === 'before-thaw' && each.atNs <= thawedAtNs);
  // A socket that the client had closed before holds nothing of what came later.
  const isOpen = seen?.peer?.state === tcpStates.established || seen?.peer?.state === tcpStates.closeWait;
  if (!isOpen || seen?.peer === undefined || seen.tcp === undefined || seen.tcp.bytesAcked < end) return false;
  return seen.peer.rxQueue < bytes;
}

/** A reconnecting client's log holds several connections; the case is about the first. */
function firstLife(log: readonly LogEntry[]): readonly LogEntry[] {
  const opens = log.flatMap((entry, index) => (entry.event === 'open' ? [index] : []));
  const second = opens[1];
  // Two opens without an end between them are no two connections.
  const hasEnded = log.slice(0, second).some((entry) => entry.event === 'close' || entry.event === 'error');
  if (second === undefined || !hasEnded) return log;
  // What is delivered later still counts as this connection's: it is matched by its nonce, and it is late.
  return [...log.slice(0, second), ...log.slice(second).filter((entry) => entry.event === 'message')];
}

function endsInError(life: readonly LogEntry[]): boolean {
  const last = life.findLast((entry) => entry.event !== 'done' && entry.event !== 'message');
  return last?.event === 'error' && life.some((entry) => entry.event === 'done');
}

function resetOf(events: readonly WireEvent[]): Facts['reset'] {
  for (const event of events) {
    if (event.kind === 'reset-sent') return { atNs: event.atNs, by: 'the script' };
    if (event.kind === 'dropped') return { atNs: event.atNs, by: 'bytes left unread' };
    // A reset drawn by the client's own alert or FIN came after it had decided to stop.
    if (event.kind === 'reset-drawn' && event.by !== 'alert') {
      return { atNs: event.atNs, by: `the client's own ${event.by === 'data' ? 'data' : event.by}` };
    }
  }
  return undefined;
}

/** When a message, sent by its last byte at an offset, was first seen acknowledged; undefined where it never was. */
export function ackedAtNs(connection: Connection, endOffset: number): number | undefined {
  return connection.snapshots.find((each) => reachedBytes(each) >= endOffset)?.atNs;
}

/** Bytes of ours that are known to have reached the client, by whichever end can be seen; -1 where neither can. */
export function reachedBytes(snapshot: Snapshot): number {
  return snapshot.tcp?.bytesAcked ?? snapshot.heldBytes ?? -1;
}

/**
 * RFC 6455 §5.5.1: the client has replied to the Close with its code. Of a client that may close by itself only a code that
 * none chooses of itself is proof.
 */
export function hasReplied({ closeSent, clientCloses }: Facts, closesByItself: boolean): boolean {
  const [reply] = clientCloses;
  if (closeSent === undefined || reply === undefined || (closesByItself && closeSent.code < 3000)) return false;
  return reply.code === closeSent.code && reply.atNs > closeSent.atNs;
}

/** Where a message ended in our TCP stream, for each time it was sent, in order. */
export function endOffsets(connection: Connection, name: string): readonly number[] {
  return connection.sent.flatMap((record) => (record.ends?.includes(name) === true ? [record.endOffset] : []));
}

/** The names that were expected, and what the expansion says of each. */
export function expectedMessages(expanded: Expanded, names: readonly string[]) {
  return names.map((name) => {
    const message = expanded.messages.get(name);
    if (message === undefined) throw new TypeError(`the case has no message named ${name}`);
    return message;
  });
}
