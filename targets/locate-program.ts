/** Finds a program as the operating system would, so that a missing one is named before anything is started. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { KitError } from '../kit/core/kit-error';

/**
 * The absolute path of a program.
 * @throws {KitError} `PROGRAM_MISSING`
 */
export function locateProgram(
  program: string,
  { cwd, path }: { readonly cwd?: string | undefined; readonly path: string | undefined },
): string {
  if (program === '')
    throw new KitError('PROGRAM_MISSING', 'the command is empty: expected a program and its arguments');
  const folder = cwd ?? process.cwd();
  if (!isFolder(folder))
    throw new KitError('PROGRAM_MISSING', `\`cwd\`: expected a folder, there is none at ${folder}`);
  if (program.includes('/')) {
    const file = resolve(folder, program);
    if (isExecutable(file)) return file;
    throw new KitError('PROGRAM_MISSING', `no executable program at ${file}`);
  }
  for (const entry of (path ?? '').split(delimiter)) {
    const file = resolve(folder, join(entry, program));
    if (isExecutable(file)) return file;
  }
  throw new KitError('PROGRAM_MISSING', `no program \`${program}\` in PATH: give its path, or install it`);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isExecutable(file: string): boolean {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
