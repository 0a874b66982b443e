/** Runs without a test runner; what performs them loads with the first one. */
import type { ObservedCase, ObservedRun } from '../core/observation';
import type { Target } from '../core/target';
import type { PlayCaseOptions } from './play-case';
import type { RunConformanceOptions } from './run-conformance';

// oxlint-disable typescript/no-require-imports, typescript/no-unsafe-type-assertion -- no `import()`: Jest refuses it without a flag

/**
 * Runs cases against a client and gives what was observed, for `expect(run).toConform()` and the other matchers. The
 * folder of the run (`out`, or a new one below `lastword-runs`) keeps the raw trials and `report.json`.
 *
 * @param target made by `lastword/targets`, or the name of a built-in one such as `ws@8.18.0`
 * @throws {KitError} an option is wrong, or the function of the target gives no socket
 */
export async function runConformance(target: Target | string, options?: RunConformanceOptions): Promise<ObservedRun> {
  const { runConformance: run } = require('./run-conformance') as typeof import('./run-conformance');
  return run(target, options);
}

/**
 * Plays one case against a client, and gives its verdict and its trials.
 *
 * @param id with its variant, as reports name it: `freeze/answer-fin@tls13`
 * @param options `out` keeps the run's folder; without it nothing is left on disk
 * @throws {KitError} `CASE` it names no case, or several; and as `runConformance`
 */
export async function playCase(target: Target | string, id: string, options?: PlayCaseOptions): Promise<ObservedCase> {
  const { playCase: play } = require('./play-case') as typeof import('./play-case');
  return play(target, id, options);
}
