/**
 * What a matcher asks, apart from how it is answered: of events that are all there (a trial), of those of every trial of
 * a case, or of a connection that lives. Pure: it gets the events so far, and answers.
 */
import type { LogEntry } from '../kit/core/adapter-event';
import type { Clause } from '../kit/core/clauses';
import type { ObservedTrial, RecordedEntry, SentMessage } from '../kit/core/observation';
import type { HeardMessage } from '../kit/core/timeline';
import type { MessageTest } from './message-test';

export type HeardEntry = LogEntry | RecordedEntry;

/** What a client's API has reported so far. */
export interface Heard {
  readonly entries: readonly HeardEntry[];
  /** Nothing will come any more. */
  readonly isOver: boolean;
  /** Messages of the case; of a recorded connection none is known. */
  readonly known: readonly SentMessage[];
  /** Absent for a recorded connection. */
  readonly observed?: ObservedTrial;
}

export type Answer =
  /** It is so; the note says so, for a failure under `.not`. */
  | { readonly answer: 'yes'; readonly note: string }
  /** It is not so, and the events themselves are the proof. */
  | { readonly answer: 'no'; readonly note: string }
  /** It is not so because a message is not there: of a trial that is said with a witness only. */
  | { readonly answer: 'absent'; readonly note: string; readonly message: MessageTest }
  /** Neither can be said: both forms fail. */
  | { readonly answer: 'unknown'; readonly note: string }
  /** More events may tell. Only where `isOver` is false. */
  | { readonly answer: 'wait' };

export interface Question {
  /** The matcher. */
  readonly name: string;
  /** Its arguments as they are shown, in one line. */
  readonly args: string;
  /** What is expected, in a few words, to stand behind `Expected`; under `.not` behind `Expected not:`. */
  readonly expected: string;
  readonly clauses: readonly Clause[];
  readonly ask: (heard: Heard) => Answer;
  /** The answer of a connection that is still open when the time is up; absent: nothing can be said. */
  readonly whenTimeIsUp?: (heard: Heard, withinMs: number) => Answer;
  /** How long a connection is watched behind its end, in ms. */
  readonly watchMs?: number;
}

export const yes = (note: string): Answer => ({ answer: 'yes', note });
export const no = (note: string): Answer => ({ answer: 'no', note });
export const unknown = (note: string): Answer => ({ answer: 'unknown', note });
export const wait: Answer = { answer: 'wait' };

/** Index of the first close, or of the error that took its place; -1 where neither was reported yet. */
export function endIndex({ entries, isOver }: Heard): number {
  const close = entries.findIndex((entry) => entry.event === 'close');
  if (close >= 0 || !isOver) return close;
  const isDone = entries.every((entry) => !('line' in entry)) || entries.some((entry) => entry.event === 'done');
  return isDone ? entries.findLastIndex((entry) => entry.event === 'error') : -1;
}

/** The messages, each with its place among the entries. */
export function messagesOf({ entries }: Heard): readonly { readonly at: number; readonly message: HeardMessage }[] {
  return entries.flatMap((message, at) => (message.event === 'message' ? [{ at, message }] : []));
}
