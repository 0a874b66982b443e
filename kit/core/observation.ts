/**
 * What the matchers look at, as plain data: a trial, a case or a run with its judgement, and a connection of the user's
 * own that was only recorded. The first three come with a witness; the last has no endpoint and so none.
 */
import type { Hello } from './adapter-event';
import type { JudgeContext } from './bench';
import { sectionsOf } from './clauses';
import { ackText } from './expand';
import { endOffsets, factsOf } from './facts';
import { judgeTrial } from './judge-trial';
import type { Message } from './message';
import type { TrialJudgement, WitnessTier } from './outcome';
import type { CaseReport, Report } from './report';
import type { Trial } from './trial';
import { witnessOf } from './witness';

/** A message of the case, and what became of it on the wire. */
export interface SentMessage {
  /** As the case calls it: `A`, `M1`. */
  readonly name: string;
  readonly type: 'text' | 'binary';
  /** Length of the payload. */
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** The payload of a text message of up to 4096 bytes. */
  readonly data?: string;
  /** How often its last byte left the endpoint. */
  readonly timesSent: number;
  /** How sure it is that this message reached the client. */
  readonly witness: WitnessTier;
}

/** One trial, judged. {@link observeTrial} makes it. */
export interface ObservedTrial {
  readonly kind: 'observed-trial';
  readonly trial: Trial;
  readonly judgement: TrialJudgement;
  readonly hello: Hello | undefined;
  /** The messages of the case; absent: a matcher knows none by name, and judges all by the trial's own witness. */
  readonly messages?: readonly SentMessage[];
  /** Sections that the case rests on, `RFC 6455 §6.2`. */
  readonly clauses?: readonly string[];
}

/** All trials of one case on one transport. */
export interface ObservedCase {
  readonly kind: 'observed-case';
  readonly target: string;
  readonly report: CaseReport;
  readonly trials: readonly ObservedTrial[];
}

/** A whole run. */
export interface ObservedRun {
  readonly kind: 'observed-run';
  readonly report: Report;
  readonly cases: readonly ObservedCase[];
  /** Ids of the cases of each profile, so that a profile can be checked for completeness; see `toConform`. */
  readonly profiles?: Readonly<Record<string, readonly string[]>>;
}

/** A message as a recorded connection reported it. */
export interface RecordedMessage {
  readonly event: 'message';
  readonly type: 'text' | 'binary';
  /** Length of the payload in bytes. */
  readonly length: number;
  /** The payload of a text message. */
  readonly data?: string;
  /** The payload of a binary message: a copy. */
  readonly bytes?: Uint8Array;
  /** Why neither is there. */
  readonly unreadable?: string;
}

/** One thing that a recorded connection reported; `atNs` is a monotonic clock, when it was reported. */
export type RecordedEntry = { readonly atNs: number } & (
  | { readonly event: 'open' }
  | RecordedMessage
  | { readonly event: 'error'; readonly message: string }
  | {
      readonly event: 'close';
      /** `null` for what the API does not expose. */
      readonly code: number | null;
      readonly reason: string | null;
      readonly wasClean: boolean | null;
    }
);

/** What `record(socket)` gives: live, grows while the socket lives. */
export interface RecordedConnection {
  readonly kind: 'recorded-connection';
  /** When the recording began, on the clock of the entries. */
  readonly startedAtNs: number;
  /** The socket was open when the recording began: what it had reported before is not known. */
  readonly hadOpened: boolean;
  readonly entries: readonly RecordedEntry[];
  readonly isSettled: boolean;
  /** Resolves, and never rejects, when the close was reported, or an error that ended a connection before it opened. */
  readonly settled: Promise<void>;
  /** Calls back behind every new entry, and when it settles; gives a function that ends this. */
  readonly onChange: (listener: () => void) => () => void;
}

/** Longest text that an observation carries whole, in bytes; what is longer is known by its digest, as in the log. */
const wholeBytes = 4096;

/** Judges a trial and puts to it what the matchers need beside it. */
export function observeTrial(trial: Trial, context: JudgeContext): ObservedTrial {
  return {
    kind: 'observed-trial',
    trial,
    judgement: judgeTrial(trial, context),
    hello: context.hello,
    messages: [...context.expanded.messages.values()].map((message) => sentMessage(message, trial, context)),
    clauses: sectionsOf(context.kase.basis),
  };
}

function sentMessage(message: Message, trial: Trial, context: JudgeContext): SentMessage {
  const facts = factsOf(context.kase, context.part, trial);
  const { connection } = facts;
  const offsets = connection === undefined ? [] : endOffsets(connection, message.name);
  const ack = ackText(message);
  const inBand = {
    acknowledged: connection?.events.some((each) => each.kind === 'client-message' && each.text.includes(ack)) === true,
    closesByItself: context.hello?.habits.includes('closes-on-answer') === true,
  };
  return {
    name: message.name,
    type: message.type,
    bytes: message.payload.length,
    sha256: message.sha256,
    ...(message.type === 'text' && message.payload.length <= wholeBytes
      ? { data: message.payload.toString('utf8') }
      : {}),
    timesSent: offsets.length,
    witness: witnessOf(facts, offsets.at(-1), inBand).tier,
  };
}
