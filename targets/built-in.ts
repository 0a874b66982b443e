import type { Target } from '../kit/core/target';
import { findTarget, resolveTarget } from './catalogue';
import { quoteWord, specWithFreeze, specWithPrefix } from './command-words';
import { lazyTarget } from './lazy-target';
import type { FreezeMode } from './program';

/**
 * A built-in target, which is installed into the cache when a run first needs it.
 *
 * @param options `prefix`: where `libdatachannel` is installed, which nobody but you can bring; `freeze: 'main-thread'`:
 *   frozen is a browser's page alone, while its network process goes on
 * @param reference `NAME` or `NAME@VERSION`, as on the command line: `ws`, `ws@8.18.0`
 * @throws {KitError} `TARGET_UNKNOWN`, `TARGET_VERSION`
 */
export function builtIn(
  reference: string,
  options: { readonly prefix?: string; readonly freeze?: FreezeMode } = {},
): Target {
  const { manifest } = findTarget(reference);
  return lazyTarget({
    name: reference,
    spec: specWithFreeze(
      options.prefix === undefined ? quoteWord(reference) : specWithPrefix(reference, options.prefix),
      options.freeze,
    ),
    recycleAfterTrials: manifest.recycleAfterTrials ?? 50,
    prepare: () => resolveTarget(reference, options),
  });
}
