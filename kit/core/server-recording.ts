/**
 * What a recording client saw a server do, as plain data: the server's side of one connection on which the client sent an
 * offer. Nothing here is an opinion. All times are the kit's monotonic clock in ns, when a read brought the last byte.
 */

/**
 * How the recording client behaves: it echoes a Close at once; it echoes none, until its patience is over; it writes on,
 * as a client does that trickles candidates; it reads nothing for a while behind its offer.
 */
export const recordingModes = ['prompt', 'no-echo', 'busy', 'slow'] as const;

export type RecordingMode = (typeof recordingModes)[number];

/** Patience of the recording client, in ms. */
export const recordingPatience = {
  /** For the connection, the TLS handshake and the reply to the request, each. */
  connectMs: 10_000,
  /** For the first message behind the offer. */
  answerMs: 10_000,
  /** For the server to hang up of itself, behind its last message. */
  idleMs: 2000,
  /** For the FIN behind a Close that is not echoed. */
  echoMs: 2000,
  /** For the FIN behind the echo of a Close, or behind the client's own. */
  endMs: 2000,
  /** For a reset behind the FIN. */
  lingerMs: 150,
  /** Without reading, in `slow`. */
  unreadMs: 300,
  /** For a server that goes on talking, in all. */
  talkMs: 12_000,
  /** Between two messages, in `busy`. */
  busyMs: 3,
} as const;

/** What came from the server, or what the client did; `record` is the index of the TLS record, or of the read on `ws:`. */
export type ServerEvent = { readonly atNs: number } & (
  | {
      readonly kind: 'message';
      readonly record: number;
      readonly bytes: number;
      readonly binary: boolean;
      /** The first 80 characters of a text. */
      readonly excerpt: string;
    }
  | { readonly kind: 'ping' | 'pong'; readonly record: number }
  /** 1005: no code. */
  | { readonly kind: 'close'; readonly record: number; readonly code: number; readonly reason: string }
  | { readonly kind: 'close-notify'; readonly record: number }
  | { readonly kind: 'alert'; readonly record: number; readonly description: number }
  | { readonly kind: 'illegal'; readonly record: number; readonly detail: string }
  | { readonly kind: 'fin' | 'reset' }
  /** The end of the stream, where the kernel cannot be asked whether it was a FIN or a reset. */
  | { readonly kind: 'end' }
  /** `slow`: what lay in the client's socket when it began to read, and whether the FIN stood behind it already. */
  | { readonly kind: 'unread'; readonly bytes: number; readonly hasFin: boolean }
  | { readonly kind: 'sent'; readonly what: 'offer' | 'message' | 'close' | 'pong' | 'close-notify' | 'fin' }
);

/** One TLS record of the server under its application keys; on `ws:` one read, with type 0. */
export interface ServerRecord {
  readonly atNs: number;
  readonly contentType: number;
  readonly plainBytes: number;
  readonly wireBytes: number;
}

/** One connection. */
export interface ServerRecording {
  readonly mode: RecordingMode;
  readonly tls?: { readonly version: string; readonly cipher: string };
  /** In the order of the wire. */
  readonly events: readonly ServerEvent[];
  readonly records: readonly ServerRecord[];
  /** The client, not the server, began to close: the server had not within the client's patience. */
  readonly endedByClient: boolean;
}

/** What ends a server's stream. */
export function isTcpEnd(event: ServerEvent): boolean {
  return event.kind === 'fin' || event.kind === 'reset' || event.kind === 'end';
}
