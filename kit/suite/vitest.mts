/** What `lastword/vitest` gives: the matchers, registered, and suites, in Vitest 5. */
// Registers the matchers as well.
export { record } from '../../matchers/vitest.mjs';
export { describeConformance } from './bind-vitest.mjs';
export type { DescribeConformance } from './bind-suite.js';
export type { SuiteOptions } from './define-suite.js';
