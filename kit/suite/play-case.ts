import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KitError } from '../core/kit-error';
import type { ObservedCase } from '../core/observation';
import type { Target } from '../core/target';
import { runConformance, type RunConformanceOptions } from './run-conformance';
import { checkOptions } from './suite-options';

export type PlayCaseOptions = Pick<RunConformanceOptions, 'tier' | 'trials' | 'seed' | 'out' | 'workers' | 'signal'>;

/**
 * Plays one case against a client, and gives its verdict and its trials.
 *
 * @param id with its variant, as reports name it: `freeze/answer-fin@tls13`, `code/none@a@tls12`
 * @param options `out` keeps the run's folder; without it nothing is left on disk
 * @throws {KitError} `CASE` it names no case, or several
 */
export async function playCase(
  target: Target | string,
  id: string,
  options: PlayCaseOptions = {},
): Promise<ObservedCase> {
  const call = 'playCase';
  if (typeof id !== 'string') throw new KitError('CASE', `${call}: expected an id such as 'freeze/answer-fin@tls13'`);
  const { units } = checkOptions(call, { ...options, cases: [id] }, ['signal']).selected;
  if (units.length > 1) {
    const keys = units.map((unit) => `'${unit.key}'`);
    throw new KitError(
      'CASE',
      `${call}: '${id}' names ${units.length} cases; expected one of ${keys.slice(0, 9).join(', ')}`,
    );
  }
  const scratch = options.out === undefined ? mkdtempSync(join(tmpdir(), 'lastword-case-')) : undefined;
  try {
    const out = options.out ?? join(scratch ?? '', 'run');
    const { cases } = await runConformance(target, { ...options, cases: [id], out });
    const [played] = cases;
    if (played === undefined) throw new TypeError('the run has no case');
    return played;
  } finally {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  }
}
