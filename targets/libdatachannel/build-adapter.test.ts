/** How the adapter is built, with a program in the place of CMake. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { resolveTarget } from '../catalogue';
import { buildAdapter } from './build-adapter';
import { makeFakePrefix } from './testing/fake-prefix';

let folder: string;
let prefix: string;
let library: string;
let cacheFolder: string;
const lines: string[] = [];
const log = (line: string) => void lines.push(line);
const { PATH } = process.env;

/** `$4` is the build folder where it configures, `$2` where it builds. */
function fakeCmake(body: string): void {
  writeFileSync(join(folder, 'bin', 'cmake'), `#!/bin/sh\necho "$@" >> '${folder}/cmake.log'\n${body}\n`, {
    mode: 0o755,
  });
  process.env['PATH'] = `${join(folder, 'bin')}${delimiter}${PATH}`;
}

const builds = () =>
  fakeCmake(`if [ "$1" = --build ]; then cp /bin/true "$2/adapter"; echo '${library}' > "$2/library.txt"
    else mkdir -p "$4"; fi`);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
  prefix = join(folder, 'prefix');
  cacheFolder = join(folder, 'cache');
  mkdirSync(join(folder, 'bin'));
  library = makeFakePrefix(prefix);
  lines.length = 0;
});

afterEach(() => {
  process.env['PATH'] = PATH;
  rmSync(folder, { recursive: true, force: true });
});

describe('the adapter of a prefix', () => {
  it('is built once, however many ask at once, and then found in the cache', async () => {
    builds();
    const built = await Promise.all([1, 2, 3].map(() => buildAdapter(prefix, { cacheFolder, log })));
    expect(new Set(built.map((each) => each.folder)).size).toBe(1);
    expect(built[0]).toMatchObject({ library, commit: '' });
    expect(lines).toEqual([`lastword: building the adapter for the libdatachannel in ${prefix}`]);
    fakeCmake('exit 1');
    await buildAdapter(prefix, { cacheFolder, log });
    expect(await readdir(cacheFolder)).toHaveLength(1);
    expect(readFileSync(join(folder, 'cmake.log'), 'utf8')).toContain(
      `-DLibDataChannel_DIR=${prefix}/lib/cmake/LibDataChannel`,
    );
  });

  it('is built anew when the prefix holds something else', async () => {
    builds();
    const first = await buildAdapter(prefix, { cacheFolder, log });
    writeFileSync(library, 'two');
    const second = await buildAdapter(prefix, { cacheFolder, log });
    writeFileSync(join(prefix, 'include', 'rtc', 'rtc.hpp'), '#pragma once');
    const third = await buildAdapter(prefix, { cacheFolder, log });
    expect(new Set([first, second, third].map((each) => each.folder)).size).toBe(3);
  });

  it('is a target of which the digest is that of the library file', async () => {
    builds();
    const target = await resolveTarget('libdatachannel', { cacheFolder, log, prefix });
    expect(target.name).toBe('libdatachannel');
    expect(target.digest).toEqual({
      method: 'file',
      sha256: '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed',
      of: `the file ${library}`,
    });
  });

  it('cannot be built without CMake', async () => {
    process.env['PATH'] = join(folder, 'bin');
    await expect(buildAdapter(prefix, { cacheFolder, log })).rejects.toMatchObject({
      code: 'TARGET_BUILD',
      message:
        '`libdatachannel`: its adapter is built with CMake, and there is no `cmake` in PATH: install it (Debian: apt-get install cmake g++ nlohmann-json3-dev)',
    });
  });

  it.each([
    ['CMake Error: No CMAKE_CXX_COMPILER could be found.', 'there is no C++ compiler: install it (Debian: apt-get'],
    [
      'Could not find a package configuration file provided by "nlohmann_json" (requested version 3.9)',
      'its adapter needs the C++ library nlohmann-json (3.9 or later): install it (Debian: apt-get install cmake g++ nlohmann-json3-dev)',
    ],
  ])('says what is missing: %s', async (printed, message) => {
    fakeCmake(`echo '${printed}' >&2; exit 1`);
    await expect(buildAdapter(prefix, { cacheFolder, log })).rejects.toThrow(message);
    expect(await readdir(cacheFolder)).toEqual([]);
  });

  it('shows the last lines of a failed build, bounded and escaped', async () => {
    fakeCmake(`[ "$1" = --build ] || exit 0
      i=0; while [ $i -lt 500 ]; do echo "line $i"; i=$((i+1)); done
      printf '\\033[31merror: %01000d\\n' 7; exit 2`);
    const error: unknown = await buildAdapter(prefix, { cacheFolder, log }).catch((reason: unknown) => reason);
    const message = (error as Error).message.split('\n');
    expect(message[0]).toBe(`\`libdatachannel\`: the adapter cannot be built with ${prefix} (status 2):`);
    expect(message.slice(1, 3)).toEqual(['  line 489', '  line 490']);
    expect(message).toHaveLength(13);
    expect(message[12]).toMatch(/^ {2}\\u\{1b\}\[31merror: 0+…$/);
    expect(message[12]?.length).toBe(202);
    expect(await readdir(cacheFolder)).toEqual([]);
  });

  it('is not built where no prefix is named', async () => {
    await expect(resolveTarget('libdatachannel', { cacheFolder, log })).rejects.toThrow(
      '`libdatachannel` is a library that you bring: build it, install it (`cmake --install BUILD --prefix DIR`), and name that folder: `lastword run libdatachannel --prefix DIR`; or name a version that the kit can build (`lastword show libdatachannel` lists them) (README: "libdatachannel")',
    );
    await expect(resolveTarget('libdatachannel@0.21.2', { cacheFolder, log, prefix })).rejects.toThrow(
      '`libdatachannel@0.21.2`: expected no version: what is run is the build in `--prefix DIR`',
    );
  });
});
