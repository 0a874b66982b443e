/** Says which bytes were under test. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { TargetDigest } from '../kit/core/target';
import { locateProgram } from './locate-program';

/** SHA-256 over the lines `<sha256 of the file>  <path>` of every file below a folder, sorted by path; no dot-files. */
export function digestOfFolder(folder: string, of: string): TargetDigest {
  const files = filesBelow(folder).map((file) => hashed(file, relative(folder, file)));
  return { method: 'folder', sha256: digestOfFiles(files), of };
}

/** The same over a program and those of its arguments that are files; not what these load in turn. */
export function digestOfCommand(
  command: readonly string[],
  {
    cwd = process.cwd(),
    path = process.env['PATH'],
    browser,
  }: {
    readonly cwd?: string;
    readonly path?: string | undefined;
    /** One of the arguments: what it really starts is digested as well. */
    readonly browser?: string | undefined;
  } = {},
): TargetDigest {
  const program = locateProgram(command[0] ?? '', { cwd, path });
  const given = command.slice(1).filter((argument) => isFile(resolve(cwd, argument)));
  const files = [hashed(program, command[0] ?? '')]
    .concat(given.map((argument) => hashed(resolve(cwd, argument), argument)))
    .concat(browser === undefined ? [] : binariesOf(browser).map((file) => hashed(file, file)));
  return {
    method: 'files',
    sha256: digestOfFiles(files),
    of: `the files ${files.map(({ name }) => name).join(', ')}`,
    files,
  };
}

interface HashedFile {
  readonly name: string;
  readonly sha256: string;
}

/** In pieces: a browser's library may be larger than anything that should be held at once. */
function hashed(file: string, name: string): HashedFile {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(1024 * 1024);
  const fd = openSync(file, 'r');
  try {
    for (let bytes = readSync(fd, piece); bytes > 0; bytes = readSync(fd, piece)) hash.update(piece.subarray(0, bytes));
  } finally {
    closeSync(fd);
  }
  return { name, sha256: hash.digest('hex') };
}

function digestOfFiles(files: readonly HashedFile[]): string {
  const whole = createHash('sha256');
  for (const { name, sha256 } of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    whole.update(`${sha256}  ${name}\n`);
  }
  return whole.digest('hex');
}

/**
 * What a browser's program stands for: distributions start Chromium by a script, and Firefox is a small program beside the
 * library that does the work.
 */
function binariesOf(browser: string): readonly string[] {
  const real = realpathSync(browser);
  const named = basename(real);
  const folders = [dirname(real), `/usr/lib/${named}`, `/usr/lib64/${named}`];
  const programs = isScript(real) ? [named, 'chrome'] : [];
  const all = folders.flatMap((folder) => [...programs, 'libxul.so'].map((name) => join(folder, name)));
  return [...new Set(all)].filter((file) => file !== real && file !== browser && isFile(file) && !isScript(file));
}

function isScript(file: string): boolean {
  const head = Buffer.alloc(2);
  const fd = openSync(file, 'r');
  try {
    readSync(fd, head);
  } finally {
    closeSync(fd);
  }
  return head.toString('latin1') === '#!';
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
