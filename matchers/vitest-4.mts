/** The matchers for Vitest 3 and 4, whose types have other parameters: `import 'lastword/vitest-4'`. */
import type { LastwordMatchers } from './matcher-types.js';
import { registerWithVitest } from './register-vitest.mjs';

declare module 'vitest' {
  // Behind `.resolves` the type is that of the promise: its value is accepted, too.
  interface Assertion<T> extends LastwordMatchers<Promise<void>, T> {}
}

registerWithVitest();

export { record } from './record.js';
