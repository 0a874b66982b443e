import type { Target } from '../kit/core/target';
import { quoteWord } from './command-words';
import { lazyTarget } from './lazy-target';
import { readManifest } from './manifest';
import { targetOf } from './manifest-target';

/**
 * The target that a `target.json` describes. Its package is installed, or its build run, when a run first needs it.
 *
 * @param path of the file or its folder, from the working directory
 * @throws {KitError} `MANIFEST_UNREADABLE`, `MANIFEST_INVALID`
 */
export function fromManifest(path: string): Target {
  const manifest = readManifest(path);
  return lazyTarget({
    name: manifest.name,
    // As the command line takes it for a path, and not for a name.
    spec: quoteWord(/^[./]/.test(path) || path.endsWith('.json') ? path : `./${path}`),
    recycleAfterTrials: manifest.recycleAfterTrials ?? 50,
    prepare: () => targetOf(manifest),
  });
}
