/** The types of the matchers as `expect` offers them, made from the list. */
import type { matchers } from './list';

type List = typeof matchers;

/** Stands where a matcher takes nothing of this kind; calling it is the error that a user sees. */
export interface NotFor<Expected> {
  readonly takes: Expected;
}

/** Of a promise that `.resolves` waits for, its value. */
type Settled<Result, Received> = Result extends PromiseLike<unknown> ? Awaited<Received> : Received;

type IsAny<Type> = 0 extends 1 & Type ? true : false;
type IsUnknown<Type> = IsAny<Type> extends true ? false : unknown extends Type ? true : false;

type Offered<Matcher, Received> = Matcher extends (
  this: infer _This,
  received: infer Wanted,
  ...args: infer Args
) => unknown
  ? IsAny<Received> extends true
    ? (...args: Args) => Promise<void>
    : IsUnknown<Received> extends true
      ? (...args: Args) => Promise<void>
      : [Received] extends [Wanted]
        ? (...args: Args) => Promise<void>
        : NotFor<Wanted>
  : never;

/** `Result` is what the runner's own matchers give: a promise behind `.resolves`. */
export type LastwordMatchers<Result, Received> = {
  readonly [Name in keyof List]: Offered<List[Name], Settled<Result, Received>>;
};
