/**
 * Puts the packages of built-in targets into a cache, on demand. Rules:
 * - a version is checked before npm sees it: no option, no path, no URL can be slipped in;
 * - no package runs a script; a folder is complete or absent, however many installs race or die.
 */
import envPaths from 'env-paths';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { KitError } from '../kit/core/kit-error';
import { excerpt } from './excerpt';
import type { NpmPackage } from './manifest';
import { packageRoot } from '../kit/io/package-root';
import { runTool } from './run-tool';

/** Where the packages are, and who hears about an install. */
export interface InstallOptions {
  /** Default: `LASTWORD_CACHE`, or the operating system's cache folder of lastword. */
  readonly cacheFolder?: string | undefined;
  /** Hears one line when something is installed; default: standard error. */
  readonly log?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Which package, and what for. */
export interface PackageRequest {
  /** Name of the target, for messages and for the folder in the cache. */
  readonly target: string;
  readonly npm: NpmPackage;
  /** What was asked for; absent: the pinned version. */
  readonly version?: string | undefined;
  /** A file of the package that is made executable, which a package that nobody runs by npm may have forgotten. */
  readonly program?: string | undefined;
}

/** A package that is there. */
export interface InstalledPackage {
  /** Its folder, in which its package.json lies. */
  readonly folder: string;
  readonly version: string;
  /** The folder whose content says what is under test: the package with its dependencies where these are its own. */
  readonly digestFolder: string;
}

const exact = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const partial = /^\d+(?:\.\d+)?$/;
const tag = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

// What an npm that started the kit hands on, and that would change what this install means.
const foreignSettings =
  /^npm_config_(?:global|location|workspace|workspaces|include_workspace_root|package|call|dry_run|package_lock_only|omit|only|production|(?:local_)?prefix)$/i;

const underWay = new Map<string, Promise<InstalledPackage>>();

/**
 * The package of a target, from the kit's own dependencies, from the cache, or installed now.
 * @throws {KitError} `TARGET_VERSION`, `TARGET_INSTALL`
 */
export async function providePackage(request: PackageRequest, options: InstallOptions = {}): Promise<InstalledPackage> {
  const { target, npm, program } = request;
  const version = await exactVersionOf(request, options);
  if (npm.oldest !== undefined && isOlder(version, npm.oldest.version)) {
    const { version: oldest, why } = npm.oldest;
    throw new KitError('TARGET_VERSION', `\`${target}@${version}\`: expected ${oldest} or newer: ${why}`);
  }
  const own = ownDependency(npm.package);
  if (own?.version === version && npm.also === undefined) return own;
  const folder = join(cacheFolderOf(options), `${target}@${version}`);
  const running = underWay.get(folder);
  if (running) return running;
  const installing = installInto(folder, { target, npm, version, program }, options).finally(() =>
    underWay.delete(folder),
  );
  underWay.set(folder, installing);
  return installing;
}

/**
 * Refuses what is neither a version nor the beginning of one nor a tag.
 * @throws {KitError} `TARGET_VERSION`
 */
export function checkVersion(target: string, version: string): void {
  if ([exact, partial, tag].some((form) => form.test(version))) return;
  const expected = 'a version (`8.18.0`, `8.18`) or a tag (`latest`)';
  throw new KitError('TARGET_VERSION', `\`${target}@${excerpt(version, 80)}\`: expected ${expected} after the "@"`);
}

/** The pinned package of a target where it is there already; installs nothing. */
export function findPackage(
  target: string,
  npm: NpmPackage,
  options: InstallOptions = {},
): InstalledPackage | undefined {
  const own = ownDependency(npm.package);
  if (own?.version === npm.version && npm.also === undefined) return own;
  return installedIn(join(cacheFolderOf(options), `${target}@${npm.version}`), { target, npm, version: npm.version });
}

/** The cache's folder; it need not exist. */
export function cacheFolderOf(options: InstallOptions = {}): string {
  return options.cacheFolder ?? (process.env['LASTWORD_CACHE'] || envPaths('lastword', { suffix: '' }).cache);
}

async function exactVersionOf(
  { target, npm, version = npm.version }: PackageRequest,
  options: InstallOptions,
): Promise<string> {
  checkVersion(target, version);
  if (exact.test(version)) return version;
  const asked = `${npm.package}@${version}`;
  const command = ['npm', 'view', '--json', asked, 'version'];
  const { status, stdout, stderr } = await runTool(command, { env: npmEnvironment(), signal: options.signal });
  const found: unknown = status === 0 && stdout.trim() !== '' ? JSON.parse(stdout) : undefined;
  const newest: unknown = Array.isArray(found) ? found.at(-1) : found;
  if (typeof newest === 'string' && exact.test(newest)) return newest;
  const why = status === 0 ? 'there is none' : npmError(stderr);
  throw new KitError('TARGET_VERSION', `\`${target}@${version}\`: no version of ${npm.package} found: ${why}`);
}

type Wanted = PackageRequest & { readonly version: string };

/**
 * A folder in the cache in which something is made before it is moved to its place.
 * @throws {KitError} `TARGET_INSTALL` the cache cannot be written
 */
export async function makeTemporary(cache: string, target: string): Promise<string> {
  try {
    await mkdir(cache, { recursive: true });
    await removeAbandoned(cache);
    return await mkdtemp(join(cache, `.installing-${target}-`));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KitError(
      'TARGET_INSTALL',
      `\`${target}\` cannot be installed into ${cache} (${why}): set LASTWORD_CACHE to a folder that can be written`,
    );
  }
}

async function installInto(folder: string, wanted: Wanted, options: InstallOptions): Promise<InstalledPackage> {
  const { target, npm, version } = wanted;
  const installed = installedIn(folder, wanted);
  if (installed) return installed;
  const log = options.log ?? ((line: string) => process.stderr.write(`${line}\n`));
  log(`lastword: installing ${target}@${version} (npm package ${npm.package}) into ${dirname(folder)}`);
  const temporary = await makeTemporary(dirname(folder), target);
  try {
    const { status, stderr } = await runTool(installCommand(temporary, wanted), {
      env: npmEnvironment(),
      signal: options.signal,
    });
    if (/\bETARGET\b/.test(stderr)) {
      const others = `npm view ${npm.package} versions`;
      throw new KitError(
        'TARGET_VERSION',
        `\`${target}@${version}\`: ${npm.package} has no such version; \`${others}\` lists them`,
      );
    }
    if (status !== 0 || !installedIn(temporary, wanted)) {
      const byHand = installCommand(folder, wanted).map(quote).join(' ');
      throw new KitError('TARGET_INSTALL', `\`${target}@${version}\`: ${npmError(stderr)}. By hand: ${byHand}`);
    }
    if (wanted.program !== undefined) await chmod(join(temporary, 'node_modules', npm.package, wanted.program), 0o755);
    await moveInto(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  const done = installedIn(folder, wanted);
  if (done) return done;
  throw new KitError('TARGET_INSTALL', `${folder} holds something else than ${npm.package}@${version}: remove it`);
}

/** An install that was killed leaves its folder behind; one that is still at work is younger than this. */
async function removeAbandoned(cache: string): Promise<void> {
  const oldestMs = Date.now() - 3_600_000;
  for (const name of (await readdir(cache)).filter((entry) => entry.startsWith('.installing-'))) {
    const info = statSync(join(cache, name), { throwIfNoEntry: false });
    if (info && info.mtimeMs < oldestMs) await rm(join(cache, name), { recursive: true, force: true });
  }
}

function installCommand(prefix: string, { npm, version }: Wanted): string[] {
  const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
  const also = Object.entries(npm.also ?? {}).map(([name, at]) => `${name}@${at}`);
  return ['npm', 'install', '--prefix', prefix, ...flags, `${npm.package}@${version}`, ...also];
}

/** Moves a finished folder to its place; where another was faster, that one stays. */
export async function moveInto(temporary: string, folder: string): Promise<void> {
  try {
    await rename(temporary, folder);
  } catch (error) {
    // Another install was faster; whether it left what is needed, the caller checks.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

function installedIn(prefix: string, { npm, version }: Wanted): InstalledPackage | undefined {
  const folder = join(prefix, 'node_modules', npm.package);
  return versionIn(folder) === version ? { folder, version, digestFolder: join(prefix, 'node_modules') } : undefined;
}

function ownDependency(name: string): InstalledPackage | undefined {
  const root = packageRoot();
  for (const modules of createRequire(join(root, 'package.json')).resolve.paths(name) ?? []) {
    const folder = join(modules, name);
    const version = versionIn(folder);
    if (version !== undefined) return { folder, version, digestFolder: folder };
  }
  return undefined;
}

function versionIn(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const version = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined;
  // Some packages that carry a runtime write its version as the runtime does: v22.10.0.
  return typeof version === 'string' ? version.replace(/^v/, '') : undefined;
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(/[-+]/)[0]?.split('.').map(Number) ?? []);
  const at = [0, 1, 2].find((index) => a?.[index] !== b?.[index]);
  return at !== undefined && (a?.[at] ?? 0) < (b?.[at] ?? 0);
}

function npmEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreignSettings.test(name)));
}

/** The last line of npm's error that says something about it. */
function npmError(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^npm (?:ERR!|error)\s*/i, '').trim())
    .filter((line) => line !== '' && !/^npm warn|complete log of this run|debug-\d+\.log/i.test(line));
  // What npm says first, behind its code, is what happened; what follows is advice on npm.
  const said = lines
    .filter((line) => !/^(?:code|errno|syscall|path) /.test(line))
    .map((line) => line.replace(/^(?:notarget|\d{3}) /, ''));
  return said.length > 0 ? `npm: ${excerpt(said[0]?.replace(/\.$/, '') ?? '', 300)}` : 'npm failed without a word';
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
