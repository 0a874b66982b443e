/** A base image of this machine's own Node, for where no registry can be reached. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { KitError } from '../kit/core/kit-error';
import { buildImage } from './build-image';
import type { Engine } from './engine';

const architectures: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** What glibc looks names up with, besides what it loads itself. */
const nameService = ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2'];

/** What the base that {@link nodeBase} makes is called. */
export function nodeBaseName(): string {
  return `lastword/base:node${process.versions.node}`;
}

/**
 * Makes `lastword/base:node<version>`: node, the libraries that it loads, and what glibc needs to look up a name.
 * @returns its name
 * @throws {KitError} `IMAGE` this machine's Node does not run in the engine's containers
 */
export async function nodeBase(engine: Engine, log: (line: string) => void): Promise<string> {
  if (process.platform !== 'linux') {
    throw new KitError(
      'IMAGE',
      '`--offline` makes a base of this machine’s Node, and that is no Linux: use `--base IMAGE`',
    );
  }
  if (architectures[process.arch] !== engine.architecture) {
    throw new KitError(
      'IMAGE',
      `\`--offline\`: this machine is ${process.arch}, and the engine ${engine.architecture}`,
    );
  }
  const name = nodeBaseName();
  const folder = mkdtempSync(join(tmpdir(), 'lastword-base-'));
  try {
    log(`building ${name} from this machine’s own Node`);
    writeRoot(join(folder, 'root'));
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY root /\nENV PATH=/usr/local/bin:/usr/bin:/bin\n');
    await buildImage(engine, { name, folder });
    return name;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeRoot(root: string): void {
  const put = (from: string, to: string): void => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    cpSync(realpathSync(from), join(root, to));
  };
  put(process.execPath, '/usr/local/bin/node');
  const libraries = librariesOf(process.execPath);
  for (const path of libraries) put(path, path);
  const libc = libraries.find((path) => path.endsWith('/libc.so.6'));
  for (const name of libc === undefined ? [] : nameService) {
    const path = join(dirname(libc ?? ''), name);
    if (existsSync(path)) put(path, path);
  }
  mkdirSync(join(root, 'etc'), { recursive: true });
  mkdirSync(join(root, 'tmp'), { recursive: true, mode: 0o1777 });
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'passwd: files\nhosts: files dns\n');
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/:/none\nnonroot:x:65532:65532::/:/none\n');
}

/** What the dynamic loader loads for a program, and the loader. */
function librariesOf(program: string): readonly string[] {
  const said = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...said.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = '']) => path);
}
