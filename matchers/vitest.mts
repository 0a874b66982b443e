/** The matchers for Vitest 5: `import 'lastword/vitest'` in a test, or once in `setupFiles`. */
import type { LastwordMatchers } from './matcher-types.js';
import { registerWithVitest } from './register-vitest.mjs';

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends LastwordMatchers<
    R,
    T
  > {}
}

registerWithVitest();

export { record } from './record.js';
