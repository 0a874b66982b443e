import type { Target } from '../kit/core/target';
import { findTarget, resolveTarget } from './catalogue';
import { quoteWord } from './command-words';
import { lazyTarget } from './lazy-target';

/**
 * A built-in target, which is installed into the cache when a run first needs it.
 *
 * @param reference `NAME` or `NAME@VERSION`, as on the command line: `ws`, `ws@8.18.0`
 * @throws {KitError} `TARGET_UNKNOWN`, `TARGET_VERSION`
 */
export function builtIn(reference: string): Target {
  const { manifest } = findTarget(reference);
  return lazyTarget({
    name: reference,
    spec: quoteWord(reference),
    recycleAfterTrials: manifest.recycleAfterTrials ?? 50,
    prepare: () => resolveTarget(reference),
  });
}
