/** What `lastword/matchers` gives: the matchers for any `expect.extend`, and what they are asked of. */
export { matchers } from './list';
export { record, type RecordOptions } from './record';
export { timelineSerializer } from './timeline-serializer';
export { drawTimeline, type DrawOptions } from '../kit/core/draw-timeline';
export { timelineOfConnection, timelineOfTrial, type Timeline, type TimelineEvent } from '../kit/core/timeline';
export type { LastwordMatchers } from './matcher-types';
export type { AsymmetricMatcher, MatcherContext, MatcherResult, WaitOptions } from './matcher-context';
export type { ConformOptions } from './to-conform';
export type { Exceptions } from './exceptions';
export type { ExpectedClose } from './to-close-with';
export type { ExpectedMessage } from './message-test';
export type { LossOptions } from './to-lose-at-most';
export type { Judged, Listened } from './subject';
export type {
  ObservedCase,
  ObservedRun,
  ObservedTrial,
  RecordedConnection,
  RecordedEntry,
  SentMessage,
} from '../kit/core/observation';
