/**
 * Compares what the client's API delivered with what was sent: rows 9, 10 and 11 of the decision table.
 *
 * The log itself is the proof here, no witness is needed: what was never sent cannot have come from the network, and
 * what came twice was delivered twice.
 */
import type { LogEntry } from './adapter-event';
import { sha256, type Message } from './message';

export interface Delivery {
  readonly name: string;
  readonly atNs: number;
  /** Index in the log. */
  readonly index: number;
}

export interface Comparison {
  readonly delivered: readonly Delivery[];
  /** Expected names that never came, in order; a message sent three times and seen twice is missing once. */
  readonly missing: readonly string[];
  readonly duplicated: readonly Delivery[];
  /** Messages of the case that are sent and must not surface here. */
  readonly forbidden: readonly Delivery[];
  /** Neither sent on this connection nor expected: what it looked like. */
  readonly strange: readonly { readonly index: number; readonly what: string }[];
  /** Everything expected came, but not in the order sent. */
  readonly isOutOfOrder: boolean;
}

interface Identity {
  readonly type: 'text' | 'binary';
  readonly sha256: string;
}

function identityOf(entry: LogEntry & { readonly event: 'message' }): Identity {
  return {
    type: entry.type,
    sha256: entry.data === undefined ? (entry.sha256 ?? '').toLowerCase() : sha256(Buffer.from(entry.data, 'utf8')),
  };
}

function same(message: Message, identity: Identity): boolean {
  return message.type === identity.type && message.sha256 === identity.sha256;
}

/** Matches the log of one connection against what it should have delivered. */
export function compareMessages(
  log: readonly LogEntry[],
  expected: readonly Message[],
  all: readonly Message[],
): Comparison {
  const open = expected.map((message, position) => ({ message, position, taken: false }));
  const delivered: (Delivery & { readonly position: number })[] = [];
  const duplicated: Delivery[] = [];
  const forbidden: Delivery[] = [];
  const strange: { index: number; what: string }[] = [];
  for (const [index, entry] of log.entries()) {
    if (entry.event !== 'message') continue;
    const identity = identityOf(entry);
    const place = open.find((each) => !each.taken && same(each.message, identity));
    if (place !== undefined) {
      place.taken = true;
      delivered.push({ name: place.message.name, atNs: entry.atNs, index, position: place.position });
      continue;
    }
    const known = all.find((message) => same(message, identity));
    if (known === undefined) strange.push({ index, what: describe(entry, all) });
    else {
      const isExpected = expected.some((message) => same(message, identity));
      (isExpected ? duplicated : forbidden).push({ name: known.name, atNs: entry.atNs, index });
    }
  }
  return {
    delivered,
    missing: open.filter((each) => !each.taken).map((each) => each.message.name),
    duplicated,
    forbidden,
    strange,
    isOutOfOrder: delivered.some((each, at) => at > 0 && each.position < (delivered[at - 1]?.position ?? 0)),
  };
}

/** Says what a message that nobody sent looks like, without trusting a byte of it. */
function describe(entry: LogEntry & { readonly event: 'message' }, all: readonly Message[]): string {
  const bytes = entry.data === undefined ? (entry.length ?? 0) : Buffer.byteLength(entry.data, 'utf8');
  const head = `${entry.type} of ${bytes} bytes`;
  if (entry.data === undefined) return head;
  const data = Buffer.from(entry.data, 'utf8');
  for (const message of all) {
    if (data.equals(message.payload)) return `${head}, ${message.name} with the wrong type`;
    if (data.length > 0 && data.length < message.payload.length && message.payload.indexOf(data) >= 0) {
      return `${head}, a part of ${message.name}`;
    }
    if (message.payload.length > 0 && data.indexOf(message.payload) >= 0) return `${head}, more than ${message.name}`;
  }
  return /"nonce":"[0-9a-f]{32}"/.test(entry.data) ? `${head}, of another connection` : head;
}
