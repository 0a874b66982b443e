/** The container engine: found, asked what it is, and spoken to through Testcontainers' own client. */
import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { KitError } from '../kit/core/kit-error';
import type { EngineDoor } from '../kit/io/sweep-engine';

export interface Engine {
  readonly docker: Dockerode;
  /** For reports: `Docker 20.10.24 on Debian GNU/Linux 12`. */
  readonly name: string;
  readonly architecture: string;
  /** Where it listens: a socket's path, or an address; `undefined` where the guard cannot reach it by plain HTTP. */
  readonly door: EngineDoor | undefined;
  /** Where published ports are reached. */
  readonly host: string;
}

/** The version that is tried; later ones of major 12 need Node 22. */
const wanted = 'testcontainers@~11.14';

/**
 * Finds the engine: `DOCKER_HOST`, Docker's current context, Docker's socket, Podman's socket.
 * @throws {KitError} `TESTCONTAINERS` the package is not installed, `ENGINE` none answers
 */
export async function openEngine(): Promise<Engine> {
  const named = process.env['DOCKER_HOST'] ?? hostOfContext() ?? podmanSocket();
  if (named !== undefined) process.env['DOCKER_HOST'] = named;
  const { getContainerRuntimeClient } = loadTestcontainers();
  const where = named === undefined ? '' : ` at ${named}`;
  const client = await getContainerRuntimeClient().catch((error: unknown) => {
    throw new KitError(
      'ENGINE',
      `no container engine answers${where} (${error instanceof Error ? error.message : String(error)}): start one (\`docker info\` tells whether it runs), or use \`--endpoint embedded\``,
    );
  });
  const door = doorOf(client.container.dockerode);
  // Testcontainers goes on looking where the named one does not answer, and would take another.
  if (named !== undefined && !isAt(named, door)) {
    throw new KitError(
      'ENGINE',
      `no container engine answers${where}: start it (\`docker info\` tells whether it runs), name another in DOCKER_HOST, or use \`--endpoint embedded\``,
    );
  }
  const { docker, info } = { docker: client.container.dockerode, info: client.info.containerRuntime };
  return {
    docker,
    name: `Docker ${info.serverVersion} on ${info.operatingSystem}`,
    architecture: info.architecture,
    door,
    host: info.host === 'localhost' ? '127.0.0.1' : info.host,
  };
}

/** @throws {KitError} `TESTCONTAINERS` */
export function loadTestcontainers(): typeof import('testcontainers') {
  try {
    const loaded: typeof import('testcontainers') = require('testcontainers');
    return loaded;
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new KitError(
      'TESTCONTAINERS',
      `containers need the package testcontainers, which does not load (${why}): \`npm install -D ${wanted}\``,
    );
  }
}

function doorOf(docker: Dockerode): Engine['door'] {
  const of = (name: string): unknown => Reflect.get(docker.modem, name);
  const [socketPath, host] = [of('socketPath'), of('host')];
  if (typeof socketPath === 'string') return { socketPath };
  if (of('protocol') !== 'http' || typeof host !== 'string') return undefined;
  return { host, port: Number(of('port')) };
}

function isAt(named: string, door: Engine['door']): boolean {
  if (!named.startsWith('unix://')) return true;
  return door !== undefined && 'socketPath' in door && door.socketPath === named.slice('unix://'.length);
}

/** What `docker context use` chose; the SDKs know nothing of it. */
function hostOfContext(): string | undefined {
  const folder = process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  const context = process.env['DOCKER_CONTEXT'] ?? textAt(readJson(join(folder, 'config.json')), ['currentContext']);
  if (context === undefined || context === 'default') return undefined;
  const id = createHash('sha256').update(context).digest('hex');
  const meta = readJson(join(folder, 'contexts/meta', id, 'meta.json'));
  return textAt(meta, ['Endpoints', 'docker', 'Host']);
}

function podmanSocket(): string | undefined {
  if (process.platform !== 'linux' || existsSync('/var/run/docker.sock')) return undefined;
  const runtime = process.env['XDG_RUNTIME_DIR'] ?? `/run/user/${userInfo().uid}`;
  const sockets = [join(runtime, 'docker.sock'), join(runtime, 'podman/podman.sock'), '/run/podman/podman.sock'];
  const found = sockets.find((path) => existsSync(path));
  return found === undefined ? undefined : `unix://${found}`;
}

function readJson(path: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return value;
  } catch {
    // No such file, or none of ours to judge: then there is no context.
    return undefined;
  }
}

function textAt(value: unknown, path: readonly string[]): string | undefined {
  const found = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
  return typeof found === 'string' ? found : undefined;
}
