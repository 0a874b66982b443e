/** The matchers for Jest without its globals: `import 'lastword/jest-globals'` beside `@jest/globals`. */
import { afterEach, expect } from '@jest/globals';
import type { LastwordMatchers } from './matcher-types';
import { register } from './register';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends LastwordMatchers<R, T> {}
}

register({ expect, afterEach, testName: () => expect.getState().currentTestName });

export { record } from './record';
