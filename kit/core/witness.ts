/**
 * How sure it is that a message reached the client: tiers W0 to W4, and the layer in which a lost one stayed.
 *
 * - W2: the peer's TCP acknowledged the message's last byte. W2+: while the client was frozen, and its own socket held
 *   the bytes unread. W3: the client's process took them from the socket. W4: the client said, in band, what it can
 *   only say once it has parsed past the message.
 * - An acknowledgement by something that ends TCP on the way proves nothing: the tier is then that of W1, unless W4.
 */
import type { Facts } from './facts';
import { ackedAtNs, hasReplied, reachedBytes } from './facts';
import type { LossLayer, WitnessTier } from './outcome';

export interface MessageWitness {
  readonly tier: WitnessTier;
  /** The tier as it would be were the path direct. */
  readonly nominal: WitnessTier;
  readonly ackedNs: number | undefined;
}

/** A FIN received counts as one byte in the kernel's books, and no read takes it out. */
const emptyQueue = 1;

/** What is witnessed of the message that ended at an offset of our stream. */
export function witnessOf(
  facts: Facts,
  endOffset: number | undefined,
  inBand: { readonly acknowledged: boolean; readonly closesByItself: boolean },
): MessageWitness {
  const { connection } = facts;
  if (connection === undefined || endOffset === undefined) return { tier: 'w0', nominal: 'w0', ackedNs: undefined };
  const ackedNs = ackedAtNs(connection, endOffset);
  if (inBand.acknowledged || echoes(facts, endOffset, inBand.closesByItself)) {
    return { tier: 'w4', nominal: 'w4', ackedNs };
  }
  if (ackedNs === undefined) return { tier: 'w1', nominal: 'w1', ackedNs };
  const nominal = wasTaken(facts) ? 'w3' : wasUnread(facts, endOffset) ? 'w2+' : 'w2';
  return { tier: connection.path === 'direct' ? nominal : 'w1', nominal, ackedNs };
}

/** RFC 6455 §5.5.1: a client replies to a Close that it has parsed, and with it all that was in front of it. */
function echoes(facts: Facts, endOffset: number, closesByItself: boolean): boolean {
  const closing = facts.connection?.sent.find((record) => record.closeCode !== undefined);
  return closing !== undefined && closing.endOffset >= endOffset && hasReplied(facts, closesByItself);
}

/** What was acknowledged behind the thaw only was not seen unread, though other bytes were. */
function wasUnread(facts: Facts, endOffset: number): boolean {
  if (facts.connection === undefined || !facts.connection.freezes.every((proof) => proof.confirmed)) return false;
  return facts.connection.snapshots.some(
    (each) =>
      each.why === 'before-thaw' &&
      each.peer !== undefined &&
      each.peer.rxQueue > emptyQueue &&
      reachedBytes(each) >= endOffset,
  );
}

/** The client's queue was seen full and later empty, or empty while everything was acknowledged. */
function wasTaken(facts: Facts): boolean {
  const { connection } = facts;
  if (connection === undefined) return false;
  return connection.snapshots.some(
    (each) =>
      (each.why === 'after-thaw' ||
        each.why === 'client-ended' ||
        each.why === 'final' ||
        each.why === 'before-reset') &&
      each.peer !== undefined &&
      each.peer.rxQueue <= emptyQueue &&
      each.tcp !== undefined &&
      each.tcp.bytesAcked >= connection.bytesSent &&
      each.atNs >= (facts.thawNs ?? 0),
  );
}

/** Where a witnessed message stayed. */
export function layerOf(tier: WitnessTier, facts: Facts): LossLayer | undefined {
  if (tier === 'w4') return 'dispatch';
  if (tier === 'w3') return 'decode';
  if (tier !== 'w2' && tier !== 'w2+') return undefined;
  // RFC 9293 §3.6.1: a host that closes a socket with unread data resets. The bytes never left the kernel.
  const wasReset = facts.connection?.events.some((event) => event.kind === 'client-reset') === true;
  // What it said since it can only have said of what it had read.
  const { stimulusNs } = facts;
  const hasSpoken = facts.connection?.events.some(
    (event) =>
      (event.kind === 'client-pong' || event.kind === 'client-close') &&
      stimulusNs !== undefined &&
      event.atNs > stimulusNs,
  );
  return wasReset && facts.reset === undefined && hasSpoken !== true ? 'socket' : 'decode';
}
