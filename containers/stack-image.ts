/** The images of the signaling servers: what goes into each, what it is called, and how it is built. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { KitError } from '../kit/core/kit-error';
import { packageRoot } from '../kit/io/package-root';
import { nodeBase } from './base-image';
import { buildImage, hasImage } from './build-image';
import { debianBase } from './debian-base';
import type { Engine } from './engine';
import type { ImageOptions } from './endpoint-image';
import type { StackImage } from './stacks';

const run = promisify(execFile);

/** Every image, those first that others are made of. */
export const stackImages: readonly StackImage[] = ['gorilla', 'ws', 'websockets', 'nginx', 'haproxy'];

/** What a server's image is called; one with other files in it has another name. */
export function stackImageName(image: StackImage): string {
  const hash = createHash('sha256');
  for (const each of isProxy(image) ? [image, 'gorilla' as const] : [image]) {
    const folder = folderOf(each);
    for (const name of readdirSync(folder).toSorted()) {
      hash
        .update(`${name}\0`)
        .update(readFileSync(join(folder, name)))
        .update('\0');
    }
  }
  return `lastword/${image}:${hash.digest('hex').slice(0, 12)}`;
}

/**
 * Builds a server's image, and first the one that it is made of.
 * @returns its name
 * @throws {KitError} `IMAGE`
 */
export async function buildStackImage(
  engine: Engine,
  image: StackImage,
  options: ImageOptions,
  log: (line: string) => void,
): Promise<string> {
  const name = stackImageName(image);
  const backend = isProxy(image) ? await ensureStackImage(engine, 'gorilla', log, options) : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'lastword-image-'));
  try {
    cpSync(folderOf(image), folder, { recursive: true });
    if (image === 'ws') copyWs(folder);
    const base = options.offline === true ? await offlineBase(engine, image, folder, log) : options.base;
    log(`building ${name}`);
    const args = {
      ...(base === undefined ? {} : { BASE: base }),
      ...(backend === undefined ? {} : { BACKEND: backend }),
    };
    await buildImage(engine, { name, folder, args });
    return name;
  } catch (error) {
    if (error instanceof KitError) throw error;
    const why = error instanceof Error ? error.message.slice(0, 300) : String(error);
    throw new KitError(
      'IMAGE',
      `the image of ${image} cannot be built: ${why}. Where no registry can be reached, \`lastword image build --server ${image} --offline\` makes its base of this machine’s Node and Go and of Debian’s packages`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The image's name; it is built first where the engine has none. @throws {KitError} `IMAGE` */
export async function ensureStackImage(
  engine: Engine,
  image: StackImage,
  log: (line: string) => void,
  options: ImageOptions = {},
): Promise<string> {
  const name = stackImageName(image);
  return (await hasImage(engine, name)) ? name : buildStackImage(engine, image, options, log);
}

/** Undefined where the Dockerfile needs no base any more. */
async function offlineBase(
  engine: Engine,
  image: StackImage,
  folder: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  if (image === 'ws') return nodeBase(engine, log);
  if (image !== 'gorilla') return debianBase(engine, image, log);
  log('building the Go server with this machine’s Go');
  const env = { ...process.env, CGO_ENABLED: '0', GOOS: 'linux', GOFLAGS: '-mod=mod' };
  await run('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', 'server', '.'], { cwd: folder, env }).catch(
    (error: unknown) => {
      const why = error instanceof Error ? error.message.slice(0, 300) : String(error);
      throw new KitError('IMAGE', `\`--offline\` builds the Go server with this machine’s Go: ${why}`);
    },
  );
  for (const name of readdirSync(folder)) if (name !== 'server') rmSync(join(folder, name));
  const dockerfile = 'FROM scratch\nCOPY server /server\nUSER 65532:65532\nENTRYPOINT ["/server"]\n';
  writeFileSync(join(folder, 'Dockerfile'), dockerfile);
  return undefined;
}

function isProxy(image: StackImage): boolean {
  return image === 'nginx' || image === 'haproxy';
}

function folderOf(image: StackImage): string {
  return join(packageRoot(), 'containers', image);
}

/** The kit's own version of ws, which has no dependency. */
function copyWs(folder: string): void {
  const installed = dirname(require.resolve('ws/package.json', { paths: [packageRoot()] }));
  cpSync(installed, join(folder, 'node_modules/ws'), { recursive: true, dereference: true });
}
