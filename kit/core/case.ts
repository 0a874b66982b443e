/** What a case is: data, in the notation of `notation.ts`, with what its client must show. */
import type { Feature } from './adapter-event';
import type { Clause } from './clauses';
import type { Condition, Duty } from './condition';
import type { ResponseDefect } from './handshake';
import type { MessagePlan } from './message';
import type { Layout } from './script';

/** `plain` is `ws:`, diagnostic: a loss on `wss` but not on `ws` points at the TLS layer. */
export type Transport = 'tls12' | 'tls13' | 'plain';

export const transports: readonly Transport[] = ['tls12', 'tls13', 'plain'];

/** D deterministic, F frozen, R live race, S sweep, L load; says how many trials a tier plans. */
export type CaseClass = 'D' | 'F' | 'R' | 'S' | 'L';

/** How binding an assertion is: MUST, SHOULD, INFORMATIONAL (never a failure), or a rule of the kit. */
export type Level = 'must' | 'should' | 'informational' | 'kit';

/** A piece of plaintext, named by what it means. */
export type Piece =
  /** A message, or payload bytes `from` to `to` of it as one fragment. */
  | {
      readonly piece: 'message';
      readonly name: string;
      readonly from?: number;
      readonly to?: number;
      readonly fin?: boolean;
    }
  | { readonly piece: 'close'; readonly code?: number; readonly reason?: string; readonly bodyHex?: string }
  | { readonly piece: 'ping' | 'pong'; readonly text: string }
  /** A frame as no server may send it, with a message as its payload, or with bytes of its own. */
  | {
      readonly piece: 'odd-frame';
      readonly opcode: number;
      /** Default true. */
      readonly fin?: boolean;
      /** Reserved bits: 4 is RSV1, 2 is RSV2, 1 is RSV3. */
      readonly rsv?: number;
      readonly maskHex?: string;
      readonly payload: { readonly name: string } | { readonly hex: string };
    }
  /** The 101, or bytes `from` to `to` of it, negative from the end; with a defect, one that no client may accept. */
  | { readonly piece: 'response'; readonly from?: number; readonly to?: number; readonly defect?: ResponseDefect }
  /** An answer to the upgrade that is no 101. Its body is the frame of a message, byte for byte. */
  | {
      readonly piece: 'refusal';
      readonly status: number;
      readonly phrase: string;
      /** Beside Content-Length and Content-Type. */
      readonly headers: readonly (readonly [name: string, value: string])[];
      /** Name of the message. */
      readonly body: string;
    };

/** Pieces in one record, all bytes of them or those from `from` to `to` (negative: from the end). */
export type RecordPlan =
  | {
      readonly record: 'data';
      readonly pieces: readonly Piece[];
      readonly from?: number;
      readonly to?: number;
      readonly half?: boolean;
    }
  /** Every byte of the pieces in a record of its own. */
  | { readonly record: 'bytewise'; readonly pieces: readonly Piece[] }
  /** All bytes of the pieces in as many full records as that takes: RFC 8446 §5.1. */
  | { readonly record: 'full'; readonly pieces: readonly Piece[] }
  | { readonly record: 'close_notify' }
  | { readonly record: 'fin' };

/** One step of a script in symbols; times in ms. */
export type StepPlan =
  | {
      readonly op: 'send';
      readonly layout: Layout;
      readonly records: readonly RecordPlan[];
      /** True where these bytes only set the scene and are not what the case is about. */
      readonly scene?: boolean;
    }
  | { readonly op: 'offer' }
  | { readonly op: 'echo' }
  | { readonly op: 'wait'; readonly ms: number }
  /** Default patience: 2 s. */
  | { readonly op: 'ack'; readonly timeoutMs?: number }
  | { readonly op: 'freeze'; readonly duty?: Duty }
  | { readonly op: 'thaw' }
  | { readonly op: 'reset' }
  | { readonly op: 'abandon' }
  | { readonly op: 'stop-reading' }
  | { readonly op: 'drop' }
  | { readonly op: 'impose'; readonly condition: Condition }
  | { readonly op: 'lift' }
  | { readonly op: 'kill' }
  /** Wait for the client's application ack of a message. */
  | { readonly op: 'app-ack'; readonly timeoutMs: number; readonly otherwise: readonly StepPlan[] };

/** How a case asks the client to behave; `ack` replies to the first message with its acknowledgement. */
export type ReactionPlan =
  | { readonly kind: 'ack'; readonly message: string }
  | { readonly kind: 'slow-handler'; readonly sleepMs: number }
  | CloseOrder
  /** Candidates of the client's own, from the first message on; `everyMs` 0: all at once, in its handler. */
  | { readonly kind: 'send-candidates'; readonly count: number; readonly everyMs: number };

/** The client is to close: behind its offer, or when the first message comes. */
export interface CloseOrder {
  readonly kind: 'close';
  readonly on: 'open' | 'message';
  /** 1000, or 3000 to 4999: WHATWG WebSockets §3.1 lets an application use no other. */
  readonly code: number;
  readonly reason: string;
}

