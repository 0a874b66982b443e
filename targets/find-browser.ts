/** Finds the browser of a target on this machine, or takes the one that was named. */
import { KitError } from '../kit/core/kit-error';
import { locateProgram } from './locate-program';
import type { Manifest } from './manifest';

/**
 * The absolute path of the browser that a manifest asks for.
 * @param given by the user; from the working directory, or a name in PATH
 * @throws {KitError} `BROWSER_MISSING`; `PROGRAM_MISSING` for one that was named
 */
export function findBrowser(
  { name, browser }: Manifest,
  { given, path = process.env['PATH'] }: { readonly given?: string | undefined; readonly path?: string | undefined },
): string | undefined {
  if (browser === undefined) return undefined;
  const found =
    given === undefined ? browser.programs.map((each) => tryLocate(each, path)) : [locateBrowser(given, path)];
  const missing = browser.beside?.find((program) => tryLocate(program, path) === undefined);
  const first = found.find((each) => each !== undefined);
  if (first !== undefined && missing === undefined) return first;
  const what = first === undefined ? 'no such browser' : `no \`${missing}\`, which drives it,`;
  const instead = first === undefined ? ', or name it with `--browser-path FILE`' : '';
  throw new KitError(
    'BROWSER_MISSING',
    `\`${name}\`: ${what} on this machine: install it (\`apt-get install ${browser.package}\`)${instead}`,
  );
}

function tryLocate(program: string, path: string | undefined): string | undefined {
  try {
    return locateProgram(program, { path });
  } catch (error) {
    if (error instanceof KitError) return undefined;
    throw error;
  }
}

function locateBrowser(given: string, path: string | undefined): string {
  try {
    return locateProgram(given, { path });
  } catch (error) {
    if (!(error instanceof KitError)) throw error;
    throw new KitError('BROWSER_MISSING', `\`--browser-path\`: ${error.message}`);
  }
}
