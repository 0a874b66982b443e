/** What somebody may have meant by a name that does not exist. */

/** The names at most a third of the word away from it, the nearest first, three at most. */
export function nearest(word: string, names: readonly string[]): readonly string[] {
  const mostEdits = Math.max(2, Math.floor(word.length / 3));
  return names
    .map((name) => ({ name, edits: name.startsWith(word) && word !== '' ? 0 : editsBetween(word, name) }))
    .filter(({ edits }) => edits <= mostEdits)
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Levenshtein's distance, one row at a time. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (b[j] === a[i] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
