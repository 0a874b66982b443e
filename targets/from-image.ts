import { KitError } from '../kit/core/kit-error';
import type { Target } from '../kit/core/target';
import { imageTarget } from './container/image-target';
import { checkReference } from './container/find-image';
import { parseMemory } from './container/memory-size';
import { quoteWord } from './command-words';
import { excerpt } from './excerpt';
import type { ProgramMode } from './open-adapter';

export interface ImageOptions {
  /** The name in reports; default: the reference, and the words of `command`. */
  readonly name?: string | undefined;
  /** Instead of the image's own `CMD`; its `ENTRYPOINT` stays in front. */
  readonly command?: readonly string[] | undefined;
  /** Put into the container's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Processors that the container may use, such as 0.5; default: all. */
  readonly cpus?: number | undefined;
  /** Memory that the container may use, such as `512m`; default: all. What runs out of it is never called a crash. */
  readonly memory?: string | undefined;
  /** How it is told its orders; default: found out. */
  readonly mode?: ProgramMode | undefined;
  /** Trials after which a resident container is replaced; default 200. */
  readonly recycleAfterTrials?: number | undefined;
  /** Ends every container of the target at once. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * An image whose program speaks the adapter protocol as a target: a client with all that it needs. The run's endpoint is a
 * container on the same network.
 *
 * @param reference as the engine knows it, or can pull it: `my-client:1.2`
 * @throws {KitError} `IMAGE`, `CPUS`, `MEMORY`
 * @example fromImage('my-client:1.2', { memory: '512m', cpus: 1 })
 */
export function fromImage(reference: string, options: ImageOptions = {}): Target {
  if (typeof reference !== 'string') {
    throw new KitError('IMAGE', `\`fromImage\` expected the reference of an image, got ${typeof reference}`);
  }
  checkReference(reference);
  const { command, env, cpus, memory, mode, recycleAfterTrials, signal } = options;
  if (cpus !== undefined && !(Number.isFinite(cpus) && cpus >= 0.01)) {
    throw new KitError(
      'CPUS',
      `\`cpus\`: expected a number of processors such as 0.5 or 2, got ${excerpt(String(cpus), 40)}`,
    );
  }
  const memoryBytes = memory === undefined ? undefined : parseMemory(memory, '`memory`');
  const words = [reference, ...(command ?? [])];
  return imageTarget({
    name: options.name ?? words.join(' ').slice(0, 80),
    reference,
    command,
    env,
    limits: { cpus, memoryBytes },
    mode,
    recycleAfterTrials,
    signal,
    spec: specOf(words, options),
  });
}

/** What to type behind `lastword run` to mean it again. */
function specOf(words: readonly string[], { env = {}, cpus, memory }: ImageOptions): string {
  const image = words.length === 1 ? words : [words.map(quoteWord).join(' ')];
  return [
    `--image ${image.map(quoteWord).join('')}`,
    // The values of the environment may be secrets, and are no part of a report.
    ...Object.keys(env).map((name) => `--env ${name}=…`),
    ...(cpus === undefined ? [] : [`--cpus ${cpus}`]),
    ...(memory === undefined ? [] : [`--memory ${quoteWord(memory)}`]),
  ].join(' ');
}
