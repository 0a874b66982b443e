/** The one run behind the tests of a suite: started by the first hook, awaited by every test, ended by the last hook. */
import { relative } from 'node:path';
import type { ObservedRun } from '../core/observation';
import type { Target } from '../core/target';
import { observeRun } from '../run/observe-run';
import { reportFile } from '../run/run-folder';
import type { Exceptions } from '../../matchers/exceptions';
import type { CallSite } from './call-site';
import { caseInRun, isNotApplicable } from './case-in-run';
import { checkEnvironment } from './check-environment';
import { announceRun, outputFolder } from './output-folder';
import { newRunFolder, startRun } from './start-run';
import { exceptionsOf } from './suite-exceptions';
import { toConformInSuite, type SuiteExpectation } from './suite-matcher';
import type { CheckedOptions } from './suite-options';
import type { TestRunner } from './test-runner';

export interface Suite {
  readonly runner: TestRunner;
  readonly target: Target;
  readonly options: CheckedOptions;
  readonly except: Exceptions;
  readonly site: CallSite;
}

export interface SuiteRun {
  /** Starts the run with the cases that are wanted, and does not wait for it. */
  start(wants: (caseId: string) => boolean): void;
  /** Waits for the run, and fails as `toConform` does. */
  check(caseId: string): Promise<void>;
  /** Ends the run, and resolves when nothing of it is left. */
  end(): Promise<void>;
}

export function suiteRun(suite: Suite): SuiteRun {
  const { runner, except, site, options } = suite;
  const folder = options.out ?? newRunFolder(outputFolder());
  const ending = new AbortController();
  let run: Promise<ObservedRun> | undefined;
  let hasToldWhy = false;
  const finished = async (): Promise<ObservedRun> => {
    try {
      if (run === undefined) throw new TypeError('the run was never started');
      return await run;
    } catch (error) {
      // The same story in every test would hide that it is one.
      const message = error instanceof Error ? error.message : String(error);
      const again = hasToldWhy ? 'the run failed, see the first failure of this suite' : message;
      hasToldWhy = true;
      throw withSite(error instanceof Error && again === message ? error : new Error(again), site);
    }
  };
  return {
    start(wants) {
      run = perform(suite, { folder, wants, signal: ending.signal });
      // Every test hears of it; where none is left to hear, the last hook does.
      run.catch(() => undefined);
    },
    async check(caseId) {
      const whole = await finished();
      if (isNotApplicable(whole.report, caseId)) return;
      const expectation = { ...paths(folder), except: exceptionsOf(caseId, except) };
      try {
        await expectSuite(runner, caseInRun(whole, caseId), expectation);
      } catch (error) {
        throw withSite(error, site);
      }
    },
    async end() {
      ending.abort('the tests are over');
      await run?.catch(() => undefined);
    },
  };
}

/** @throws {KitError} as `startRun`, and `ENVIRONMENT` */
async function perform(
  suite: Suite,
  how: { readonly folder: string; readonly wants: (caseId: string) => boolean; readonly signal: AbortSignal },
): Promise<ObservedRun> {
  const { target, options } = suite;
  const { folder, wants, signal } = how;
  checkEnvironment();
  const { selected, tier, seed } = options;
  const units = selected.units.filter((unit) => wants(unit.kase.id));
  const cases = selected.cases.filter((kase) => wants(kase.id));
  const { report: reportPath } = paths(folder);
  process.stderr.write(
    `lastword ${target.name}: profile ${selected.profile}, tier ${tier}, seed ${seed}, report ${reportPath}\n`,
  );
  const narrowed = { ...options, selected: { ...selected, units, cases } };
  const report = await startRun({ target, options: narrowed, folder, again: againOf(suite), signal });
  announceRun(folder);
  return observeRun(folder, report, { wants: ({ verdict }) => verdict !== 'conforms' && verdict !== 'not-applicable' });
}

/** Where the report will lie, and the evidence beside it, from the working directory. */
function paths(folder: string): Pick<SuiteExpectation, 'report' | 'folder'> {
  return { report: relative(process.cwd(), reportFile(folder)), folder: relative(process.cwd(), folder) };
}

function againOf({ runner, target, site }: Suite): string {
  const file = site.file === undefined ? '' : ` ${site.file}`;
  return `LASTWORD_SEED={seed} ${runner.command}${file} -t '${target.name.replaceAll("'", '.')} {case}:'`;
}

async function expectSuite(runner: TestRunner, run: ObservedRun, expectation: SuiteExpectation): Promise<void> {
  // oxlint-disable typescript/no-unsafe-type-assertion -- the types of a runner's `expect` say nothing of its extensions
  runner.expect.extend({ toConformInSuite } as never);
  const assertion = runner.expect(run) as { toConformInSuite(with_: SuiteExpectation): Promise<void> };
  // oxlint-enable typescript/no-unsafe-type-assertion
  await assertion.toConformInSuite(expectation);
}

/** The error, pointing at the line that described the suite. */
function withSite(error: unknown, { frames }: CallSite): unknown {
  if (typeof error !== 'object' || error === null || !('message' in error)) return error;
  const name = 'name' in error ? String(error.name) : 'Error';
  Reflect.set(error, 'stack', `${name}: ${String(error.message)}\n${frames}`);
  return error;
}
