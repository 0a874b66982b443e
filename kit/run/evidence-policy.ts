/**
 * Which trials of a run keep evidence: of each verdict the newest that violate and the first that passes. Counts in the
 * report stay exact; what is bounded is what lies on disk.
 */
import { kindOf } from '../core/tally';
import type { TrialJudgement } from '../core/outcome';
import type { Trial } from '../core/trial';

/** Violating trials of each verdict, the newest; those whose raw bytes were kept go first. */
const keptViolating = 5;

interface Kept {
  readonly violating: string[];
  readonly bare: string[];
  passing: { readonly trial: string; readonly hasBytes: boolean } | undefined;
}

export class EvidencePolicy {
  private readonly kept = new Map<string, Kept>();

  /** Looks at a trial, in the order of the journal. */
  see(trial: Trial, unitKey: string, { main, also }: TrialJudgement): void {
    const key = `${trial.target}\0${unitKey}`;
    const kept = this.kept.get(key) ?? { violating: [], bare: [], passing: undefined };
    this.kept.set(key, kept);
    const hasBytes = trial.connections.some((each) => each.capture !== undefined || each.packets !== undefined);
    const kinds = new Set([main, ...also].map(kindOf));
    const isViolating = kinds.has('must') || kinds.has('should') || kinds.has('crash') || kinds.has('hang');
    if (isViolating && main.outcome !== 'inconclusive') {
      const list = hasBytes ? kept.violating : kept.bare;
      list.push(trial.trial);
      if (list.length > keptViolating) list.shift();
    } else if (main.outcome === 'pass' && (kept.passing === undefined || (hasBytes && !kept.passing.hasBytes))) {
      kept.passing = { trial: trial.trial, hasBytes };
    }
  }

  /** Ids of the trials that keep evidence, by target and unit. */
  chosen(): ReadonlyMap<string, ReadonlySet<string>> {
    return new Map(
      [...this.kept].map(([key, { violating, bare, passing }]) => {
        const room = keptViolating - violating.length;
        const others = room > 0 ? bare.slice(-room) : [];
        return [key, new Set([...violating, ...others, ...(passing === undefined ? [] : [passing.trial])])];
      }),
    );
  }
}
