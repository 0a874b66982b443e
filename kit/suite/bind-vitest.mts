/** Suites in the Vitest that runs: an ES module, since Vitest refuses to be required. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bindSuite } from './bind-suite.js';
import type { TestRunner } from './test-runner.js';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Vitest's own types are narrower than what is asked of it
const runner = { command: 'npx vitest run', describe, it, beforeAll, afterAll, expect } as unknown as TestRunner;

export const describeConformance = bindSuite(() => runner);
