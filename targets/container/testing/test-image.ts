/** An image with the adapters that the tests of containers need: ws, the faulty client, hostile ones, a one-shot one. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeBase } from '../../../containers/base-image';
import { buildImage, hasImage } from '../../../containers/build-image';
import { openEngine } from '../../../containers/engine';
import { docker } from '../../../containers/testing/docker-gate';

const root = join(__dirname, '../../..');

/** Which program of the image is meant: a path from the root of the repository. */
export const adapters = {
  ws: 'targets/ws/adapter.mjs',
  faulty: 'targets/faulty/adapter.cjs',
  oneShot: 'targets/container/testing/one-shot.mjs',
  eatsMemory: 'targets/container/testing/eats-memory.mjs',
  crash: 'targets/testing/hostile/crash.mjs',
  flood: 'targets/testing/hostile/flood.mjs',
  noHello: 'targets/testing/hostile/no-hello.mjs',
  silence: 'targets/testing/hostile/silence.mjs',
  stubborn: 'targets/testing/hostile/stubborn.mjs',
} as const;

export interface TestImage {
  /** Its entry point is `node`, its working directory the root; it runs as nobody. */
  readonly name: string;
  remove(): void;
}

/** Builds it of the build, on a base of this machine's Node. */
export async function buildTestImage(): Promise<TestImage> {
  const engine = await openEngine();
  const own = `lastword/base:node${process.versions.node}`;
  const base = (await hasImage(engine, own)) ? own : await nodeBase(engine, () => undefined);
  const name = `lastword/test-adapters:${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), 'lastword-test-image-'));
  try {
    for (const path of ['dist', 'targets/adapter-kit', 'targets/testing/hostile', 'node_modules/ws']) put(folder, path);
    for (const path of new Set<string>(Object.values(adapters))) put(folder, path);
    // An engine gives images of the same content one id, and finds the containers of one by the name of the other.
    const label = `LABEL lastword.test="${process.pid}"`;
    const lines = [`FROM ${base}`, label, 'WORKDIR /app', 'COPY . .', 'USER 65532:65532', 'ENTRYPOINT ["node"]'];
    writeFileSync(join(folder, 'Dockerfile'), `${lines.join('\n')}\nCMD ["${adapters.ws}"]\n`);
    await buildImage(engine, { name, folder });
    return { name, remove: () => void docker('image', 'rm', '--force', name) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function put(folder: string, path: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  cpSync(join(root, path), join(folder, path), { recursive: true, dereference: true });
}
