import { KitError } from '../core/kit-error';

/**
 * Whether a run can go on in the environment of a test file.
 * @throws {KitError} `ENVIRONMENT` it simulates a browser, or its timers stand still
 */
export function checkEnvironment(): void {
  if (typeof setImmediate !== 'function') {
    throw new KitError(
      'ENVIRONMENT',
      'describeConformance needs the test environment of Node: put `/** @jest-environment node */` at the top of this ' +
        'file (in Vitest `// @vitest-environment node`)',
    );
  }
  // The libraries behind both runners' fake timers leave their clock on what they replaced.
  if ('clock' in setTimeout) {
    throw new KitError(
      'ENVIRONMENT',
      'describeConformance needs real timers: this file fakes them. Write `jest.useRealTimers()` (`vi.useRealTimers()`), ' +
        'or take `fakeTimers: { enableGlobally: true }` out of the configuration for this file',
    );
  }
}
