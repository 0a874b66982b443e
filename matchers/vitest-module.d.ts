/**
 * What the entry points for Vitest need of it, so that they compile where it is not installed; it is no dependency. Not
 * published: a user's compiler sees Vitest itself. `Matchers` is that of Vitest 5, `Assertion` that of 4: each entry point
 * adds to the one whose parameters it shares.
 */
declare module 'vitest' {
  export interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    readonly '~types'?: readonly [R, T];
  }
  export interface Assertion<T> {
    readonly '~type'?: T;
  }
  export const describe: unknown;
  export const it: unknown;
  export function beforeAll(hook: () => unknown, timeoutMs: number): void;
  export const afterAll: unknown;
  export const expect: {
    extend(matchers: never): void;
    addSnapshotSerializer(serializer: never): void;
    getState(): { readonly currentTestName?: string | undefined };
  };
  interface Task {
    readonly concurrent?: boolean | undefined;
    readonly suite?: Task | undefined;
  }
  export function afterEach(hook: (context: { readonly task: Task }) => void): void;
}
