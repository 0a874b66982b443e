/**
 * What one trial left behind: the raw observation, as it stands in `trials.ndjson`. Nothing here is an opinion; the
 * judge makes one of it, now or years later. All times are the kit's monotonic clock in ns.
 */
import type { AdapterExit, Breach, LogEntry } from './adapter-event';
import type { Transport } from './case';
import type { ConditionProof } from './condition';
import type { ConnectionPackets } from './packets';

/** TCP states as Linux numbers them, RFC 9293 §3.3.2. */
export const tcpStates = {
  established: 1,
  synSent: 2,
  synRecv: 3,
  finWait1: 4,
  finWait2: 5,
  timeWait: 6,
  close: 7,
  closeWait: 8,
  lastAck: 9,
  listen: 10,
  closing: 11,
} as const;

/** What the kernel said of the endpoint's socket, and of the client's where it is on the same machine. */
export interface Snapshot {
  readonly atNs: number;
  readonly why:
    'request' | 'acked' | 'patience-over' | 'before-thaw' | 'after-thaw' | 'before-reset' | 'client-ended' | 'final';
  readonly tcp?: {
    readonly state: number;
    readonly unacked: number;
    readonly notsentBytes: number;
    /** Bytes of our stream that the peer acknowledged; a FIN counts as one more. */
    readonly bytesAcked: number;
    readonly dataSegsOut: number;
    readonly totalRetrans: number;
  };
  /** The client's own socket. */
  readonly peer?: { readonly state: number; readonly rxQueue: number };
  /**
   * Bytes of ours that lay unread in the client's own socket, where the sending socket cannot be asked: at least so many
   * have arrived. Counted from where the client was frozen, as the offsets of what was sent are.
   */
  readonly heldBytes?: number;
}

/** A record (plain: a write) as it left. */
export interface SentRecord {
  readonly atNs: number;
  /** Index of the script's step. */
  readonly step: number;
  /** TLS content type: 23 application data, 21 alert; 0 on plain. */
  readonly type: number;
  readonly plainBytes: number;
  readonly wireBytes: number;
  /** Offset in our TCP stream behind its last byte. */
  readonly endOffset: number;
  readonly ends?: readonly string[];
  readonly closeCode?: number;
  /** An answer to the upgrade that opens no connection, in words. */
  readonly says?: string;
  readonly stimulus: boolean;
}

export type WireEvent =
  | { readonly atNs: number; readonly kind: 'request' | 'offer' }
  | { readonly atNs: number; readonly kind: 'client-message'; readonly text: string; readonly bytes: number }
  | { readonly atNs: number; readonly kind: 'client-ping' | 'client-pong'; readonly text: string }
  | {
      readonly atNs: number;
      readonly kind: 'client-close';
      /** 1005 for an empty body. */
      readonly code: number;
      readonly reason: string;
      readonly bodyBytes: number;
    }
  | { readonly atNs: number; readonly kind: 'client-alert'; readonly level: number; readonly description: number }
  | { readonly atNs: number; readonly kind: 'client-close-notify' | 'client-fin' | 'client-reset' }
  /** Bytes of the client that no rule allows: a bad record, an unmasked frame, a reserved opcode. */
  | { readonly atNs: number; readonly kind: 'client-illegal'; readonly detail: string }
  | { readonly atNs: number; readonly kind: 'close-notify-sent' | 'fin-sent' | 'reset-sent' | 'dropped' | 'pong-sent' }
  | { readonly atNs: number; readonly kind: 'close-sent'; readonly code: number }
  | { readonly atNs: number; readonly kind: 'alert-sent'; readonly description: number }
  /** The reset that ABANDON draws from the first bytes that the client writes. */
  | { readonly atNs: number; readonly kind: 'reset-drawn'; readonly by: 'pong' | 'close' | 'alert' | 'data' | 'unread' }
  | { readonly atNs: number; readonly kind: 'frozen' | 'thawed' | 'settled' | 'imposed' | 'lifted' }
  /** The endpoint's process was killed. */
  | { readonly atNs: number; readonly kind: 'endpoint-killed' };

/** How the client was frozen, and that it was. */
export interface FreezeProof {
  readonly frozenAtNs: number;
  readonly thawedAtNs: number;
  readonly processes: number;
  readonly threads: number;
  /** Still frozen when it was looked at just before the thaw. */
  readonly confirmed: boolean;
  readonly reason?: string;
  /**
   * The client lives in the kit's process, and that process's event loop was held; or in a container, which was paused;
   * or its adapter held its main thread alone, while the rest of it read on. Absent: its processes were stopped.
   */
  readonly how?: 'event-loop' | 'pause' | 'main-thread';
  /** Stopped and let go so many times; `confirmed` holds for each of them. Absent: once. */
  readonly turns?: number;
  /** Who says that a paused container stood still: its cgroup, or only the engine. */
  readonly saidBy?: 'cgroup.events' | 'freezer.state' | 'engine';
}

