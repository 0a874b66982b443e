/** What one run makes in a container engine: a network and containers, all labelled, all gone when it ends. */
import { randomBytes } from 'node:crypto';
import type { VolumeInspectInfo } from 'dockerode';
import { guardEngine } from '../kit/io/guard';
import type { Engine } from './engine';
import { isDead, labels, owner } from './owner';
import { retryEngine } from './retry-engine';

export interface RunScope {
  readonly engine: Engine;
  /** To be put on all that is made. */
  readonly labels: Readonly<Record<string, string>>;
  /** The name of the run's network. */
  readonly network: string;
  readonly log: (line: string) => void;
  /** Removes all that carries the labels; never rejects, but says what it could not do. */
  close(): Promise<void>;
}

/**
 * Sweeps up what dead runs left, and makes the network of this one.
 * @throws the engine makes no network
 */
export async function openRunScope(engine: Engine, log: (line: string) => void): Promise<RunScope> {
  await sweepDead(engine, log);
  const id = randomBytes(6).toString('hex');
  const network = `lastword-${id}`;
  const own = { [labels.run]: id, [labels.owner]: owner() };
  const guarded = engine.door === undefined ? undefined : guardEngine(engine.door, labels.run, id);
  const close = async (): Promise<void> => {
    const left = await remove(engine, `${labels.run}=${id}`, log);
    if (left.failed === 0) guarded?.release();
  };
  try {
    await retryEngine(
      'the run’s network',
      () => engine.docker.createNetwork({ Name: network, Driver: 'bridge', Labels: own }),
      log,
    );
  } catch (error) {
    await close();
    throw error;
  }
  return { engine, labels: own, network, log, close };
}

/** Removes what was left by runs of this machine that are certainly dead, and says so. */
async function sweepDead(engine: Engine, log: (line: string) => void): Promise<void> {
  const { docker } = engine;
  const filters = { label: [labels.run] };
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    listVolumes(engine, labels.run),
  ]);
  const found = [...containers, ...networks, ...volumes].map((each) => each.Labels ?? {});
  const dead = new Set(found.filter((each) => isDead(each[labels.owner] ?? '')).map((each) => each[labels.run] ?? ''));
  for (const id of dead) {
    const { removed } = await remove(engine, `${labels.run}=${id}`, log);
    if (removed > 0) log(`removed ${removed} containers, networks and volumes that a killed run had left (${id})`);
  }
}

async function remove(
  engine: Engine,
  label: string,
  log: (line: string) => void,
): Promise<{ readonly removed: number; readonly failed: number }> {
  const { docker } = engine;
  const filters = { label: [label] };
  let [removed, failed] = [0, 0];
  const attempt = async (what: string, action: () => Promise<unknown>): Promise<void> => {
    try {
      await retryEngine(`removal of ${what}`, action, log);
      removed += 1;
    } catch (error) {
      if (isGone(error)) return;
      failed += 1;
      log(`${what} could not be removed: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`);
    }
  };
  const containers = await docker.listContainers({ all: true, filters }).catch(() => []);
  await Promise.all(
    containers.map(async ({ Id, State }) => {
      const container = docker.getContainer(Id);
      // A paused container cannot be killed.
      if (State === 'paused') await container.unpause().catch(() => undefined);
      await attempt(`container ${Id.slice(0, 12)}`, () => container.remove({ force: true, v: true }));
    }),
  );
  for (const { Id, Name } of await docker.listNetworks({ filters }).catch(() => [])) {
    await attempt(`network ${Name}`, () => docker.getNetwork(Id).remove());
  }
  for (const { Name } of await listVolumes(engine, label)) {
    await attempt(`volume ${Name}`, () => docker.getVolume(Name).remove());
  }
  return { removed, failed };
}

async function listVolumes({ docker }: Engine, label: string): Promise<readonly VolumeInspectInfo[]> {
  // Its types take the filters as JSON, and nothing when there are none.
  const { Volumes } = await docker
    .listVolumes({ filters: JSON.stringify({ label: [label] }) })
    .catch(() => ({ Volumes: undefined }));
  return Volumes ?? [];
}

function isGone(error: unknown): boolean {
  if (!(error instanceof Error && 'statusCode' in error)) return false;
  return error.statusCode === 404 || (error.statusCode === 409 && /already in progress/.test(error.message));
}
