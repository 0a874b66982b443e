/** How a version that a crate carries is built, with programs in the place of cargo and CMake. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { resolveTarget } from '../catalogue';
import { makeFakePrefix } from './testing/fake-prefix';
import { buildVendored, findVendored } from './vendored-library';

let folder: string;
let bin: string;
let cacheFolder: string;
const lines: string[] = [];
const log = (line: string) => void lines.push(line);
const { PATH } = process.env;
const wanted = { version: '0.23.2', crate: 'datachannel-sys', crateVersion: '0.23.0+0.23.2' };

function fake(program: 'cargo' | 'cmake', body: string): void {
  writeFileSync(join(bin, program), `#!/bin/sh\necho "${program} $@" >> '${folder}/tools.log'\n${body}\n`, {
    mode: 0o755,
  });
}

/** Configures into `$4`, builds in `$2`, and installs to what stands last. */
const cmake = () => `case "$1" in
  --build) cp /bin/true "$2/adapter"; echo '${folder}/installed/lib/libdatachannel.so.0.99.0' > "$2/library.txt";;
  --install) for last; do :; done; mkdir -p "$last"; cp -r '${folder}/installed/.' "$last";;
  *) mkdir -p "$4";; esac`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
  bin = join(folder, 'bin');
  cacheFolder = join(folder, 'cache');
  mkdirSync(bin);
  makeFakePrefix(join(folder, 'installed'));
  lines.length = 0;
  fake('cargo', `cp Cargo.toml '${folder}/Cargo.toml'; mkdir -p vendor/datachannel-sys/libdatachannel`);
  fake('cmake', cmake());
  process.env['PATH'] = `${bin}${delimiter}${PATH}`;
});

afterEach(() => {
  process.env['PATH'] = PATH;
  rmSync(folder, { recursive: true, force: true });
});

describe('a version that a crate carries', () => {
  it('is found by its number, or by the beginning of one', () => {
    const crate = {
      name: 'datachannel-sys',
      versions: { '0.21.1': '0.21.1', '0.21.2': '0.21.2', '0.23.2': '0.23.0+0.23.2' },
    };
    expect(findVendored('libdatachannel', '0.23.2', crate)).toEqual(wanted);
    expect(findVendored('libdatachannel', '0.21', crate).version).toBe('0.21.2');
    expect(() => findVendored('libdatachannel', '0.2', crate)).toThrow(
      '`libdatachannel@0.2`: expected 0.21.1 or 0.21.2 or 0.23.2, which can be built from the crate datachannel-sys; any other you bring yourself: `lastword run libdatachannel --prefix DIR`',
    );
  });

  it('is built once, however many ask at once, and then found in the cache', async () => {
    const prefixes = await Promise.all([1, 2, 3].map(() => buildVendored(wanted, { cacheFolder, log })));
    expect(new Set(prefixes)).toEqual(new Set([join(cacheFolder, 'libdatachannel@0.23.2', 'prefix')]));
    expect(lines).toEqual([
      'lastword: building libdatachannel 0.23.2 with OpenSSL, from the source in the crate datachannel-sys 0.23.0+0.23.2: some minutes, once',
    ]);
    fake('cargo', 'exit 1');
    await buildVendored(wanted, { cacheFolder, log });
    expect(await readdir(cacheFolder)).toEqual(['libdatachannel@0.23.2']);
  });

  it('is the source of the crate, built by its own CMake files, with the WebSocket in it', async () => {
    const prefix = await buildVendored(wanted, { cacheFolder, log });
    expect(readFileSync(join(folder, 'Cargo.toml'), 'utf8')).toContain('[dependencies]\ndatachannel-sys = "=0.23.0"\n');
    const [cargo, configure, build, install] = readFileSync(join(folder, 'tools.log'), 'utf8').split('\n');
    expect(cargo).toBe('cargo vendor --quiet vendor');
    expect(configure).toMatch(
      /^cmake -S \S+\/vendor\/datachannel-sys\/libdatachannel -B \S+ -DCMAKE_BUILD_TYPE=Release /,
    );
    expect(configure).not.toContain('NO_WEBSOCKET');
    expect(build).toMatch(/ --target datachannel /);
    expect(install).toMatch(/^cmake --install /);
    expect(readFileSync(join(prefix, 'COMMIT'), 'utf8')).toBe('datachannel-sys-0.23.0+0.23.2\n');
    expect(existsSync(join(prefix, 'lib', 'libdatachannel.so.0.99.0'))).toBe(true);
  });

  it('is a target that bears its whole version', async () => {
    const target = await resolveTarget('libdatachannel@0.21', { cacheFolder, log });
    expect(target.name).toBe('libdatachannel@0.21.2');
  });

  it('cannot be built without cargo', async () => {
    process.env['PATH'] = bin;
    rmSync(join(bin, 'cargo'));
    await expect(buildVendored(wanted, { cacheFolder, log })).rejects.toMatchObject({
      code: 'TARGET_BUILD',
      message:
        '`libdatachannel`: its source is fetched as the crate datachannel-sys, and there is no `cargo` in PATH: install it (Debian: apt-get install cargo libssl-dev cmake g++ nlohmann-json3-dev)',
    });
    expect(existsSync(cacheFolder)).toBe(false);
  });

  it.each([
    [
      'cargo',
      'no matching package',
      '`libdatachannel`: cargo cannot fetch the crate datachannel-sys 0.23.0+0.23.2 (status 9):\n  no matching package',
    ],
    [
      'cmake',
      'Could NOT find OpenSSL',
      '`libdatachannel`: it is built with OpenSSL, whose headers are missing: install them (Debian: apt-get install libssl-dev)',
    ],
    [
      'cmake',
      'something else',
      '`libdatachannel`: libdatachannel 0.23.2 cannot be built (status 9):\n  something else',
    ],
  ] as const)('says what failed: %s, %s', async (program, printed, message) => {
    fake(program, `echo '${printed}' >&2; exit 9`);
    await expect(buildVendored(wanted, { cacheFolder, log })).rejects.toThrow(message);
    expect(await readdir(cacheFolder)).toEqual([]);
  });
});
