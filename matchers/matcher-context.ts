/** What a matcher has as `this`, in Jest and in Vitest, of any version: anything may be missing. */

export type Colour = (text: string) => string;

/** Whatever has `asymmetricMatch`: `expect.objectContaining(…)` and its like, of any runner and of one's own. */
export interface AsymmetricMatcher {
  asymmetricMatch(other: unknown, ...rest: readonly unknown[]): boolean;
}

export interface MatcherContext {
  readonly isNot?: boolean;
  readonly promise?: string;
  /** Deep equality of the runner, which knows asymmetric matchers. */
  // oxlint-disable-next-line typescript/no-explicit-any -- each runner has testers of a type of its own
  readonly equals?: (a: unknown, b: unknown, customTesters?: any[], isStrict?: boolean) => boolean;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  readonly customTesters?: any[];
  readonly currentTestName?: string | undefined;
  readonly currentConcurrentTestName?: (() => string | undefined) | undefined;
  /** Colours, which the runner leaves out where there are none; and how it prints a value. */
  readonly utils?: {
    readonly EXPECTED_COLOR?: Colour;
    readonly RECEIVED_COLOR?: Colour;
    readonly DIM_COLOR?: Colour;
    readonly stringify?: (value: unknown) => string;
  };
}

/** What the runner is told: with `.not` it turns `pass` round. */
export interface MatcherVerdict {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * A promise, so that `await expect(x).toY()` is the one way to write them all; but on data that is complete a failure is
 * a bare verdict, which the runner throws at once: a missing `await` hides nothing.
 */
export type MatcherResult = MatcherVerdict | Promise<MatcherVerdict>;

/** How long a matcher on a recorded connection waits. */
export interface WaitOptions {
  /** In ms; default 4000, below the 5000 that Jest and Vitest give a test, so that the matcher speaks first. */
  readonly withinMs?: number;
}
