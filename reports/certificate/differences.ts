/** Where two values of JSON differ, in words that name the place. */

const mostDifferences = 20;
const longest = 120;

/**
 * At most some twenty places, in the order of the first value.
 * @param path of both, for the words
 */
export function differencesOf(says: unknown, is: unknown, path = ''): readonly string[] {
  if (JSON.stringify(says) === JSON.stringify(is)) return [];
  if (!isContainer(says) || !isContainer(is) || Array.isArray(says) !== Array.isArray(is)) {
    return [`${path === '' ? 'it' : path} is ${shown(says)}, and should be ${shown(is)}`];
  }
  const keys = [...new Set([...Object.keys(says), ...Object.keys(is)])];
  const within = keys.flatMap((key) =>
    differencesOf(valueOf(says, key), valueOf(is, key), path === '' ? key : `${path}.${key}`),
  );
  return within.length > 0
    ? within.slice(0, mostDifferences)
    : [`the order of ${path === '' ? 'its fields' : path} differs`];
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function valueOf(container: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(container, key)?.value;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
