/** One run for a program: the folder, the target watched for wrong use, the report. */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { KitError } from '../core/kit-error';
import { templateSpec } from '../core/replay';
import type { Report } from '../core/report';
import type { AdapterListener, Target } from '../core/target';
import { performRun } from '../run/perform-run';
import { makeEvidence } from '../../reports/evidence/make-evidence';
import { makeRunFolder } from '../run/run-folder';
import { placeTarget } from './place-target';
import type { CheckedOptions } from './suite-options';

export interface RunOrder {
  readonly target: Target;
  readonly options: CheckedOptions;
  /** See {@link newRunFolder}. */
  readonly folder: string;
  /** Of a target that no command can name: what runs a case again, see `templateSpec`. */
  readonly again: string;
  /** Ends the run early, with a partial report. */
  readonly signal: AbortSignal;
}

/** Where a run goes that was told no folder: below `parent`, under a name that nobody else takes. */
export function newRunFolder(parent = 'lastword-runs'): string {
  const stamp = new Date().toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return resolve(join(parent, `${stamp}-${randomBytes(4).toString('hex')}`));
}

/**
 * Performs a run.
 * @throws {KitError} `OUT`; `FUNCTION` a function of the target gave no socket; those of the target's preparation
 */
export async function startRun({ target, options, folder, again, signal }: RunOrder): Promise<Report> {
  const { selected, tier, trials, seed, workers, capture } = options;
  const ending = new AbortController();
  const onAbort = (): void => ending.abort(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    await using placed = await placeTarget(target, options);
    const watched = watchUse(placed.target, (reason) => ending.abort(reason));
    makeRunFolder(folder);
    const report = await performRun({
      folder,
      targets: [{ target: watched.target, spec: target.spec ?? templateSpec(again) }],
      selected,
      tier,
      trials,
      seed,
      lanes: workers,
      resume: false,
      startEndpoint: placed.startEndpoint,
      makeEvidence,
      capture,
      abort: ending.signal,
      listener: {},
    });
    const misuse = watched.misuse();
    if (misuse !== undefined) throw new KitError('FUNCTION', `target ${target.name}: ${misuse}`);
    return report;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** A function that gives no socket is no client that could be judged: its run ends at once, and says so. */
function watchUse(target: Target, end: (reason: string) => void) {
  let misuse: string | undefined;
  const watch = (listener: AdapterListener): AdapterListener => ({
    onEvent: (trial, entry) => listener.onEvent(trial, entry),
    onExit: (exit) => listener.onExit(exit),
    onBreach: (breach) => {
      if (breach.kind === 'no-socket') {
        misuse ??= breach.detail;
        end('the target was used wrongly');
      }
      listener.onBreach(breach);
    },
  });
  const watched: Target = {
    name: target.name,
    inProcess: target.inProcess,
    ...(target.place === undefined ? {} : { place: target.place }),
    recycleAfterTrials: target.recycleAfterTrials,
    get digest() {
      return target.digest;
    },
    launch: (listener) => target.launch(watch(listener)),
  };
  return { target: watched, misuse: () => misuse };
}
