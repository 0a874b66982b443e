/** What a third party checks: the files that are made of one trial, and the type of what makes them. */
import type { ObservedTrial } from './observation';

export type EvidenceKind = 'pcapng' | 'timeline' | 'adapter-log' | 'witness' | 'judgement';

/** Where the packets of a capture come from: a wire, or the bytes that the endpoint sent and received. */
export type CaptureSource = 'captured' | 'synthesised';

/** One file about one trial. */
export interface EvidenceFile {
  readonly kind: EvidenceKind;
  /** Of the file, within the folder of the trial. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of a capture. */
  readonly source?: CaptureSource;
  /** Why it is synthesised, where packets were captured. */
  readonly why?: string;
}

/** What is known of the run that a trial belongs to. */
export interface EvidenceRun {
  readonly version: string;
  /**
   * What has to be added to the kit's monotonic clock, in ns, to have the time since 1970; absent: the run did not say, and
   * files tell the time from the beginning of the run.
   */
  readonly wallMinusMonotonicNs?: bigint;
  /** Packets that the kernel had to drop while it captured the run; absent: not known, or nothing was captured. */
  readonly droppedPackets?: number;
}

/** Makes the files of a trial: pure, so that the same trial gives the same bytes whenever it is judged. */
export type MakeEvidence = (observed: ObservedTrial, run: EvidenceRun) => readonly EvidenceFile[];
