/** What a third party checks: the files that are made of one trial, and the type of what makes them. */
import type { ObservedTrial } from './observation';

export type EvidenceKind = 'pcapng' | 'timeline' | 'adapter-log' | 'witness' | 'judgement';

/** One file about one trial. */
export interface EvidenceFile {
  readonly kind: EvidenceKind;
  /** Of the file, within the folder of the trial. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What is known of the run that a trial belongs to. */
export interface EvidenceRun {
  readonly version: string;
  /**
   * What has to be added to the kit's monotonic clock, in ns, to have the time since 1970; absent: the run did not say, and
   * files tell the time from the beginning of the run.
   */
  readonly wallMinusMonotonicNs?: bigint;
}

/** Makes the files of a trial: pure, so that the same trial gives the same bytes whenever it is judged. */
export type MakeEvidence = (observed: ObservedTrial, run: EvidenceRun) => readonly EvidenceFile[];
