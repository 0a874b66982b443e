/**
 * From a run's folder to what the matchers look at: the report, and of each case the trials that say most. A run of any
 * length is read line by line, and a bounded number of trials is kept.
 */
import type { ObservedCase, ObservedRun, ObservedTrial } from '../core/observation';
import { observeTrial } from '../core/observation';
import type { CaseReport, Report } from '../core/report';
import { kindOf } from '../core/tally';
import type { Trial } from '../core/trial';
import { profiles } from '../cases/catalogue';
import { readJournal } from './journal';
import { contextOf, surveyRun, unitKeyOf } from './judge-run';
import { trialsFile } from './run-folder';

export interface ObserveOptions {
  /** Trials kept of each case on each transport, those that show something first; default 60. */
  readonly trialsPerCase?: number;
  /** Whether a case is wanted with its trials; default: every one. */
  readonly wants?: (kase: CaseReport) => boolean;
}

/**
 * Reads a run.
 * @param report the run's own, as `performRun` or `judgeRun` gave it
 * @throws {KitError} `JOURNAL`, `CATALOGUE`
 */
export async function observeRun(folder: string, report: Report, options: ObserveOptions = {}): Promise<ObservedRun> {
  const { trialsPerCase = 60, wants = () => true } = options;
  const kept = await keepTrials(trialsFile(folder), report, { trialsPerCase, wants });
  const cases = report.targets.flatMap((target) =>
    target.cases.map((each): ObservedCase => {
      const trials = kept.get(keyOf(target.name, each)) ?? [];
      return { kind: 'observed-case', target: target.name, report: each, trials };
    }),
  );
  const ids = Object.entries(profiles).map(([name, profile]) => [name, profile.cases] as const);
  return { kind: 'observed-run', report, cases, profiles: Object.fromEntries(ids) };
}

async function keepTrials(
  file: string,
  report: Report,
  { trialsPerCase, wants }: Required<ObserveOptions>,
): Promise<ReadonlyMap<string, readonly ObservedTrial[]>> {
  const wanted = new Set(
    report.targets.flatMap((target) => target.cases.filter(wants).map((each) => keyOf(target.name, each))),
  );
  const kept = new Map<string, ObservedTrial[]>();
  if (wanted.size === 0) return kept;
  const survey = await surveyRun(file);
  for await (const line of readJournal(file)) {
    if (line.kind !== 'trial' || line.role !== 'case') continue;
    const facts = survey.targets.get(line.target);
    const unit = unitKeyOf(survey.units, line);
    if (facts === undefined || unit === undefined) continue;
    const key = keyOf(line.target, { id: unit.kase.id, variant: unit.variant });
    if (!wanted.has(key)) continue;
    const { whole, context } = contextOf(line, facts, true);
    const trials = kept.get(key) ?? [];
    kept.set(key, trials);
    keep(trials, observeTrial(withoutCaptures(whole), context), trialsPerCase);
  }
  return kept;
}

/** One more; where that is one too many, a trial that shows nothing has to go, or the newest. */
function keep(trials: ObservedTrial[], trial: ObservedTrial, most: number): void {
  trials.push(trial);
  if (trials.length <= most) return;
  const dull = trials.findLastIndex((each) => !says(each));
  trials.splice(dull >= 0 ? dull : trials.length - 1, 1);
}

/** Whether there is anything to look at: a violation, a deviation, or a reason why nothing can be said. */
function says({ judgement }: ObservedTrial): boolean {
  return judgement.main.outcome === 'inconclusive' || kindOf(judgement.main) !== 'nothing';
}

/** No matcher looks at raw bytes, which are most of what a trial weighs. */
function withoutCaptures(trial: Trial): Trial {
  const connections = trial.connections.map(({ capture: _capture, packets: _packets, ...connection }) => connection);
  return { ...trial, connections };
}

function keyOf(target: string, { id, variant }: Pick<CaseReport, 'id' | 'variant'>): string {
  return `${target}\0${id}@${variant}`;
}
