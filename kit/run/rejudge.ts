/** The verdicts of a run anew, from its raw trials, with what else a certificate rests on. Writes nothing. */
import { KitError } from '../core/kit-error';
import type { Report } from '../core/report';
import { judgeSurveyed, surveyRun } from './judge-run';
import { trialsFile } from './run-folder';

export interface Rejudged {
  /** Without evidence. */
  readonly report: Report;
  /** By target: what the adapter says that the client's API exposes, and whether that was ever seen of a close code. */
  readonly observes: ReadonlyMap<string, readonly string[]>;
  /** By target and verdict: why it could not be had on that machine. */
  readonly unavailable: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** @throws {KitError} `JOURNAL`, `CATALOGUE` */
export async function rejudge(folder: string): Promise<Rejudged> {
  const file = trialsFile(folder);
  const unavailable = new Map<string, Map<string, string>>();
  try {
    const survey = await surveyRun(file);
    const report = await judgeSurveyed(file, survey, (trial, unit, { main }) => {
      const script = trial.connections[0]?.script;
      const isMissing = trial.unavailable !== undefined || script?.cause === 'unavailable';
      if (main.outcome !== 'not-applicable' || !isMissing) return;
      const known = unavailable.get(trial.target) ?? new Map<string, string>();
      unavailable.set(trial.target, known.set(unit.key, main.note));
    });
    const observes = [...survey.targets.values()].map(({ line, codeSeenInControl }) => {
      const all = line.hello?.observes ?? [];
      // A code that no control has brought is not judged where it is missing.
      return [line.name, all.filter((each) => each !== 'code' || codeSeenInControl)] as const;
    });
    return { report, observes: new Map(observes), unavailable };
  } catch (error) {
    // Lines are taken as the kit wrote them; what breaks the judge was written by somebody else, or is a fault of the judge.
    if (error instanceof TypeError || error instanceof RangeError) {
      const what = `${file} cannot be judged: it is damaged, or this is a fault of the kit (${error.message.slice(0, 200)})`;
      throw new KitError('JOURNAL', what, { cause: error });
    }
    throw error;
  }
}
