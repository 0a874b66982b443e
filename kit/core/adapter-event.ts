/**
 * What an adapter says, after it was decoded and validated at the edge.
 *
 * Lines arrive in the order in which the application saw the events; that order, and never a clock, says what came
 * before what. `atNs` is the kit's own monotonic clock when the line arrived, `tNs` the adapter's, used for durations.
 */

/** The features an adapter may list in its `hello`. */
export type Feature =
  | 'wss'
  | 'ws'
  | 'tls1.2'
  | 'tls1.3'
  | 'deflate'
  | 'subprotocol'
  | 'send-binary'
  | 'react-send'
  | 'react-close'
  | 'react-sleep'
  | 'parallel';

/** What a client's API can expose of a close. */
export type Observable = 'code' | 'reason' | 'wasClean' | 'error';

/** The first line of every adapter: who the client is and what it can do. */
export interface Hello {
  readonly protocol: 1;
  readonly client: {
    readonly name: string;
    readonly version: string;
    readonly runtime: string;
    readonly platform: string;
    /** How the CA of the run is trusted, where that is not simply the file that an order names. */
    readonly trust?: string;
  };
  /** Frozen is the client's main thread alone, by its adapter. Said by the kit, which asks for it; absent: all of it. */
  readonly freeze?: 'main-thread';
  readonly api: 'callback' | 'pull' | 'stream';
  /** `whatwg` where the WHATWG standard's event model binds the client. */
  readonly model: 'whatwg' | 'other';
  readonly habits: readonly string[];
  readonly observes: readonly Observable[];
  readonly features: readonly string[];
  readonly limits: {
    /** Largest message the client accepts, in bytes; absent where it has no limit of its own. */
    readonly messageBytes?: number;
    /** The client's own keep-alive interval in ms; 0 or absent: none. */
    readonly keepAliveMs?: number;
    /** Throughput that the client declares, in bytes a second; 0 or absent: no statement. */
    readonly bytesPerSecond?: number;
  };
}

/** One thing that the client's API did, on one trial. */
export type ClientEvent =
  | { readonly event: 'open'; readonly protocol?: string }
  | {
      readonly event: 'message';
      readonly type: 'text' | 'binary';
      /** The payload of a short text message. */
      readonly data?: string;
      /** Payload length in bytes, for every payload that `data` does not carry. */
      readonly length?: number;
      /** Lower-case hex SHA-256 of the payload bytes, for every payload that `data` does not carry. */
      readonly sha256?: string;
    }
  | { readonly event: 'error'; readonly message: string }
  | {
      readonly event: 'close';
      /** `null` for what the API does not expose. */
      readonly code: number | null;
      readonly reason: string | null;
      readonly wasClean: boolean | null;
    }
  | { readonly event: 'done' }
  | { readonly event: 'unsupported'; readonly feature: string };

/** A {@link ClientEvent} as it was logged. */
export type LogEntry = ClientEvent & {
  /** Position among all lines of this adapter process, from 0. */
  readonly line: number;
  /** When the line arrived, on the kit's monotonic clock, in ns. */
  readonly atNs: number;
  /** The adapter's own monotonic clock in ns, where it gave one. */
  readonly tNs?: number;
};

/** What the adapter does when something happens; see the adapter protocol in the README. */
export interface Reaction {
  readonly when: 'open' | 'message';
  /** Which message, from 1; absent: each. */
  readonly nth?: number;
  readonly sleepMs?: number;
  readonly send?: readonly ({ readonly text: string } | { readonly base64: string })[];
  readonly everyMs?: number;
  readonly close?: { readonly code?: number; readonly reason?: string };
}

/** The order to make one connection. */
export interface RunCommand {
  readonly trial: string;
  readonly url: string;
  /** PEM file of the one CA to trust; absent for `ws:`. */
  readonly caFile?: string;
  readonly requires: readonly string[];
  readonly subprotocols: readonly string[];
  readonly deflate: boolean;
  readonly reactions: readonly Reaction[];
  /** Asks for the shortest keep-alive that the client can be set to; absent: whatever it does by itself. */
  readonly keepAlive?: 'shortest';
  /** How long the kit waits at most, in ms: a hint. */
  readonly deadlineMs: number;
}

/** How an adapter process ended. */
export interface AdapterExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly atNs: number;
  /** True where the kit itself ended it (recycling, an abort, the end of a run). */
  readonly byKit: boolean;
  /**
   * What ended it, in words, where that is no doing of the client's, a limit on its container's memory, or where nobody
   * can tell whose doing it was.
   */
  readonly outside?: string;
}

/** What made the kit distrust an adapter's log: the adapter protocol forbids it. */
export interface Breach {
  readonly kind:
    | 'malformed-line'
    | 'line-too-long'
    | 'flood'
    | 'unfinished-line'
    | 'no-hello'
    | 'second-hello'
    | 'unknown-trial'
    | 'unknown-event'
    /** A function of a test gave no socket that could be listened to. */
    | 'no-socket'
    | 'silent';
  /** Bounded, printable excerpt of what was seen. */
  readonly detail: string;
  readonly atNs: number;
}
