/** Looks at the folder that somebody says libdatachannel is installed in. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { KitError } from '../../kit/core/kit-error';
import { excerpt } from '../excerpt';

/** A prefix with libdatachannel in it. */
export interface FoundPrefix {
  /** Absolute. */
  readonly prefix: string;
  /** The folder of `LibDataChannelConfig.cmake`. */
  readonly configFolder: string;
  readonly headerFolder: string;
  /** The libraries that may become part of a program, absolute, sorted. */
  readonly libraries: readonly string[];
  /** What the file `COMMIT` in the prefix says; empty where there is none. */
  readonly commit: string;
}

/** What to say where the library has to be brought, and was not. */
export function prefixMissing(name: string): KitError {
  return new KitError(
    'PREFIX',
    `\`${name}\` is a library that you bring: build it, install it (\`cmake --install BUILD --prefix DIR\`), and name that folder: \`lastword run ${name} --prefix DIR\`; or name a version that the kit can build (\`lastword show ${name}\` lists them) (README: "libdatachannel")`,
  );
}

const configName = 'LibDataChannelConfig.cmake';
const ours = /^(?:lib)?(?:datachannel|juice|nice|usrsctp|srtp2)\b.*\.(?:a|so[\d.]*|dylib)$/;

/**
 * Finds what a program is built with; builds nothing.
 * @throws {KitError} `PREFIX`
 */
export function findPrefix(given: string): FoundPrefix {
  const prefix = resolve(given);
  const refusal = (why: string): KitError => new KitError('PREFIX', `\`--prefix ${excerpt(given)}\`: ${why}`);
  if (!isFolder(prefix)) throw refusal('expected a folder, there is none');
  if (existsSync(join(prefix, 'CMakeCache.txt'))) {
    throw refusal(
      'this is where libdatachannel was built: install it (`cmake --install BUILD --prefix DIR`), and give the folder that it was installed to',
    );
  }
  const libraryFolders = libraryFoldersOf(prefix);
  const configFolder = [
    ...libraryFolders.map((folder) => join(folder, 'cmake', 'LibDataChannel')),
    join(prefix, 'share', 'libdatachannel'),
  ].find((folder) => existsSync(join(folder, configName)));
  if (configFolder === undefined) {
    throw refusal(
      `expected a prefix that libdatachannel is installed to (\`cmake --install BUILD --prefix DIR\`), there is no lib/cmake/LibDataChannel/${configName}`,
    );
  }
  const headerFolder = join(prefix, 'include', 'rtc');
  if (!existsSync(join(headerFolder, 'rtc.hpp'))) throw refusal('expected include/rtc/rtc.hpp, there is none');
  const libraries = libraryFolders
    .flatMap((folder) => readdirSync(folder).map((name) => ({ name, file: join(folder, name) })))
    .filter(({ name, file }) => ours.test(name) && statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    .map(({ file }) => file);
  return { prefix, configFolder, headerFolder, libraries: libraries.sort(), commit: commitIn(prefix, refusal) };
}

/** `lib`, `lib64`, and Debian's `lib/x86_64-linux-gnu`. */
function libraryFoldersOf(prefix: string): readonly string[] {
  const lib = join(prefix, 'lib');
  const multiarch = isFolder(lib) ? readdirSync(lib).filter((name) => /^[\w-]+-linux-\w+$/.test(name)) : [];
  return [lib, join(prefix, 'lib64'), ...multiarch.map((name) => join(lib, name))].filter(isFolder);
}

/** A library does not know its commit: whoever built it may have written it down. */
function commitIn(prefix: string, refusal: (why: string) => KitError): string {
  const file = join(prefix, 'COMMIT');
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return '';
  const text = readFileSync(file, 'utf8').slice(0, 200).trim();
  if (/^[\w.+-]{1,80}$/.test(text)) return text;
  throw refusal('its file COMMIT: expected one line such as `git describe --always --dirty` prints');
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
