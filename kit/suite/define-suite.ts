/** A suite as tests: one `describe` named after the target, one test a case, one run behind them all. */
import type { Case } from '../core/case';
import type { Target } from '../core/target';
import type { Exceptions } from '../../matchers/exceptions';
import { readCallSite } from './call-site';
import { resolveTarget } from './resolve-target';
import { watchSelection } from './selected-tests';
import { checkSuiteExceptions } from './suite-exceptions';
import { checkOptions, type ConformanceOptions } from './suite-options';
import { suiteRun } from './suite-run';
import type { TestRunner } from './test-runner';

export interface SuiteOptions extends ConformanceOptions {
  /** Cases that the client is known to fail, each with the reason: `{ 'case/id': 'reason' }`. A needless one fails. */
  readonly except?: Exceptions;
}

export interface SuiteCall {
  readonly runner: TestRunner;
  readonly how: 'run' | 'only' | 'skip';
  readonly target: Target | string;
  readonly options: SuiteOptions;
  /** Stack of the caller. */
  readonly stack: string;
}

const call = 'describeConformance';
/** Time in ms that a run may take apart from its trials: an install, starts of adapters, a loaded machine. */
const preparationMs = 600_000;
/** What a trial may take on average, in ms; most take a hundredth of it, and those that wait are few. */
const trialMs = 2000;

/** @throws {KitError} an option is wrong */
export function defineSuite({ runner, how, target, options, stack }: SuiteCall): void {
  const resolved = resolveTarget(call, target);
  const checked = checkOptions(call, options, ['except']);
  const { units, cases } = checked.selected;
  const except = checkSuiteExceptions(options.except, units);
  const run = suiteRun({ runner, target: resolved, options: checked, except, site: readCallSite(stack) });
  const timeoutMs = preparationMs + trialMs * units.reduce((sum, unit) => sum + unit.plan.total, 0);
  const describe = how === 'run' ? runner.describe : runner.describe[how];
  describe(resolved.name, () => {
    const selection = watchSelection();
    runner.beforeAll((...given) => {
      const willRun = selection(given);
      const wanted = new Set(cases.filter((kase) => willRun(testName(kase))).map((kase) => kase.id));
      run.start((id) => wanted.has(id));
    }, timeoutMs);
    runner.afterAll(() => run.end(), timeoutMs);
    for (const kase of cases) runner.it(testName(kase), () => run.check(kase.id), timeoutMs);
  });
}

function testName({ id, title }: Case): string {
  return `${id}: ${title}`;
}
