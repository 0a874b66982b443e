/** The matchers in the Vitest that runs: an ES module, since Vitest refuses to be required. */
import { afterEach, expect } from 'vitest';
import { register } from './register.js';

interface Task {
  readonly concurrent?: boolean | undefined;
  readonly suite?: Task | undefined;
}

/** Tests that run at once share one `expect`: which of them a matcher was called in cannot be told. */
function runsBesideOthers(task: Task | undefined): boolean {
  return task !== undefined && (task.concurrent === true || runsBesideOthers(task.suite));
}

/** Registers with the Vitest that runs. */
export function registerWithVitest(): void {
  register({
    expect,
    afterEach: (hook) =>
      afterEach(({ task }) => {
        if (!runsBesideOthers(task)) hook();
      }),
    testName: () => expect.getState().currentTestName,
  });
}
