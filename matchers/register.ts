/** Puts the matchers, the serializer and the watch for a missing `await` into a test runner. */
import { matchers } from './list';
import { endWaits } from './pending';
import { timelineSerializer } from './timeline-serializer';

/** What is needed of a runner. */
export interface Runner {
  readonly expect: {
    extend(all: never): void;
    addSnapshotSerializer?(serializer: never): void;
  };
  /** Registers a hook that runs behind every test. */
  readonly afterEach: (hook: () => void) => void;
  /** The full name of the test that is over, as `this.currentTestName` of its matchers had it. */
  readonly testName: () => string | undefined;
}

/** Jest's `expect`, which also says which test is on. */
export type JestExpect = Runner['expect'] & {
  getState(): { readonly currentTestName?: string | undefined };
};

export function register({ expect, afterEach, testName }: Runner): void {
  // oxlint-disable typescript/no-unsafe-type-assertion -- the types of a runner's `extend` say nothing of it
  expect.extend(matchers as never);
  expect.addSnapshotSerializer?.(timelineSerializer as never);
  // oxlint-enable typescript/no-unsafe-type-assertion
  afterEach(() => endWaits(testName()));
}
