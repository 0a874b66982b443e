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
  if (given !== undefined) return locateBrowser(given, path);
  for (const program of browser.programs) {
    try {
      return locateProgram(program, { path });
    } catch (error) {
      if (!(error instanceof KitError)) throw error;
    }
  }
  throw new KitError(
    'BROWSER_MISSING',
    `\`${name}\`: no such browser on this machine: install it (\`apt-get install ${browser.package}\`), or name it with \`--browser-path FILE\``,
  );
}

function locateBrowser(given: string, path: string | undefined): string {
  try {
    return locateProgram(given, { path });
  } catch (error) {
    if (!(error instanceof KitError)) throw error;
    throw new KitError('BROWSER_MISSING', `\`--browser-path\`: ${error.message}`);
  }
}
