/** The endpoint's image: what goes into it, what it is called, and how it is built, with a registry or without. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { KitError } from '../kit/core/kit-error';
import { packageRoot } from '../kit/io/package-root';
import { nodeBase, nodeBaseName } from './base-image';
import { buildImage, hasImage } from './build-image';
import type { Engine } from './engine';

/** A public Node image; named here and in the Dockerfile alone. */
export const publicBase = 'node:24-bookworm-slim';

const repository = 'lastword/endpoint';

export interface ImageOptions {
  /** An image that has Node 20.19 or later; default {@link publicBase}. */
  readonly base?: string | undefined;
  /** Makes the base of this machine's own Node instead, and asks no registry. */
  readonly offline?: boolean | undefined;
}

/** What the endpoint's image is called; a kit with other code in it has another name. */
export function endpointImageName(): string {
  return `${repository}:${kitVersionTag()}-${digestOf(contentOf()).slice(0, 12)}`;
}

/**
 * Builds the endpoint's image.
 * @returns its name
 * @throws {KitError} `IMAGE` the base cannot be had, or the build fails
 */
export async function buildEndpointImage(
  engine: Engine,
  options: ImageOptions,
  log: (line: string) => void,
): Promise<string> {
  const name = endpointImageName();
  const base = options.offline === true ? await nodeBase(engine, log) : (options.base ?? publicBase);
  const folder = mkdtempSync(join(tmpdir(), 'lastword-image-'));
  try {
    writeContext(folder);
    log(`building ${name} from ${base}`);
    await buildImage(engine, { name, folder, args: { BASE: base } }).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new KitError(
        'IMAGE',
        `the endpoint’s image cannot be built from \`${base}\`: ${why.slice(0, 300)}. Where no registry can be reached, \`lastword image build --offline\` makes a base of this machine’s own Node; \`lastword image build --base IMAGE\` takes another`,
      );
    });
    return name;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The image's name; it is built first where the engine has none. @throws {KitError} `IMAGE` */
export async function ensureEndpointImage(engine: Engine, log: (line: string) => void): Promise<string> {
  const name = endpointImageName();
  if (await hasImage(engine, name)) return name;
  // A base that was made here without a registry serves again, unless the public one is here too.
  const own = nodeBaseName();
  const base = (await hasImage(engine, publicBase)) || !(await hasImage(engine, own)) ? publicBase : own;
  return buildEndpointImage(engine, { base }, log);
}

/** Files of the image by their path in it: ours, and where on this machine they lie. */
function contentOf(): ReadonlyMap<string, string> {
  const root = packageRoot();
  const files = new Map<string, string>();
  for (const part of ['core', 'io']) {
    const folder = join(root, 'dist/kit', part);
    if (!existsSync(folder)) throw new KitError('IMAGE', 'the endpoint’s image is made of the build: `npm run build`');
    for (const name of readdirSync(folder).toSorted()) {
      if (name.endsWith('.js')) files.set(`kit/${part}/${name}`, join(folder, name));
    }
  }
  for (const name of ['Dockerfile', 'prepare.cjs']) files.set(name, join(root, 'containers/endpoint', name));
  return files;
}

function digestOf(files: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256').update(
    `koffi ${koffiVersion()} ${locateKoffi() === undefined ? 'to come' : 'here'}\0`,
  );
  for (const [name, path] of files) hash.update(`${name}\0`).update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

function writeContext(folder: string): void {
  for (const [name, path] of contentOf()) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    cpSync(path, join(folder, name));
  }
  const koffi = koffiVersion();
  const manifest = { name: 'lastword-endpoint', private: true, dependencies: { koffi } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  if (process.platform === 'linux') copyKoffi(folder);
}

/** The FFI package and its builds for Linux, as they are installed here; another platform's are of no use there. */
function copyKoffi(folder: string): void {
  const installed = locateKoffi();
  if (installed === undefined) return;
  const modules = dirname(installed);
  for (const path of [installed, ...nativeParts(modules)]) {
    cpSync(path, join(folder, 'node_modules', relative(modules, path)), { recursive: true, dereference: true });
  }
}

function nativeParts(modules: string): readonly string[] {
  const scope = join(modules, '@koromix');
  if (!existsSync(scope)) return [];
  return readdirSync(scope)
    .filter((name) => name.startsWith('koffi-linux-'))
    .map((name) => join(scope, name));
}

function locateKoffi(): string | undefined {
  try {
    // Its package.json is not among what it exports.
    return dirname(require.resolve('koffi', { paths: [packageRoot()] }));
  } catch {
    // An optional dependency that is not installed.
    return undefined;
  }
}

function koffiVersion(): string {
  return ownManifest('optionalDependencies', 'koffi') ?? '*';
}

/** The kit’s version, which both ends of a control channel must share. */
export function kitVersionTag(): string {
  return ownManifest('version') ?? '0.0.0';
}

function ownManifest(...path: readonly string[]): string | undefined {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  const found = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    manifest,
  );
  return typeof found === 'string' ? found : undefined;
}
