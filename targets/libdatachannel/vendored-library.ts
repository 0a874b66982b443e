/**
 * Builds the libdatachannel that a Rust crate carries, once, so that a version can be run by its name. Rules:
 * - cargo fetches the crate and checks it; none of its code is compiled or run: it leaves the WebSocket out (NO_WEBSOCKET
 *   in its build script), so that the library's own CMake files build the source that lies in it;
 * - the prefix is complete or absent, however many builds race or die.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { KitError } from '../../kit/core/kit-error';
import { excerpt } from '../excerpt';
import { cacheFolderOf, makeTemporary, moveInto, type InstallOptions } from '../install';
import { runTool } from '../run-tool';
import { locateTool, tellFailure } from './build-tools';

/** Versions of the library, and the versions of the crate that carry them. */
export interface VendoringCrate {
  readonly name: string;
  /** From a version of the library to that of the crate. */
  readonly versions: Readonly<Record<string, string>>;
}

/** One version that was asked for, and is carried. */
export interface VendoredVersion {
  readonly version: string;
  readonly crate: string;
  readonly crateVersion: string;
}

const underWay = new Map<string, Promise<void>>();

/**
 * The version that `0.21.2` or `0.21` means.
 * @throws {KitError} `TARGET_VERSION`
 */
export function findVendored(target: string, asked: string, { name, versions }: VendoringCrate): VendoredVersion {
  const version = Object.keys(versions).findLast((each) => each === asked || each.startsWith(`${asked}.`));
  const crateVersion = version === undefined ? undefined : versions[version];
  if (version !== undefined && crateVersion !== undefined) return { version, crate: name, crateVersion };
  throw new KitError(
    'TARGET_VERSION',
    `\`${target}@${excerpt(asked, 80)}\`: expected ${Object.keys(versions).join(' or ')}, which can be built from the crate ${name}; any other you bring yourself: \`lastword run ${target} --prefix DIR\``,
  );
}

/**
 * The prefix of a version, from the cache or built now, which takes minutes.
 * @throws {KitError} `TARGET_BUILD`, `TARGET_INSTALL`
 */
export async function buildVendored(wanted: VendoredVersion, options: InstallOptions = {}): Promise<string> {
  const folder = join(cacheFolderOf(options), `libdatachannel@${wanted.version}`);
  const prefix = join(folder, 'prefix');
  if (existsSync(prefix)) return prefix;
  const building = underWay.get(folder) ?? buildInto(folder, wanted, options).finally(() => underWay.delete(folder));
  underWay.set(folder, building);
  await building;
  return prefix;
}

async function buildInto(folder: string, wanted: VendoredVersion, options: InstallOptions): Promise<void> {
  const { version, crate, crateVersion } = wanted;
  const cargo = locateTool('cargo', `its source is fetched as the crate ${crate}`);
  const cmake = locateTool('cmake', 'it is built with CMake');
  const log = options.log ?? ((line: string) => process.stderr.write(`${line}\n`));
  log(
    `lastword: building libdatachannel ${version} with OpenSSL, from the source in the crate ${crate} ${crateVersion}: some minutes, once`,
  );
  const temporary = await makeTemporary(dirname(folder), 'libdatachannel');
  const fetched = join(temporary, 'fetched');
  const build = join(temporary, 'build');
  const prefix = join(temporary, 'prefix');
  try {
    await writeManifest(fetched, wanted);
    await run([cargo, 'vendor', '--quiet', 'vendor'], `cargo cannot fetch the crate ${crate} ${crateVersion}`);
    const source = join(fetched, 'vendor', crate, 'libdatachannel');
    const what = `libdatachannel ${version} cannot be built`;
    await run([cmake, '-S', source, '-B', build, ...settings], what);
    const parallel = ['--parallel', String(availableParallelism())];
    await run([cmake, '--build', build, '--config', 'Release', '--target', 'datachannel', ...parallel], what);
    await run([cmake, '--install', build, '--config', 'Release', '--prefix', prefix], what);
    // Its commit is not known: the crate names its own alone.
    await writeFile(join(prefix, 'COMMIT'), `${crate}-${crateVersion}\n`);
    await mkdir(join(temporary, 'done'));
    await rename(prefix, join(temporary, 'done', 'prefix'));
    await moveInto(join(temporary, 'done'), folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }

  async function run(command: readonly string[], what: string): Promise<void> {
    const end = await runTool(command, { cwd: fetched, signal: options.signal });
    if (end.status !== 0) throw new KitError('TARGET_BUILD', tellFailure(end, what));
  }
}

// What the WebSocket needs, and no more; the last is for a CMake that has forgotten how to be an old one.
const settings = [
  '-DCMAKE_BUILD_TYPE=Release',
  '-DNO_MEDIA=ON',
  '-DNO_EXAMPLES=ON',
  '-DNO_TESTS=ON',
  '-DCMAKE_POLICY_VERSION_MINIMUM=3.5',
];

/** A package of which only the dependency matters: cargo fetches nothing without one. What stands behind "+" is no part of a requirement. */
async function writeManifest(folder: string, { crate, crateVersion }: VendoredVersion): Promise<void> {
  await mkdir(folder);
  const lines = ['[package]', 'name = "lastword-source"', 'version = "0.0.0"', 'edition = "2021"', '[lib]'];
  const dependency = [
    'path = "lib.rs"',
    '[dependencies]',
    `${crate} = "=${crateVersion.split('+')[0]}"`,
    '[workspace]',
    '',
  ];
  await writeFile(join(folder, 'Cargo.toml'), [...lines, ...dependency].join('\n'));
  await writeFile(join(folder, 'lib.rs'), '');
}
