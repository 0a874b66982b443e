/** How long a trial is waited for. Pure: what has been seen of it goes in, and until when to wait comes out. */
import type { LogEntry, Reaction } from '../core/adapter-event';
import { deliveryMs } from '../core/bench';
import type { CasePart } from '../core/case';
import type { EndpointSignal } from '../core/endpoint';
import type { Expanded } from '../core/expand';
import type { RecordSpec } from '../core/script';

/** Time in ms for a client to connect and be asked for, however slow its start. */
const arrivalMs = 30_000;
const closeMs = 10_000;

/** How far the wire has come. */
export interface Progress {
  requestNs: number | undefined;
  over: (EndpointSignal & { readonly signal: 'script-over' }) | undefined;
  goneNs: number | undefined;
  /** It has ended its own side, and may wait for the endpoint to end the other. */
  waits: boolean;
}

/** A trial so far. */
export interface Course extends Readonly<Progress> {
  readonly startedNs: number;
  readonly exitNs: number | undefined;
  /** The client is frozen, and can report nothing. */
  readonly standsStill: boolean;
  /** When it last went on, ns. */
  readonly thawedNs: number | undefined;
  readonly log: readonly LogEntry[];
}

export class Patience {
  /** What a client may take to close behind its FIN or RST, ms: longer than what it has to deliver may take. */
  readonly closeMs: number;
  /** The longest that the trial may take, ms: what its script waits, and what a client may take to close. */
  readonly budgetMs: number;

  constructor(part: CasePart, expanded: Expanded, bytesPerSecond: number | undefined) {
    this.closeMs = patienceMs(part, expanded, bytesPerSecond);
    const waitsMs = expanded.script.reduce(
      (sum, step) => sum + (step.op === 'wait' ? step.ms : 'timeoutMs' in step ? step.timeoutMs : 0),
      0,
    );
    this.budgetMs = waitsMs + this.closeMs + arrivalMs;
  }

  /** When the trial has had its time, ns. */
  deadlineNs(course: Course): number {
    const { startedNs, requestNs, exitNs, over, goneNs, log } = course;
    if (requestNs === undefined) return startedNs + arrivalMs * 1e6;
    // An adapter that has ended closes its sockets; the kernel tells at once.
    if (exitNs !== undefined) return exitNs + 2e9;
    if (over === undefined) {
      // A client that is gone has nothing to wait for but its own report, once it can make one.
      const isReporting = goneNs !== undefined && !course.standsStill && !course.waits;
      if (isReporting) return Math.max(goneNs, course.thawedNs ?? 0) + this.closeMs * 1e6;
      return startedNs + this.budgetMs * 1e6;
    }
    // 10 s from the FIN or RST; a client's own FIN buys no time, but one that still delivers is at work.
    if (over.ended) return whileDelivering(over.atNs + this.closeMs * 1e6, log);
    return whileDelivering(Math.max(over.atNs, goneNs ?? 0) + (this.closeMs - closeMs + 5000) * 1e6, log);
  }
}

/** Between the last thing that an adapter was ordered to do and what becomes of it, in ms. */
const settleMs = 50;

/**
 * Until when an adapter is at what it was ordered to do over time, ns; 0 where there is no such thing, or it never began.
 * What it sends then belongs to this trial, also when the connection is over: a process may die of it.
 */
export function reactingUntilNs(reactions: readonly Reaction[], log: readonly LogEntry[]): number {
  const until = reactions.map(({ when, nth, send = [], everyMs = 0, close }) => {
    const lastMs = everyMs * (send.length - (close === undefined ? 1 : 0));
    const begun = log.filter((entry) => entry.event === when).at((nth ?? 0) - 1);
    return lastMs <= 0 || begun === undefined ? 0 : begun.atNs + (lastMs + settleMs) * 1e6;
  });
  return Math.max(0, ...until);
}

/** A deadline, moved on by each message of a client that delivers slowly, to 5 s behind it, by a minute at most. */
export function whileDelivering(deadlineNs: number, log: readonly LogEntry[]): number {
  const last = log.findLast((entry) => entry.event === 'message');
  return Math.min(Math.max(deadlineNs, (last?.atNs ?? 0) + 5e9), deadlineNs + 60e9);
}

/** What a client may take to close, in ms: 10 s, and all that the judge allows its messages beyond the usual 5 s. */
export function patienceMs(part: CasePart, expanded: Expanded, bytesPerSecond: number | undefined): number {
  const { script, reactions } = expanded;
  const bytes = script.reduce(
    (sum, step) => sum + (step.op === 'send' ? step.records.reduce((all, record) => all + sizeOf(record), 0) : 0),
    0,
  );
  const messages = part.expect.deliver.length;
  return closeMs - 5000 + deliveryMs({ bytes, messages, reactions, bytesPerSecond });
}

function sizeOf(record: RecordSpec): number {
  if (record.kind === 'alert') return 2;
  return record.parts.reduce((sum, part) => sum + (part.kind === 'bytes' ? part.bytes.length : 0), 0);
}
