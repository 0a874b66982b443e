/** Where the kit's own package lies, whether it runs from its sources or from `dist`. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the package.json named `lastword`, above this file. */
export function packageRoot(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    if (nameIn(join(folder, 'package.json')) === 'lastword') return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json of lastword above ${__dirname}`);
  }
}

function nameIn(file: string): unknown {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch {
    // No package.json here: it lies further up.
    return undefined;
  }
  const json: unknown = JSON.parse(content);
  return typeof json === 'object' && json !== null && 'name' in json ? json.name : undefined;
}
