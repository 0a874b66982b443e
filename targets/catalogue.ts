/** The built-in targets: a folder each below `targets` of the package, with a manifest. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { KitError } from '../kit/core/kit-error';
import type { Target } from '../kit/core/target';
import { excerpt } from './excerpt';
import { checkVersion } from './install';
import { readManifest, type Manifest } from './manifest';
import { targetOf, type ManifestTargetOptions } from './manifest-target';
import { nearest } from './nearest';
import { packageRoot } from '../kit/io/package-root';

/** The manifests of the built-in targets, by name. */
export function listTargets(): readonly Manifest[] {
  const folder = join(packageRoot(), 'targets');
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'target.json')))
    .map((entry) => readManifest(join(folder, entry.name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * A built-in target by `NAME` or `NAME@VERSION`; installs it where it is missing.
 * @throws {KitError} `TARGET_UNKNOWN`, and as `manifestTarget`
 */
export async function resolveTarget(
  reference: string,
  options: Omit<ManifestTargetOptions, 'version'> = {},
): Promise<Target> {
  const { manifest, version } = findTarget(reference);
  return targetOf(manifest, { ...options, version });
}

/**
 * Finds the manifest that `NAME` or `NAME@VERSION` means, and installs nothing.
 * @throws {KitError} `TARGET_UNKNOWN`, `TARGET_VERSION`
 */
export function findTarget(reference: string): { readonly manifest: Manifest; readonly version: string | undefined } {
  const at = reference.indexOf('@');
  const name = at === -1 ? reference : reference.slice(0, at);
  const manifests = listTargets();
  const manifest = manifests.find((candidate) => candidate.name === name);
  if (manifest && at === -1) return { manifest, version: undefined };
  if (manifest) {
    const version = reference.slice(at + 1);
    checkVersion(name, version);
    return { manifest, version };
  }
  const names = manifests.map((candidate) => candidate.name);
  const near = nearest(name, names);
  const possible = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `expected one of ${names.join(', ')}`;
  throw new KitError('TARGET_UNKNOWN', `there is no built-in target \`${excerpt(name, 80)}\`: ${possible}`);
}
