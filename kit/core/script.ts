/**
 * A script says, byte for byte, what the endpoint does on one connection. It is data: cases write it in the notation
 * of `notation.ts`, `expand.ts` makes this concrete form of it, `advance.ts` plays it, and the endpoint performs it.
 */

import type { Condition, Duty } from './condition';
import type { ResponseDefect } from './handshake';

/** Part of a record's plaintext: bytes, or the 101 that answers the very request that came, sound or with a defect. */
export type RecordPart =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** All of the 101, or bytes `from` to `to` of it; negative: from the end. */
  | { readonly kind: 'response'; readonly from?: number; readonly to?: number; readonly defect?: ResponseDefect };

/** One TLS record; on plain `ws` just its bytes, and nothing for an alert. */
export type RecordSpec =
  | {
      readonly kind: 'data';
      readonly parts: readonly RecordPart[];
      /** Names of the messages whose last byte this record carries. */
      readonly ends: readonly string[];
      /** A Close frame that ends in this record: its code (1005: an empty body). */
      readonly closeCode?: number;
      /** An answer in it that opens no connection, in words: `HTTP 401`. */
      readonly says?: string;
      /** Send only the first half of the sealed record (plain: of the bytes), and nothing behind it. */
      readonly half?: boolean;
      /** Every byte in a record of its own: for the 101, whose length only the request tells. */
      readonly bytewise?: boolean;
    }
  | { readonly kind: 'alert'; readonly level: 'warning' | 'fatal'; readonly description: number };

/**
 * How the bytes of a step leave: `segment`, one TCP segment as long as it fits the MSS, otherwise one burst (cork,
 * write, uncork); `stream`, one plain write; `records`, every record a segment of its own; `bytes`, every byte one;
 * `queue`, handed over and not waited for: what the kernel does not take now, and the FIN behind it, follows while later
 * steps are played.
 */
export type Layout = 'segment' | 'stream' | 'records' | 'bytes' | 'queue';

export type Step =
  | {
      readonly op: 'send';
      readonly records: readonly RecordSpec[];
      readonly layout: Layout;
      /** Half-close behind the last byte, on its segment. */
      readonly fin: boolean;
      /** False for what comes before the stimulus, such as the 101. */
      readonly stimulus: boolean;
    }
  /** Wait for the offer: fully received, unmasked, nothing else unread. */
  | { readonly op: 'await-offer'; readonly timeoutMs: number }
  /** Wait for the client's Close; the script goes on when the time is up, or where one came before. */
  | { readonly op: 'await-close'; readonly timeoutMs: number }
  /** Wait for a text message that contains `text`; when the time is up, play `otherwise` instead of the rest. */
  | {
      readonly op: 'await-message';
      readonly text: string;
      readonly timeoutMs: number;
      readonly otherwise: readonly Step[];
    }
  /** Wait until every byte, and the FIN if sent, is acknowledged; patience runs out into `unwitnessed`, not failure. */
  | { readonly op: 'await-ack'; readonly timeoutMs: number }
  | { readonly op: 'wait'; readonly ms: number }
  /** With `duty`: stopped and let go by turns until the thaw. */
  | { readonly op: 'freeze'; readonly duty?: Duty }
  | { readonly op: 'thaw' }
  | { readonly op: 'reset' }
  /** FIN, read on, RST on the first bytes that the client writes. */
  | { readonly op: 'abandon' }
  /** Read no more: what the client sends stays in the kernel, so that `drop` draws a reset (RFC 9293 §3.6.1). */
  | { readonly op: 'stop-reading' }
  /** `close()` the descriptor as it is. */
  | { readonly op: 'drop' }
  /** Make life hard for the client, or for its connection alone, until `lift`. */
  | { readonly op: 'impose'; readonly condition: Condition }
  | { readonly op: 'lift' }
  /** The endpoint's process is killed, by SIGKILL: what TCP does then is the kernel's affair. Always the last step. */
  | { readonly op: 'kill' };

export type Script = readonly Step[];
