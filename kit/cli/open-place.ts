/** Where the servers of a run stand, and with them the clients that are images. */
import type { Endpoint } from '../core/endpoint';
import { KitError } from '../core/kit-error';
import { isImageTarget } from '../../targets/container/image-target';
import type { FoundTarget } from './find-targets';

export interface PlaceWords {
  /** Default: `container` where a target is one, `embedded` otherwise. */
  readonly endpoint?: 'embedded' | 'container' | undefined;
  readonly containerPath?: 'bridge' | 'published' | undefined;
}

/** Disposed when the run is over, or has never begun. */
export interface OpenPlace extends AsyncDisposable {
  /** Those that were found, each where it can start. */
  readonly targets: readonly FoundTarget[];
  /** Absent: the embedded endpoint. */
  readonly startEndpoint: (() => Promise<Endpoint>) | undefined;
}

/** @throws {KitError} `ENDPOINT`, `ENGINE`, `TESTCONTAINERS`, `IMAGE`, `IMAGE_MISSING` */
export async function openPlace(
  words: PlaceWords,
  found: readonly FoundTarget[],
  log: (line: string) => void,
): Promise<OpenPlace> {
  const hasImages = found.some(({ target }) => isImageTarget(target));
  if (hasImages && words.endpoint === 'embedded') {
    throw new KitError(
      'ENDPOINT',
      '`--endpoint embedded` listens on this machine’s loopback, where no container reaches it: leave `--endpoint` out beside `--image`',
    );
  }
  if (!hasImages && words.endpoint !== 'container') {
    return { targets: found, startEndpoint: undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  // Lazily: the engine's client takes a second to load.
  const containers: typeof import('../../containers/run-containers') = require('../../containers/run-containers');
  const opened = await containers.openRunContainers({ path: words.containerPath, forClients: hasImages }, log);
  try {
    const targets: FoundTarget[] = [];
    for (const { target, spec } of found) {
      targets.push({ target: isImageTarget(target) ? await target.within(opened.site) : target, spec });
    }
    return { targets, startEndpoint: () => opened.startEndpoint(), [Symbol.asyncDispose]: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
