/** Where the target of a suite stands: a client that is an image gets a network, and the endpoint beside it. */
import type { Endpoint } from '../core/endpoint';
import { KitError } from '../core/kit-error';
import type { Target } from '../core/target';
import { isImageTarget } from '../../targets/container/image-target';
import type { CheckedOptions } from './suite-options';

/** Disposed when the run is over, or has never begun. */
export interface PlacedTarget extends AsyncDisposable {
  readonly target: Target;
  /** Absent: the embedded endpoint. */
  readonly startEndpoint: (() => Promise<Endpoint>) | undefined;
}

/** @throws {KitError} `ENDPOINT`, `ENGINE`, `TESTCONTAINERS`, `IMAGE`, `IMAGE_MISSING` */
export async function placeTarget(
  target: Target,
  { endpoint }: Pick<CheckedOptions, 'endpoint'>,
): Promise<PlacedTarget> {
  if (!isImageTarget(target)) {
    return { target, startEndpoint: endpoint, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  if (endpoint !== undefined) {
    throw new KitError(
      'ENDPOINT',
      `\`endpoint\`: the client \`${target.name}\` is an image, and its endpoint is a container on a network of the two: leave \`endpoint\` out`,
    );
  }
  // Lazily: the engine's client takes a second to load.
  const containers: typeof import('../../containers/run-containers') = require('../../containers/run-containers');
  const log = (line: string): void => void process.stderr.write(`lastword: ${line}\n`);
  const opened = await containers.openRunContainers({ forClients: true }, log);
  try {
    return {
      target: await target.within(opened.site),
      startEndpoint: () => opened.startEndpoint(),
      [Symbol.asyncDispose]: () => opened.close(),
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
