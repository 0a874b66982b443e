/**
 * Builds the adapter for one libdatachannel, once: what comes of it lies in the cache, under a name made of everything
 * that went in (the prefix, its files, the adapter's source, the compiler that was asked for).
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KitError } from '../../kit/core/kit-error';
import { packageRoot } from '../../kit/io/package-root';
import { digestOfFolder } from '../digest';
import { cacheFolderOf, makeTemporary, moveInto, type InstallOptions } from '../install';
import { runTool } from '../run-tool';
import { locateTool, tellFailure } from './build-tools';
import { findPrefix, type FoundPrefix } from './find-prefix';

/** An adapter that is ready to be started. */
export interface BuiltAdapter {
  /** Where the program `adapter` lies. */
  readonly folder: string;
  /** The library that it was linked with, without symbolic links. */
  readonly library: string;
  /** Of the library; empty where it is not known. */
  readonly commit: string;
}

const sources = ['CMakeLists.txt', 'adapter.cpp', 'library-log.hpp', 'payload.hpp', 'sha256.hpp'];

const underWay = new Map<string, Promise<void>>();

/**
 * The adapter for the libdatachannel below a prefix, from the cache or built now.
 * @throws {KitError} `PREFIX`, `TARGET_BUILD`, `TARGET_INSTALL`
 */
export async function buildAdapter(prefix: string, options: InstallOptions = {}): Promise<BuiltAdapter> {
  const found = findPrefix(prefix);
  const folder = join(cacheFolderOf(options), `libdatachannel-${keyOf(found)}`);
  if (!isBuilt(folder)) {
    const building = underWay.get(folder) ?? buildInto(folder, found, options).finally(() => underWay.delete(folder));
    underWay.set(folder, building);
    await building;
  }
  const library = await realpath(readFileSync(join(folder, 'library.txt'), 'utf8'));
  return { folder, library, commit: found.commit };
}

/** SHA-256 of one file, as `sha256sum` prints it. */
export function sha256OfFile(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function isBuilt(folder: string): boolean {
  return existsSync(join(folder, 'adapter')) && existsSync(join(folder, 'library.txt'));
}

function sourceFolder(): string {
  return join(packageRoot(), 'targets', 'libdatachannel');
}

function keyOf({ prefix, configFolder, headerFolder, libraries }: FoundPrefix): string {
  const parts = [
    prefix,
    process.env['CXX'] ?? '',
    process.env['CXXFLAGS'] ?? '',
    digestOfFolder(configFolder, '').sha256,
    digestOfFolder(headerFolder, '').sha256,
    ...[...libraries, ...sources.map((name) => join(sourceFolder(), name))].map(sha256OfFile),
  ];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

async function buildInto(folder: string, found: FoundPrefix, options: InstallOptions): Promise<void> {
  const cmake = locateTool('cmake', 'its adapter is built with CMake');
  const log = options.log ?? ((line: string) => process.stderr.write(`${line}\n`));
  log(`lastword: building the adapter for the libdatachannel in ${found.prefix}`);
  const temporary = await makeTemporary(dirname(folder), 'libdatachannel');
  try {
    const build = join(temporary, 'build');
    const configure = [
      cmake,
      '-S',
      sourceFolder(),
      '-B',
      build,
      '-DCMAKE_BUILD_TYPE=Release',
      `-DCMAKE_PREFIX_PATH=${found.prefix}`,
      `-DLibDataChannel_DIR=${found.configFolder}`,
    ];
    for (const command of [configure, [cmake, '--build', build, '--config', 'Release']]) {
      const end = await runTool(command, { signal: options.signal });
      if (end.status !== 0)
        throw new KitError('TARGET_BUILD', tellFailure(end, `the adapter cannot be built with ${found.prefix}`));
    }
    // The folder moves: what cmake wrote about the old one would be of no use.
    await rename(join(build, 'adapter'), join(temporary, 'adapter'));
    await writeFile(join(temporary, 'library.txt'), readFileSync(join(build, 'library.txt'), 'utf8').trim());
    await rm(build, { recursive: true, force: true });
    await moveInto(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
