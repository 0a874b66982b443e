/**
 * Tests that need a browser: skipped aloud where there is none, or failing there with `LASTWORD_BROWSERS=required`.
 */
import { findTarget } from '../catalogue';
import { findBrowser } from '../find-browser';
import { locateProgram } from '../locate-program';

const isRequired = process.env['LASTWORD_BROWSERS'] === 'required';

/** Where the browser of a built-in target is; undefined where there is none and none is required. */
export function browserOf(name: string): string | undefined {
  try {
    return findBrowser(findTarget(name).manifest, {});
  } catch (error) {
    if (isRequired) throw error;
    process.stderr.write(
      `skipped: ${error instanceof Error ? error.message : ''}; LASTWORD_BROWSERS=required makes that a failure\n`,
    );
    return undefined;
  }
}

/** Whether Chromium and Firefox can be told of a CA. */
export function hasCertutil(): boolean {
  try {
    return locateProgram('certutil', { path: process.env['PATH'] }) !== '';
  } catch (error) {
    if (isRequired) throw error;
    return false;
  }
}
