/** What `lastword/jest-globals` gives: the matchers, registered, and suites, beside `@jest/globals`. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bindSuite } from './bind-suite';
import type { TestRunner } from './test-runner';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Jest's own types are narrower than what is asked of it
const runner = { command: 'npx jest', describe, it, beforeAll, afterAll, expect } as unknown as TestRunner;

export const describeConformance = bindSuite(() => runner);

// Registers the matchers as well.
export { record } from '../../matchers/jest-globals';
export type { DescribeConformance } from './bind-suite';
export type { SuiteOptions } from './define-suite';
