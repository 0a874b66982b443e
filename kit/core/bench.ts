/** What lies before the judge: a trial, the case it ran, and what follows from both. */
import type { Hello, Reaction } from './adapter-event';
import type { Case, CasePart } from './case';
import type { Expanded } from './expand';
import type { Facts } from './facts';
import type { Comparison } from './judge-messages';
import type { Finding, InconclusiveWhy } from './outcome';
import type { Trial } from './trial';
import type { MessageWitness } from './witness';

export interface JudgeContext {
  readonly kase: Case;
  readonly part: CasePart;
  readonly expanded: Expanded;
  readonly hello: Hello | undefined;
  /** The same API gave a close code in a control of this run. */
  readonly codeSeenInControl: boolean;
  /** Why the gating control before or behind this block showed nothing; undefined where it did. */
  readonly gate: string | undefined;
}

/** Everything the rows look at. */
export interface Bench extends JudgeContext {
  readonly trial: Trial;
  readonly facts: Facts;
  readonly comparison: Comparison;
  readonly witnesses: ReadonlyMap<string, MessageWitness>;
  /** Time that a message may take from its acknowledgement to the application, ns. */
  readonly deadlineNs: number;
}

/** The longest that a client which declares its throughput is waited for, beyond what others get, in ms. */
const mostSlownessMs = 120_000;

/**
 * Time in ms that a client which declares its throughput may take longer than others, for so many bytes. At most two
 * minutes: what cannot be waited for is no client that a run could judge.
 */
export function slownessMs(bytes: number, bytesPerSecond: number | undefined): number {
  if (bytesPerSecond === undefined || bytesPerSecond <= 0) return 0;
  // The handshake is part of what it reads.
  return Math.min(mostSlownessMs, (3000 * (bytes + 8192)) / bytesPerSecond);
}

/** What a client has to deliver, and what it is made to do meanwhile. */
export interface DeliveryLoad {
  readonly bytes: number;
  readonly messages: number;
  readonly reactions: readonly Reaction[];
  readonly bytesPerSecond: number | undefined;
}

/**
 * Time in ms that messages may take from their acknowledgement to the application: 5 s, and 1 s a MiB; a shorter time that a
 * case names is a wish, since a garbage collector's pause of 2 s is no fault. Busy handlers and a declared throughput count.
 */
export function deliveryMs({ bytes, messages, reactions, bytesPerSecond }: DeliveryLoad): number {
  const handlerMs = reactions.reduce((sum, each) => sum + (each.when === 'message' ? (each.sleepMs ?? 0) : 0), 0);
  return 5000 + (1000 * bytes) / (1 << 20) + handlerMs * messages + slownessMs(bytes, bytesPerSecond);
}

/**
 * Whether a client that declares its throughput cannot take so many bytes in the time that a trial may last, or in what
 * its script waits for their acknowledgement; less where the client is stopped by turns.
 */
export function takesTooLong(bytes: number, bytesPerSecond: number | undefined, script: CasePart['script']): boolean {
  if (bytesPerSecond === undefined || bytesPerSecond <= 0) return false;
  const timeouts = script.flatMap((step) =>
    step.op === 'ack' && step.timeoutMs !== undefined ? [step.timeoutMs] : [],
  );
  const duty = script.flatMap((step) => (step.op === 'freeze' ? (step.duty ?? []) : []))[0];
  const slowdown = duty === undefined ? 1 : (duty.frozenMs + duty.runningMs) / duty.runningMs;
  return (slowdown * 1000 * (bytes + 8192)) / bytesPerSecond > Math.min(mostSlownessMs, ...timeouts);
}

/** A finding that says nothing about the client, and why. */
export function inconclusive(why: InconclusiveWhy, row: string, note: string): Finding {
  return { outcome: 'inconclusive', why, row, level: 'informational', note };
}

/**
 * Whether the client waited for a processor for most of the time that it was given. One that ran all the while, such as
 * a loop that never ends, was not kept from anything.
 */
export function isStarved(trial: Trial): boolean {
  const { starved, ran } = trial.host;
  return starved !== null && starved > 0.3 && starved > 3 * (ran ?? 0);
}

/**
 * Whether something may stand between the endpoint and the client that ends TCP in its place: what it did with the
 * close, and with the time, cannot be told from what the client did.
 */
export function isIndirect(trial: Trial): boolean {
  const connection = trial.connections.find((each) => !each.held);
  if (connection === undefined || connection.path === 'direct') return false;
  return connection.path === 'proxied' || connection.witness !== 'none';
}
