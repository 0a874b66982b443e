/** The folder of one run: raw trials, the report made of them, the CA that the clients trusted. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KitError } from '../core/kit-error';
import type { Report } from '../core/report';

export const trialsFile = (folder: string): string => join(folder, 'trials.ndjson');
export const reportFile = (folder: string): string => join(folder, 'report.json');

/**
 * Whether a new run may go into a folder; makes nothing.
 * @throws {KitError} `OUT` it holds another run, or other files, or is no folder
 */
export function checkNewFolder(folder: string): void {
  if (existsSync(trialsFile(folder))) {
    throw new KitError(
      'OUT',
      `\`--out ${folder}\` holds another run: name another folder, or go on with that run by \`--resume\``,
    );
  }
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) throw new KitError('OUT', `\`--out ${folder}\` is no folder: name a new one`);
  if (readdirSync(folder).length > 0) {
    throw new KitError('OUT', `\`--out ${folder}\` is not empty: name a new folder, nothing is ever overwritten`);
  }
}

/**
 * Makes the folder of a new run.
 * @throws {KitError} `OUT` it holds another run, or other files, or cannot be made
 */
export function makeRunFolder(folder: string): void {
  checkNewFolder(folder);
  try {
    makeFolder(folder);
  } catch (error) {
    throw new KitError(
      'OUT',
      `\`--out ${folder}\` cannot be made: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Step by step: the recursive form of Node never returns where the kernel says ENOENT to any new name, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  mkdirSync(folder);
}

/** Takes back a folder in which no run began. */
export function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

/** @throws {KitError} `OUT` the folder holds no run */
export function checkRunFolder(folder: string): void {
  if (statSync(trialsFile(folder), { throwIfNoEntry: false })?.isFile() === true) return;
  throw new KitError('OUT', `\`${folder}\` holds no run: there is no file trials.ndjson in it`);
}

/** Writes the report in one step, so that nobody reads half of one. */
export function writeReport(folder: string, report: Report): void {
  const part = `${reportFile(folder)}.part`;
  writeFileSync(part, `${JSON.stringify(report, null, 2)}\n`);
  renameSync(part, reportFile(folder));
}
