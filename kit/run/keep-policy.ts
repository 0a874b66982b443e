/** Which trials keep their raw bytes in the journal, so that a capture can be made of them later. */
import type { OutcomeKind } from '../core/outcome';
import type { Trial } from '../core/trial';

/** Of each case and transport: passing trials, and others. */
const keptPasses = 1;
const keptOthers = 20;

export class KeepPolicy {
  private readonly kept = new Map<string, number>();

  /** Whether this trial's bytes are to be kept; asked once a trial. */
  wants(trial: Trial, outcome: OutcomeKind | 'gate'): boolean {
    const isOrdinary = outcome === 'pass' || outcome === 'gate' || outcome === 'observed';
    const key = `${trial.case}@${trial.part}@${trial.transport}:${isOrdinary ? 'ordinary' : outcome}`;
    const count = (this.kept.get(key) ?? 0) + 1;
    this.kept.set(key, count);
    return count <= (isOrdinary ? keptPasses : keptOthers);
  }
}
