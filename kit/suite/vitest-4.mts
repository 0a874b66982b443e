/** What `lastword/vitest-4` gives: the matchers, registered, and suites, in Vitest 3 and 4. */
// Registers the matchers as well.
export { record } from '../../matchers/vitest-4.mjs';
export { describeConformance } from './bind-vitest.mjs';
export type { DescribeConformance } from './bind-suite.js';
export type { SuiteOptions } from './define-suite.js';
