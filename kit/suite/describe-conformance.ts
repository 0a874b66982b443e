import { bindSuite } from './bind-suite';
import { globalRunner } from './test-runner';

/** {@link DescribeConformance} in whatever runner has its functions as globals. */
export const describeConformance = bindSuite(globalRunner);
