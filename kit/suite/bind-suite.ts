/** `describeConformance` for one test runner. Loads with the matchers, and nothing of a run until it is called. */
// oxlint-disable-next-line import/no-unassigned-import -- before everything else
import '../core/symbol-dispose';
import { KitError } from '../core/kit-error';
import type { Target } from '../core/target';
import type { SuiteCall, SuiteOptions } from './define-suite';
import type { TestRunner } from './test-runner';

type Describe = (target: Target | string, options?: SuiteOptions) => void;

/**
 * Describes the conformance of a client: one `describe` named after it, one test a case.
 *
 * Call it in a test file, outside of any test. The run behind the tests is performed once, interleaved as on the command
 * line, with the cases of those tests that the runner is going to run (`-t`, `.only`, `.skip`).
 *
 * @param target made by `lastword/targets`, or the name of a built-in one such as `ws@8.18.0`
 * @throws {KitError} an option is wrong; the message names it
 */
export interface DescribeConformance extends Describe {
  readonly only: Describe;
  readonly skip: Describe;
}

/** @param runner called when a suite is described */
export function bindSuite(runner: () => TestRunner): DescribeConformance {
  const bind = (how: SuiteCall['how']): Describe => {
    const describe: Describe = (target, options = {}) => {
      const here: { stack?: string } = {};
      Error.captureStackTrace(here, describe);
      const stack = here.stack ?? '';
      try {
        // A test file that asks for nothing loads nothing of it; no `import()`, which Jest refuses without a flag.
        // oxlint-disable-next-line typescript/no-require-imports, typescript/no-unsafe-type-assertion -- as said
        const { defineSuite } = require('./define-suite') as typeof import('./define-suite');
        defineSuite({ runner: runner(), how, target, options, stack });
      } catch (error) {
        // Where it was called is what has to be changed.
        if (error instanceof KitError)
          error.stack = `${error.name}: ${error.message}\n${stack.split('\n').slice(1).join('\n')}`;
        throw error;
      }
    };
    return describe;
  };
  return Object.assign(bind('run'), { only: bind('only'), skip: bind('skip') });
}
