/**
 * Which tests of a suite the runner is going to run, so that only their cases are. Both runners know that before the
 * first hook: Jest (circus) in a state that its own reporters read, Vitest in the tasks that a hook is given. Where
 * neither is found, every test may be.
 */

/** As much of Jest's state as decides whether a test runs. */
interface CircusState {
  readonly currentDescribeBlock?: CircusBlock;
  readonly hasFocusedTests?: boolean;
  readonly testNamePattern?: RegExp | null;
}

interface CircusBlock {
  readonly name: string;
  readonly parent?: CircusBlock;
  readonly mode?: string | null;
  readonly children?: readonly CircusBlock[];
}

/** Call it where the tests are defined, and what it gives in the first hook: whether a test of that name will run. */
export function watchSelection(): (given: readonly unknown[]) => (test: string) => boolean {
  const state = circusState();
  const block = state?.currentDescribeBlock;
  return (given) => {
    if (state !== undefined && block !== undefined) return ofCircus(state, block);
    const tasks = given.map(tasksOf).find((each) => each !== undefined);
    return tasks === undefined ? () => true : ofVitest(tasks);
  };
}

function circusState(): CircusState | undefined {
  const key = Object.getOwnPropertySymbols(globalThis).find((each) => each.description === 'JEST_STATE_SYMBOL');
  return key === undefined ? undefined : Reflect.get(globalThis, key);
}

/** As circus decides it: skipped, not focused while others are, or not matched by `-t`. */
function ofCircus(state: CircusState, block: CircusBlock): (test: string) => boolean {
  const isSkipped = above(block).some((each) => each.mode === 'skip');
  return (name) => {
    const test = block.children?.find((each) => each.name === name);
    if (test === undefined) return true;
    if (isSkipped || test.mode === 'skip' || test.mode === 'todo') return false;
    if (state.hasFocusedTests === true && test.mode !== 'only') return false;
    const titles = above(test).map((each) => each.name);
    return state.testNamePattern?.test(titles.reverse().slice(1).join(' ')) ?? true;
  };
}

/** From the test up to the root, whose name is no part of a test's. */
function above(block: CircusBlock): CircusBlock[] {
  return block.parent === undefined ? [block] : [block, ...above(block.parent)];
}

interface VitestTask {
  readonly name: string;
  readonly mode: string;
}

function tasksOf(given: unknown): readonly VitestTask[] | undefined {
  if (typeof given !== 'object' || given === null || !('tasks' in given) || !Array.isArray(given.tasks))
    return undefined;
  return given.tasks;
}

/** Vitest has decided by then: what will not run has the mode `skip` or `todo`. */
function ofVitest(tasks: readonly VitestTask[]): (test: string) => boolean {
  const modes = new Map(tasks.map((task) => [task.name, task.mode]));
  return (name) => !['skip', 'todo'].includes(modes.get(name) ?? 'run');
}