/** One connection of a trial. */
export interface Connection {
  /** From 0; only the first plays the script, later ones are held. */
  readonly index: number;
  readonly nonce: string;
  readonly held: boolean;
  readonly peer: { readonly address: string; readonly port: number };
  readonly tls?: {
    readonly version: string;
    readonly cipher: string;
    readonly serverName?: string;
    readonly tickets: number;
  };
  /** Who holds the other end: the target itself, something else on this machine, or unknown. */
  readonly path: 'direct' | 'proxied' | 'unknown';
  readonly script: {
    readonly status: 'idle' | 'playing' | 'complete' | 'failed' | 'cut-short';
    readonly at: number;
    readonly steps: number;
    readonly cause?: 'kit' | 'setup' | 'client' | 'unavailable';
    readonly reason?: string;
    readonly lapses: readonly { readonly at: number; readonly op: string }[];
  };
  readonly events: readonly WireEvent[];
  readonly sent: readonly SentRecord[];
  readonly snapshots: readonly Snapshot[];
  /** `client-socket`: only the client's own end can be seen. */
  readonly witness: 'tcp-info' | 'proc-net-tcp' | 'client-socket' | 'none';
  readonly freezes: readonly FreezeProof[];
  /** What was imposed on the client or on its connection; absent: nothing. */
  readonly conditions?: readonly ConditionProof[];
  /** The client had sent bytes that were not read when this was looked at; absent: not known, or no. */
  readonly unreadBytes?: number;
  /** Bytes sent in all, the handshake's included. */
  readonly bytesSent: number;
  /** NSS key log lines of this throw-away connection. */
  readonly secrets?: readonly string[];
  /** Raw bytes of both directions with times, base64, for a capture; absent where policy dropped them. */
  readonly capture?: readonly { readonly atNs: number; readonly dir: 'in' | 'out'; readonly base64: string }[];
  /** What a capturing tool saw of it on the wire, instead of `capture`; absent where none did, or policy dropped it. */
  readonly packets?: ConnectionPackets;
  /** Why there are no packets, where a tool captured. */
  readonly packetsMissing?: string;
}

/** A connection that never asked for the trial: a handshake that failed, a spare connection, a second visitor. */
export interface Stray {
  readonly atNs: number;
  readonly transport: Transport;
  readonly what: string;
}

/** One trial: one fresh connection, asked of one adapter. */
export interface Trial {
  readonly kind: 'trial';
  readonly target: string;
  readonly trial: string;
  readonly case: string;
  /** Name of the part, or the empty string. */
  readonly part: string;
  readonly transport: Transport;
  /** Controls that are interleaved linger less; they gate, and only their full form is judged as a case. */
  readonly role: 'case' | 'gate';
  readonly frozen: boolean;
  readonly nonce: string;
  readonly block: number;
  readonly startedAtNs: number;
  readonly endedAtNs: number;
  readonly connections: readonly Connection[];
  /** Why the trial was not run at all: what the case takes cannot be had here. Absent: it was. */
  readonly unavailable?: string;
  /** What of the kit or of the machine failed, so that nothing of the client was seen. Absent: nothing did. */
  readonly failure?: string;
  readonly strays: readonly Stray[];
  readonly log: readonly LogEntry[];
  readonly adapter: {
    readonly process: number;
    readonly pid: number | null;
    readonly mode: 'resident' | 'one-shot';
    /** Trials this process had had before. */
    readonly used: number;
    readonly exit?: AdapterExit;
    /** The process crashed when this trial was over and listened on, and another had begun: over which, is not known. */
    readonly crashBehind?: AdapterExit;
    readonly breach?: Breach;
    /** Answered `ping` when the trial did not end by itself; null: not asked or cannot. */
    readonly pong: boolean | null;
    /** The kit ended the trial: nothing terminal had come by the deadline. */
    readonly gaveUp: boolean;
    readonly stderr?: string;
  };
  readonly host: {
    /** Largest time, in ms, that the kit itself did not run while the trial was on. */
    readonly stallMs: number;
    /** Largest step of the wall clock against the monotonic one, in ms. */
    readonly clockStepMs: number;
    /** Share of the time that the most delayed of its processes waited for a processor, 0 to 1, where the kernel tells. */
    readonly starved: number | null;
    /** Share of that time that the process which waited so ran itself, 0 to 1; absent where the kernel does not tell. */
    readonly ran?: number;
    /** Something else had stopped the client's process. */
    readonly stoppedByOther: boolean;
    readonly oomKill: boolean;
  };
}

/** What an adapter printed for a trial that had been written already. */
export interface LateLog {
  readonly kind: 'late';
  readonly target: string;
  readonly trial: string;
  readonly log: readonly LogEntry[];
}
