/**
 * The matchers for Jest with its globals: `import 'lastword/jest'` in a test, or once in `setupFilesAfterEnv`.
 */
import { KitError } from '../kit/core/kit-error';
import type { LastwordMatchers } from './matcher-types';
import { register, type JestExpect } from './register';

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- @types/jest declares its matchers in one
  namespace jest {
    interface Matchers<R, T = {}> extends LastwordMatchers<R, T> {}
  }
}

interface JestGlobals {
  readonly expect?: JestExpect;
  readonly afterEach?: (hook: () => void) => void;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whether they are there is looked at below
const { expect, afterEach } = globalThis as unknown as JestGlobals;
if (expect === undefined || afterEach === undefined) {
  throw new KitError(
    'JEST',
    '`lastword/jest` found no global `expect`. Load it in a test or in `setupFilesAfterEnv` (not in `setupFiles`); with ' +
      '`injectGlobals: false` import `lastword/jest-globals` instead.',
  );
}
register({ expect, afterEach, testName: () => expect.getState().currentTestName });

export { record } from './record';
