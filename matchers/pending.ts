/**
 * Matchers that wait for a connection. One that still waits when its test is over has no `await` in front of it, or the
 * test ran out of time; either way it would have told nobody what it found.
 */

export interface Pending {
  /** `toSettle()`. */
  readonly call: string;
  /** The test it was called in; undefined outside of one. */
  readonly test: string | undefined;
  /** Made where the matcher was called, for its stack. */
  readonly calledAt: Error;
  /** Ends the wait without an answer, and leaves nothing behind. */
  readonly abandon: () => void;
}

const waiting = new Set<Pending>();

/** Takes note of a matcher that waits; gives what is to be called when it waits no more. */
export function noteWaiting(pending: Pending): () => void {
  waiting.add(pending);
  return () => waiting.delete(pending);
}

/**
 * Ends the waits of a test that is over.
 *
 * @param test its full name
 * @throws Error where there was one: it says that an `await` is missing
 */
export function endWaits(test: string | undefined): void {
  const left = [...waiting].filter((each) => each.test === test);
  for (const each of left) {
    waiting.delete(each);
    each.abandon();
  }
  const [first] = left;
  if (first === undefined) return;
  const more = left.length === 1 ? '' : ` (and ${left.length - 1} more)`;
  const message =
    `${first.call} was still waiting when the test ended${more}: is an \`await\` missing?\n\n` +
    `Write    await expect(connection).${first.call}\n` +
    'or, where it is awaited and the test ran out of time first, give the test more, or the matcher less: ' +
    '`{ withinMs: 1000 }`.';
  // The stack is that of the call, which is what has to be changed.
  const { calledAt } = first;
  calledAt.stack = (calledAt.stack ?? '').replace(/^Error(?:: )?/, () => `Error: ${message}`);
  calledAt.message = message;
  throw calledAt;
}
