/** What a suite needs of the test runner that it runs in: Jest of any kind, or Vitest. */
import { KitError } from '../core/kit-error';

type Hook = (...given: readonly unknown[]) => Promise<void> | void;

interface Describe {
  (name: string, define: () => void): void;
  only(name: string, define: () => void): void;
  skip(name: string, define: () => void): void;
}

export interface TestRunner {
  /** What runs one file by hand, in front of its path: `npx jest`. */
  readonly command: string;
  readonly describe: Describe;
  readonly it: (name: string, test: () => Promise<void>, timeoutMs: number) => void;
  readonly beforeAll: (hook: Hook, timeoutMs: number) => void;
  readonly afterAll: (hook: Hook, timeoutMs: number) => void;
  readonly expect: Expect;
}

/** As much of `expect` as a suite uses. */
export interface Expect {
  extend(matchers: never): void;
  (received: unknown): unknown;
}

const names = ['describe', 'it', 'beforeAll', 'afterAll', 'expect'] as const;

/**
 * The runner whose globals there are.
 * @throws {KitError} `RUNNER` there are none, or not all
 */
export function globalRunner(): TestRunner {
  const globals: Readonly<Record<string, unknown>> = { ...pick(globalThis) };
  const missing = names.filter((name) => typeof globals[name] !== 'function');
  if (missing.length > 0) {
    throw new KitError(
      'RUNNER',
      `\`describeConformance\` found no global \`${missing.join('`, `')}\`. Call it in a test file, outside of any test; ` +
        "with `injectGlobals: false` take it from 'lastword/jest-globals', and in Vitest from 'lastword/vitest'.",
    );
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whether they are there was looked at above
  return { command: 'npx jest', ...(globals as unknown as Omit<TestRunner, 'command'>) };
}

function pick(from: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.map((name) => [name, Reflect.get(from, name)]));
}
