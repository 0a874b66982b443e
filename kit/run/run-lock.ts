/** One process at a time writes to a run's folder. A lock whose owner is gone, as of a run that was killed, is none. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KitError } from '../core/kit-error';
import { isRunning, startedAt } from '../io/process-table';

/** In the folder of a run, while it is written to; never one of its files. */
export const lockName = 'run.lock';

interface Owner {
  readonly pid: number;
  /** Tells the process from a later one of the same id; empty where the system does not say. */
  readonly started: string;
}

/**
 * Takes the folder for this process.
 * @throws {KitError} `OUT` another kit that still runs has it
 */
export function lockRun(folder: string): Disposable {
  const file = join(folder, lockName);
  const own: Owner = { pid: process.pid, started: startedAt(process.pid) ?? '' };
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(own), { flag: 'wx' });
      return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    checkUnlocked(folder);
    rmSync(file, { force: true });
  }
}

/** @throws {KitError} `OUT` a kit that still runs writes to the folder */
export function checkUnlocked(folder: string): void {
  const owner = readOwner(join(folder, lockName));
  if (owner === undefined || !isRunning(owner.pid, owner.started)) return;
  throw new KitError('OUT', `\`${folder}\` is being written by a run (process ${owner.pid}): wait for its end`);
}

function readOwner(file: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof owner !== 'object' || owner === null || !('pid' in owner) || !('started' in owner)) return undefined;
    return { pid: Number(owner.pid), started: String(owner.started) };
  } catch {
    // Gone meanwhile, or torn by a kill in the middle.
    return undefined;
  }
}
