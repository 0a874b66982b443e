/** What a recording of a server says, put into the questions that the words and the advice ask. Pure. */
import { isTcpEnd, type ServerEvent, type ServerRecording } from './server-recording';

type Close = ServerEvent & { readonly kind: 'close' };
type Message = ServerEvent & { readonly kind: 'message' };

export interface RecordingFacts {
  readonly offerNs: number;
  /** The messages that came before the server hung up. */
  readonly messages: readonly Message[];
  /** The server's own Close, not the echo of the client's. */
  readonly close: Close | undefined;
  /** When the client sent its Close: the echo, or, where `endedByClient`, the first. */
  readonly clientCloseNs: number | undefined;
  readonly closeNotify: ServerEvent | undefined;
  /** The first FIN, reset, or end that nobody can tell. */
  readonly end: ServerEvent | undefined;
  /** A reset that the client's own FIN did not come before. */
  readonly reset: ServerEvent | undefined;
  /** The client had written something behind its offer before the reset came: that may have drawn it. */
  readonly isDrawn: boolean;
  /** The client wrote something behind its offer, before the end or in spite of it. */
  readonly hasWritten: boolean;
  readonly unread: (ServerEvent & { readonly kind: 'unread' }) | undefined;
  /** The server ended the TCP connection although the client had said nothing behind the answer that asks for it. */
  readonly hasHungUp: boolean;
  /** The server ended TCP, or sent its Close, of itself. */
  readonly hasBegunToClose: boolean;
  /** From the last message, or the offer where none came, to the TCP end, in ms. */
  readonly endGapMs: number | undefined;
}

/** Reads the facts off a recording. */
export function factsOfRecording(recording: ServerRecording): RecordingFacts {
  const { events, endedByClient } = recording;
  const offerNs = events.find((event) => event.kind === 'sent' && event.what === 'offer')?.atNs ?? 0;
  const clientClose = events.findIndex((event) => event.kind === 'sent' && event.what === 'close');
  const clientFin = events.findIndex((event) => event.kind === 'sent' && event.what === 'fin');
  const endAt = events.findIndex(isTcpEnd);
  const close = events.find((event, at): event is Close => event.kind === 'close' && isBefore(at, clientClose));
  const until = endAt < 0 ? events.length : endAt;
  const messages = events.slice(0, until).filter((event): event is Message => event.kind === 'message');
  const end = events[endAt];
  const unread = events.find((event) => event.kind === 'unread');
  const before = messages.at(-1)?.atNs ?? offerNs;
  const reset = events.findIndex((event, at) => event.kind === 'reset' && isBefore(at, clientFin));
  const written = events.findIndex((event) => event.kind === 'sent' && event.what !== 'offer' && event.what !== 'fin');
  return {
    offerNs,
    messages,
    close,
    clientCloseNs: events[clientClose]?.atNs,
    closeNotify: events.find((event) => event.kind === 'close-notify'),
    end,
    reset: events[reset],
    isDrawn: reset >= 0 && written >= 0 && written < reset,
    hasWritten: written >= 0 && (isBefore(written, endAt) || events.some(isOwnMessage)),
    unread,
    hasHungUp: end !== undefined && !endedByClient && (isBefore(endAt, clientClose) || unread?.hasFin === true),
    hasBegunToClose: !endedByClient && (close !== undefined || end !== undefined),
    endGapMs: end === undefined ? undefined : (end.atNs - before) / 1e6,
  };
}

function isOwnMessage(event: ServerEvent): boolean {
  return event.kind === 'sent' && event.what === 'message';
}

function isBefore(at: number, limit: number): boolean {
  return limit < 0 || at < limit;
}
