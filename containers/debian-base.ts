/**
 * Base images of Debian's packages, for where no registry of images can be reached: the program, what it loads, and no
 * more. mmdebstrap extracts the packages, without root and without running anything of them.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { KitError } from '../kit/core/kit-error';
import { buildImage } from './build-image';
import type { Engine } from './engine';

const run = promisify(execFile);

const suite = 'bookworm';

/** What a base is made of: Debian packages, and of them the programs and folders that are kept. */
interface DebianContent {
  readonly packages: readonly string[];
  readonly programs: readonly string[];
  readonly folders: readonly string[];
  readonly links: Readonly<Record<string, string>>;
}

const contents = {
  nginx: { packages: ['nginx-light'], programs: ['usr/sbin/nginx'], folders: [], links: {} },
  haproxy: { packages: ['haproxy'], programs: ['usr/sbin/haproxy'], folders: [], links: {} },
  websockets: {
    packages: ['python3-websockets'],
    programs: ['usr/bin/python3.11'],
    folders: ['usr/lib/python3.11', 'usr/lib/python3/dist-packages/websockets'],
    links: { 'usr/bin/python3': 'python3.11' },
  },
} as const satisfies Readonly<Record<string, DebianContent>>;

export type DebianBase = keyof typeof contents;

/** Where the loader lies, and the folder of the libraries. */
const machines: Readonly<Record<string, { readonly loader: string; readonly libraries: string }>> = {
  x64: { loader: 'lib64/ld-linux-x86-64.so.2', libraries: 'x86_64-linux-gnu' },
  arm64: { loader: 'lib/ld-linux-aarch64.so.1', libraries: 'aarch64-linux-gnu' },
};

/**
 * Makes `lastword/base:debian12-<what>`.
 * @returns its name
 * @throws {KitError} `IMAGE` this machine has no mmdebstrap, or the packages cannot be had
 */
export async function debianBase(engine: Engine, what: DebianBase, log: (line: string) => void): Promise<string> {
  const name = `lastword/base:debian12-${what}`;
  const folder = mkdtempSync(join(tmpdir(), 'lastword-base-'));
  try {
    log(`building ${name} of Debian’s packages`);
    const content: DebianContent = contents[what];
    const from = await extract(content.packages, folder);
    await writeRoot(content, from, join(folder, 'root'));
    rmSync(from, { recursive: true, force: true });
    const dockerfile = 'FROM scratch\nCOPY root /\nENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin\n';
    writeFileSync(join(folder, 'Dockerfile'), dockerfile);
    await buildImage(engine, { name, folder });
    return name;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function extract(packages: readonly string[], folder: string): Promise<string> {
  const [tar, to] = [join(folder, 'packages.tar'), join(folder, 'packages')];
  mkdirSync(to);
  const words = ['--quiet', '--variant=extract', `--include=${packages.join(',')}`, suite, tar];
  await run('mmdebstrap', words, { maxBuffer: 1 << 24 }).catch((error: unknown) => {
    throw new KitError('IMAGE', `\`--offline\` makes a base of Debian’s packages with mmdebstrap, and ${why(error)}`);
  });
  await run('tar', ['--extract', '--file', tar, '--directory', to, '--exclude=./dev', '--no-same-owner']);
  rmSync(tar);
  return to;
}

function why(error: unknown): string {
  const field = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  if (field('code') === 'ENOENT') return 'it is not installed here: `apt-get install mmdebstrap`';
  const said = field('stderr');
  return `it failed: ${(typeof said === 'string' ? said : String(error)).trim().split('\n').at(-1)?.slice(0, 300) ?? ''}`;
}

async function writeRoot(content: DebianContent, from: string, root: string): Promise<void> {
  const put = (path: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    cpSync(join(from, path), join(root, path), { recursive: true, dereference: true, filter: isWanted });
  };
  for (const path of [...content.programs, ...content.folders]) put(path);
  const loaded = content.folders.flatMap((folder) => modulesIn(from, folder));
  for (const path of [...content.programs, ...loaded]) for (const each of await librariesOf(from, path)) put(each);
  put(machine().loader);
  for (const [path, target] of Object.entries(content.links)) symlinkSync(target, join(root, path));
  for (const each of ['etc', 'tmp']) mkdirSync(join(root, each), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/:/none\nnonroot:x:65532:65532::/:/none\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\nnonroot:x:65532:\n');
}

/** Python's own tests and its documentation are no part of a server. */
function isWanted(path: string): boolean {
  return !/\/(?:__pycache__|test|tests|idlelib|tkinter|pydoc_data|lib2to3|ensurepip)$/.test(path);
}

function modulesIn(from: string, folder: string): readonly string[] {
  return readdirSync(join(from, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.so'))
    .map((name) => join(folder, name));
}

/** What the packages' own loader would load: nothing of this machine's gets in between. */
async function librariesOf(from: string, program: string): Promise<readonly string[]> {
  const { loader, libraries } = machine();
  const paths = ['lib', 'usr/lib'].map((folder) => join(from, folder, libraries)).join(':');
  const words = ['--library-path', paths, '--list', join(from, program)];
  const { stdout } = await run(join(from, loader), words);
  const found = [...stdout.matchAll(/=> (\/\S+) \(0x/g)].map(([, path = '']) => path);
  const foreign = found.find((path) => !path.startsWith(`${from}/`) || !existsSync(path));
  if (foreign !== undefined) throw new KitError('IMAGE', `${program} wants ${foreign}, which no package of it has`);
  return found.map((path) => path.slice(from.length + 1));
}

/** @throws {KitError} `IMAGE` */
function machine(): { readonly loader: string; readonly libraries: string } {
  const own = process.platform === 'linux' ? machines[process.arch] : undefined;
  if (own !== undefined) return own;
  throw new KitError('IMAGE', '`--offline` needs Linux on x64 or arm64: use `--base IMAGE`');
}
