/** A manifest as a target: its package provided, its placeholders filled in. */
import { resolve } from 'node:path';
import { KitError } from '../kit/core/kit-error';
import type { Target } from '../kit/core/target';
import { digestOfCommand, digestOfFolder } from './digest';
import { excerpt } from './excerpt';
import { findBrowser } from './find-browser';
import { providePackage, type InstallOptions } from './install';
import { readManifest, type Manifest } from './manifest';
import { buildAdapter, sha256OfFile } from './libdatachannel/build-adapter';
import { prefixMissing } from './libdatachannel/find-prefix';
import { buildVendored, findVendored } from './libdatachannel/vendored-library';
import { programTarget, type FreezeMode } from './program';
import { runTool } from './run-tool';

export interface ManifestTargetOptions extends InstallOptions {
  /** A version or tag of the package; absent: the manifest's. */
  readonly version?: string | undefined;
  /** Where the library under test is installed, for a target that is a library of the user's. */
  readonly prefix?: string | undefined;
  /** Added to the manifest's own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Instead of the manifest's own. */
  readonly cwd?: string | undefined;
  /** The name in reports; default: the manifest's, with `@version` where one was asked for. */
  readonly label?: string | undefined;
  /** The browser to drive, for a target that is one; default: the one of this machine. */
  readonly browserPath?: string | undefined;
  /** What a freeze stops; default: all of its processes. */
  readonly freeze?: FreezeMode | undefined;
}

/**
 * The target that a manifest describes; installs or builds it first where that is needed.
 * @throws {KitError} `MANIFEST_UNREADABLE`, `MANIFEST_INVALID`, `TARGET_VERSION`, `TARGET_INSTALL`, `TARGET_BUILD`,
 *   `PREFIX`, `PROGRAM_MISSING`, `BROWSER_MISSING`
 */
export async function manifestTarget(pathOrDir: string, options: ManifestTargetOptions = {}): Promise<Target> {
  return targetOf(readManifest(pathOrDir), options);
}

/** The same for a manifest that was read already. */
export async function targetOf(manifest: Manifest, options: ManifestTargetOptions = {}): Promise<Target> {
  const { version } = options;
  // Before anything is installed for it.
  const browser = findBrowser(manifest, { given: options.browserPath });
  const provided = await provide(manifest, options);
  const values: Readonly<Record<string, string | undefined>> = {
    dir: manifest.dir,
    node: process.execPath,
    package: provided.package?.folder,
    runtime: provided.runtime?.folder,
    build: provided.adapter?.folder,
    commit: provided.adapter?.commit,
    browser,
  };
  const fill = (text: string, field: string): string => fillIn(text, { values, field, file: manifest.file });
  const command = manifest.command.map((word, index) => fill(word, `command.${index}`));
  const cwd =
    options.cwd ?? (manifest.cwd === undefined ? undefined : resolve(manifest.dir, fill(manifest.cwd, 'cwd')));
  const own = Object.entries(manifest.env ?? {}).map(([name, value]) => [name, fill(value, `env.${name}`)] as const);
  const env = { ...Object.fromEntries(own), ...options.env };
  const suffix = version === undefined ? '' : `@${provided.package?.version ?? provided.libraryVersion ?? version}`;
  const target = programTarget({
    name: options.label ?? `${manifest.name}${suffix}`,
    command,
    cwd,
    env,
    mode: manifest.mode,
    recycleAfterTrials: manifest.recycleAfterTrials,
    freeze: options.freeze,
    signal: options.signal,
  });
  // Hashing a runtime of 100 MB takes a while: only where somebody asks.
  let digest: Target['digest'];
  const computeDigest = (): Target['digest'] => {
    if (provided.adapter) {
      const { library } = provided.adapter;
      return { method: 'file', sha256: sha256OfFile(library), of: `the file ${library}` };
    }
    if (!provided.package) return digestOfCommand(command, { browser, ...(cwd === undefined ? {} : { cwd }) });
    return digestOfFolder(provided.package.digestFolder, `npm package ${provided.npm}@${provided.package.version}`);
  };
  return {
    name: target.name,
    inProcess: false,
    recycleAfterTrials: target.recycleAfterTrials,
    launch: (listener) => target.launch(listener),
    get digest() {
      digest ??= computeDigest();
      return digest;
    },
  };
}

