import { inspect } from 'node:util';

/** A value in a message: one line, at most so long, and nothing that a terminal obeys. */
export function showWord(value: unknown, longest = 60): string {
  const line = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 5 });
  // oxlint-disable-next-line no-control-regex -- that is what is looked for
  const safe = line.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  return safe.length <= longest ? safe : `${safe.slice(0, longest - 1)}…`;
}