/** What must be seen on the wire, from the client. */
export type WireExpectation =
  /** Exactly one Close frame from the client. RFC 6455 §5.5.1. */
  | { readonly wire: 'one-close'; readonly level: Level }
  /** The client closes TCP in the end. RFC 6455 §5.5.1, §7.1.1. */
  | { readonly wire: 'closes-tcp'; readonly level: Level }
  /** TLS 1.2: close_notify is answered. RFC 5246 §7.2.1. */
  | { readonly wire: 'answers-close-notify'; readonly level: Level; readonly transports: readonly Transport[] }
  /** 1005 and 1006 never appear on the wire. RFC 6455 §7.4.1. */
  | { readonly wire: 'no-reserved-code'; readonly level: Level }
  /** The reply carries the code that came. RFC 6455 §5.5.1 ("typically"). */
  | { readonly wire: 'echoes-code'; readonly level: Level; readonly code: number }
  /** The acknowledgement of the application was sent. */
  | { readonly wire: 'acknowledges'; readonly level: Level }
  /** No data frame behind the client's own Close. RFC 6455 §5.5.1. */
  | { readonly wire: 'no-data-after-close'; readonly level: Level };

/** What a client must show; see `judge-trial.ts` for how each is judged. */
export interface Expectation {
  /**
   * `must`: the 101 came whole, so the connection is established, and the client says so: RFC 6455 §4.1, WHATWG WebSockets
   * §4. `never`: what comes is no answer that lets a connection open, and the client must fail it (RFC 6455 §4.1): no
   * `open`, no message, and a report of the failure, a close or an error. Absent: it opens, and other things show that.
   */
  readonly open?: 'must' | 'never';
  /** DEL: these messages, each once, in this order, after open and before the close. */
  readonly deliver: readonly string[];
  /** How binding DEL is; default must. */
  readonly deliverLevel?: Level;
  /** The client may refuse a message for its size, if it says so with 1009: RFC 6455 §10.4, §7.4.1. */
  readonly mayRefuseSize?: boolean;
  /** Deadline for DEL once acknowledged, in ms, where a case sets a shorter one than 5000. */
  readonly withinMs?: number;
  /** NOT: messages that are sent and must not surface; binding for WHATWG clients and for others. */
  readonly never?: { readonly names: readonly string[]; readonly whatwg: Level; readonly others: Level };
  readonly close: {
    /** How binding it is that a close is reported at all, in time; `kit` where no standard gives a time. */
    readonly reported: Level;
    /** CODE: any one of these; absent: whatever code is observed and never judged. */
    readonly codes?: readonly number[];
    /** Default must. */
    readonly codeLevel?: Level;
    /** Codes that are observed and no fault, beside those; `failures`: any but those of a good end. */
    readonly tolerated?: readonly number[] | 'failures';
    /** They are tolerated of clients alone that the model of WHATWG does not bind. */
    readonly toleratedOf?: 'others';
    /** CLEAN; absent: not judged. */
    readonly clean?: boolean;
    /** The reason, a SHOULD, or a MUST where `reasonLevel` says so. */
    readonly reason?: string;
    readonly reasonLevel?: Level;
  };
  readonly wire?: readonly WireExpectation[];
  /** How binding it is that no close comes before the endpoint ends anything; default must. */
  readonly staysOpen?: Level;
}

export interface CasePart {
  /**
   * Absent where a case has only one. One value of a sweep is named by it, with its unit: `5ms`, or `fin-0.5ms` where more
   * than the value tells parts apart; reports draw such parts as a curve.
   */
  readonly name?: string;
  /** Of the transports of the case, those this part makes sense on; absent: all. */
  readonly transports?: readonly Transport[];
  readonly script: readonly StepPlan[];
  readonly expect: Expectation;
  readonly reactions?: readonly ReactionPlan[];
  readonly requires?: readonly Feature[];
  /** Ask the adapter for the shortest keep-alive that its client has; one that has none ignores it. */
  readonly keepAlive?: 'shortest';
  /** Run live although the case is of class F. */
  readonly live?: boolean;
  /** Mostly waits: takes an adapter of its own and no lane. */
  readonly waits?: boolean;
}

export interface Case {
  /** `family/name`, stable for ever. */
  readonly id: string;
  readonly title: string;
  readonly class: CaseClass;
  /** Level of the primary assertion, as the report shows it. */
  readonly level: Level | 'mixed';
  readonly transports: readonly Transport[];
  readonly basis: readonly Clause[];
  /** The kind of fault that this case shows, in words. */
  readonly exposes: string;
  readonly messages: Readonly<Record<string, MessagePlan>>;
  readonly parts: readonly CasePart[];
}

/** What a part tells its client to close with, and when; undefined where the client is left to itself. */
export function closeOrderOf(part: Pick<CasePart, 'reactions'>): CloseOrder | undefined {
  return part.reactions?.find((reaction) => reaction.kind === 'close');
}