async function provide(manifest: Manifest, options: ManifestTargetOptions) {
  const { install, runtime, name } = manifest;
  const { version } = options;
  const prefix = options.prefix === '' ? undefined : options.prefix;
  if (version !== undefined) checkHasVersions(manifest, { version, prefix });
  if (install && 'build' in install) await build(manifest, install.build, options);
  const library = await libraryOf(manifest, { ...options, prefix });
  const program = /^\$\{package\}\/(.+)$/.exec(manifest.command[0] ?? '')?.[1];
  return {
    adapter: library && (await buildAdapter(library.prefix, options)),
    libraryVersion: library?.version,
    npm: install && 'npm' in install ? install.npm.package : '',
    package:
      install && 'npm' in install
        ? await providePackage({ target: name, npm: install.npm, version, program }, options)
        : undefined,
    runtime: runtime && (await providePackage({ target: `${name}-runtime`, npm: runtime.npm }, options)),
  };
}

/** @throws {KitError} `TARGET_VERSION` */
function checkHasVersions(
  { name, install, browser }: Manifest,
  { version, prefix }: { readonly version: string; readonly prefix: string | undefined },
): void {
  const isOwn = install !== undefined && 'prefix' in install;
  if (install !== undefined && ('npm' in install || (isOwn && prefix === undefined))) return;
  const why = isOwn
    ? 'what is run is the build in `--prefix DIR`'
    : browser === undefined
      ? 'its manifest names no npm package'
      : 'it is the browser of this machine; name another with `--browser-path FILE`';
  throw new KitError('TARGET_VERSION', `\`${name}@${excerpt(version, 80)}\`: expected no version: ${why}`);
}

/** @throws {KitError} `PREFIX`, `TARGET_VERSION`, `TARGET_BUILD`, `TARGET_INSTALL` */
async function libraryOf({ name, install }: Manifest, options: ManifestTargetOptions) {
  if (install === undefined || !('prefix' in install)) return undefined;
  const { version, prefix } = options;
  if (prefix !== undefined) return { prefix, version: undefined };
  if (version === undefined) throw prefixMissing(name);
  const vendored = findVendored(name, version, install.crate);
  return { prefix: await buildVendored(vendored, options), version: vendored.version };
}

async function build(manifest: Manifest, command: readonly string[], options: InstallOptions): Promise<void> {
  const log = options.log ?? ((line: string) => process.stderr.write(`${line}\n`));
  log(`lastword: building ${manifest.name}: ${command.join(' ')}`);
  const { status, stdout, stderr } = await runTool(command, { cwd: manifest.dir, signal: options.signal });
  if (status === 0) return;
  const last = `${stdout}\n${stderr}`.trim().split('\n').at(-1) ?? '';
  throw new KitError(
    'TARGET_BUILD',
    `\`install.build\` of ${manifest.file} failed (status ${status}${last === '' ? '' : `: ${excerpt(last)}`}). By hand, in ${manifest.dir}: ${command.join(' ')}`,
  );
}

function fillIn(
  text: string,
  { values, field, file }: { values: Readonly<Record<string, string | undefined>>; field: string; file: string },
): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value !== undefined) return value;
    const known = Object.keys(values).filter((key) => values[key] !== undefined);
    const expected = known.map((key) => `\${${key}}`).join(', ');
    throw new KitError('MANIFEST_INVALID', `${file}: \`${field}\`: ${whole} has no value here: expected ${expected}`);
  });
}
