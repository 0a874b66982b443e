/** What `lastword/jest` gives: the matchers, registered, and suites, in Jest with its globals. */
import { bindSuite } from './bind-suite';
import { globalRunner } from './test-runner';

export const describeConformance = bindSuite(globalRunner);

// Registers the matchers as well.
export { record } from '../../matchers/jest';
export type { DescribeConformance } from './bind-suite';
export type { SuiteOptions } from './define-suite';
