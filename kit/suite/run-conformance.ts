import type { ObservedRun } from '../core/observation';
import type { Target } from '../core/target';
import { observeRun } from '../run/observe-run';
import { resolveTarget } from './resolve-target';
import { newRunFolder, startRun } from './start-run';
import { checkOptions, type ConformanceOptions } from './suite-options';

export interface RunConformanceOptions extends ConformanceOptions {
  /** Ends the run early: the report is then partial, which `toConform` does not accept. */
  readonly signal?: AbortSignal;
}

/**
 * Runs cases against a client and gives what was observed, for `expect(run).toConform()` and the other matchers. The
 * folder of the run keeps the raw trials and `report.json`.
 *
 * @param target made by `lastword/targets`, or the name of a built-in one such as `ws@8.18.0`
 * @throws {KitError} an option is wrong, or the function of the target gives no socket
 */
export async function runConformance(
  target: Target | string,
  options: RunConformanceOptions = {},
): Promise<ObservedRun> {
  const call = 'runConformance';
  const resolved = resolveTarget(call, target);
  const checked = checkOptions(call, options, ['signal']);
  const folder = checked.out ?? newRunFolder();
  const again = `playCase(${resolved.name}, '{case}@{variant}', { seed: '{seed}' })`;
  const signal = options.signal ?? new AbortController().signal;
  const report = await startRun({ target: resolved, options: checked, folder, again, signal });
  return observeRun(folder, report);
}
