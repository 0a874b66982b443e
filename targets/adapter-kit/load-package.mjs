/** Loads the client library: from the folder in the first argument, or else as `import` would find it from here. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';

export function loadPackage(name, folder = process.argv[2]) {
  const require = createRequire(import.meta.url);
  const entry = require.resolve(folder ?? name);
  return { module: require(entry), version: versionOf(name, dirname(entry)) };
}

function versionOf(name, folder) {
  for (let at = folder; ; at = dirname(at)) {
    const manifest = read(join(at, 'package.json'));
    if (manifest?.name === name) return manifest.version;
    if (at === dirname(at)) throw new Error(`no package.json of ${name} above ${folder}`);
  }
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a version is at least another, by their three numbers. */
export function isAtLeast(version, least) {
  const [a, b] = [version, least].map((text) => text.split(/[-+]/)[0].split('.').map(Number));
  const at = [0, 1, 2].find((index) => a[index] !== b[index]);
  return at === undefined || a[at] > b[at];
}
