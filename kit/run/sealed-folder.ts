/**
 * The files of a folder by name, length and digest, for somebody who trusts none of them: nothing but folders and regular
 * files is followed or opened, and all sizes are bounded.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  type Dirent,
} from 'node:fs';
import { join } from 'node:path';
import { KitError } from '../core/kit-error';

const mostFiles = 200_000;
const mostDepth = 12;
const longestName = 1000;
/** Of one line of raw trials: V8 makes no text of 512 MB. */
const longestLine = 256 * 1024 * 1024;

export interface Listing {
  /** Lengths in bytes by name, `/` between folders, sorted by name. */
  readonly files: ReadonlyMap<string, number>;
  /** What has no place in the folder of a run. */
  readonly problems: readonly string[];
}

/** What a folder holds; nothing is opened. */
export function listFolder(folder: string): Listing {
  const files: (readonly [string, number])[] = [];
  const problems: string[] = [];
  const walk = (within: string, depth: number): void => {
    const entries = readOr(() => readdirSync(join(folder, within), { withFileTypes: true }));
    if (typeof entries === 'string') problems.push(`${within === '' ? 'the folder' : within} ${entries}`);
    else for (const entry of entries) look(entry, within, depth);
  };
  const look = (entry: Dirent, within: string, depth: number): void => {
    if (files.length >= mostFiles || problems.length >= mostFiles) return;
    const name = within === '' ? entry.name : `${within}/${entry.name}`;
    if (name.length > longestName || /[\p{Cc}\\\uFFFD]/u.test(name)) problems.push(`the name ${name} is none of a run`);
    else if (entry.isDirectory() && depth < mostDepth) walk(name, depth + 1);
    else if (entry.isFile()) {
      const size = readOr(() => lstatSync(join(folder, name)).size);
      if (typeof size === 'string') problems.push(`${name} ${size}`);
      else files.push([name, size]);
    } else problems.push(`${name} is ${entry.isSymbolicLink() ? 'a symbolic link' : 'no regular file'}`);
  };
  walk('', 0);
  if (files.length >= mostFiles) problems.push(`there are more than ${mostFiles} files`);
  return { files: new Map(files.sort(([a], [b]) => (a < b ? -1 : 1))), problems };
}

/** What was read, or in words why it could not be: it is not ours to read, or is gone meanwhile. */
function readOr<Found>(read: () => Found): Found | string {
  try {
    return read();
  } catch (error) {
    if (typeof error !== 'object' || error === null || !('code' in error)) throw error;
    return `cannot be read (${String(error.code)})`;
  }
}

export interface HashedFile {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * Reads a file once, piece by piece.
 * @param name of those that {@link listFolder} gave
 * @throws {KitError} `FILES` it is no regular file any more, or has a line that no run writes
 */
export function hashFile(folder: string, name: string): HashedFile {
  return withFile(join(folder, name), (fd, size) => {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(Math.min(size + 1, 1024 * 1024));
    let bytes = 0;
    let line = 0;
    for (let count = readSync(fd, piece); count > 0; count = readSync(fd, piece)) {
      const read = piece.subarray(0, count);
      hash.update(read);
      bytes += count;
      if (!name.endsWith('.ndjson')) continue;
      const first = read.indexOf(10);
      if (line + (first < 0 ? count : first) > longestLine) {
        throw new KitError('FILES', `${name} has a line of more than ${longestLine} bytes: no run writes such a one`);
      }
      line = first < 0 ? line + count : count - 1 - read.lastIndexOf(10);
    }
    return { bytes, sha256: hash.digest('hex') };
  });
}

/**
 * A whole file of a folder that nobody trusts.
 * @throws {KitError} `FILES` it is no regular file, or larger than that
 */
export function readWhole(path: string, mostBytes: number): Buffer {
  const bytes = withFile(path, (fd, size) => readUpTo(fd, Math.min(size, mostBytes + 1)));
  if (bytes.length <= mostBytes) return bytes;
  throw new KitError('FILES', `\`${path}\` is larger than ${mostBytes} bytes, and no more are read`);
}

/**
 * A file that the user names, which may be a link to one; of a larger one than `mostBytes` one byte more than that.
 * @throws {KitError} `FILES` there is no such file, or it is no regular one
 */
export function readNamed(path: string, mostBytes: number): Buffer {
  const found = existsSync(path) ? realpathSync(path) : path;
  return withFile(found, (fd, size) => readUpTo(fd, Math.min(size, mostBytes + 1)));
}

function readUpTo(fd: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let at = 0;
  for (let count = -1; at < length && count !== 0; at += count) count = readSync(fd, bytes, at, length - at, at);
  return bytes.subarray(0, at);
}

/** Lends the descriptor of a regular file. */
function withFile<Result>(path: string, use: (fd: number, size: number) => Result): Result {
  const fd = openFile(path);
  try {
    const found = fstatSync(fd);
    if (!found.isFile()) throw new KitError('FILES', `\`${path}\` is no regular file`);
    return use(fd, found.size);
  } finally {
    closeSync(fd);
  }
}

/** Neither through a link, nor waiting for somebody to write into a pipe. */
function openFile(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'ELOOP') throw new KitError('FILES', `\`${path}\` is a symbolic link: name the file itself`);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new KitError('FILES', `\`${path}\`: there is no such file`);
    if (code === 'EACCES' || code === 'EPERM') throw new KitError('FILES', `\`${path}\` may not be read`);
    throw error;
  }
}
