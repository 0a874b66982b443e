/** Suites in the Vitest that runs: an ES module, since Vitest refuses to be required. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bindSuite } from './bind-suite.js';
import type { TestRunner } from './test-runner.js';

type Hook = Parameters<TestRunner['beforeAll']>[0];

const hooks: Pick<TestRunner, 'beforeAll'> = {
  beforeAll: (hook: Hook, timeoutMs) =>
    beforeAll(function () {
      // Vitest reads the parameters of a hook as wishes for fixtures; the suite is among its arguments without one.
      // oxlint-disable-next-line prefer-rest-params -- a rest parameter is one
      return hook(...Array.from(arguments));
    }, timeoutMs),
};

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Vitest's own types are narrower than what is asked of it
const runner = { command: 'npx vitest run', describe, it, afterAll, expect, ...hooks } as unknown as TestRunner;

export const describeConformance = bindSuite(() => runner);
