/** Says which bytes were under test. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Target } from '../kit/core/target';
import { locateProgram } from './locate-program';

/** SHA-256 over the lines `<sha256 of the file>  <path>` of every file below a folder, sorted by path; no dot-files. */
export function digestOfFolder(folder: string, of: string): NonNullable<Target['digest']> {
  const files = filesBelow(folder).map((file) => ({ file, path: relative(folder, file) }));
  return { sha256: digestOfFiles(files), of };
}

/** The same over a program and those of its arguments that are files; not what these load in turn. */
export function digestOfCommand(
  command: readonly string[],
  {
    cwd = process.cwd(),
    path = process.env['PATH'],
  }: { readonly cwd?: string; readonly path?: string | undefined } = {},
): NonNullable<Target['digest']> {
  const program = locateProgram(command[0] ?? '', { cwd, path });
  const given = command.slice(1).filter((argument) => isFile(resolve(cwd, argument)));
  const files = [{ file: program, path: command[0] ?? '' }].concat(
    given.map((argument) => ({ file: resolve(cwd, argument), path: argument })),
  );
  return { sha256: digestOfFiles(files), of: `the files ${files.map(({ path: name }) => name).join(', ')}` };
}

function digestOfFiles(files: readonly { readonly file: string; readonly path: string }[]): string {
  const whole = createHash('sha256');
  for (const { file, path } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    whole.update(`${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${path}\n`);
  }
  return whole.digest('hex');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.'))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      return isFile(path) ? [path] : [];
    });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
