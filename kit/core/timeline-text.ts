/**
 * Text of a stranger in a fixed number of columns. What does not print is escaped: controls, bidirectional and
 * zero-width characters, lone surrogates, combining marks, odd spaces. What is left is one or two columns wide.
 */

const unprintable = /[\p{C}\p{M}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const plain = /^[ -~]*$/;
const twoColumns = /\p{Emoji_Presentation}/u;

/** Columns that a printable text takes on a terminal; never too few. */
export function columnsOf(text: string): number {
  return Array.from(text).reduce((sum, char) => sum + columnsOfChar(char), 0);
}

function columnsOfChar(char: string): number {
  const point = char.codePointAt(0) ?? 0;
  if (twoColumns.test(char)) return 2;
  // Up to Hangul, and in the symbols, no character is wide; above, whatever is not known to be narrow counts as wide.
  return point < 0x1100 || (point >= 0x2000 && point < 0x2e80) ? 1 : 2;
}

/** The text, safe to print, in at most `maxColumns`; what was cut is an ellipsis. */
export function showText(text: string, maxColumns: number): string {
  // Most texts are these, and a large report has many.
  if (text.length <= maxColumns && plain.test(text)) return text;
  const shown: string[] = [];
  let columns = 0;
  // An escape is longer than what it stands for, and no character is narrower than a column.
  for (const char of Array.from(text.slice(0, 2 * maxColumns + 2))) {
    const safe = escapeChar(char);
    shown.push(safe);
    columns += columnsOf(safe);
    if (columns > maxColumns) break;
  }
  if (columns <= maxColumns) return shown.join('');
  while (columns > maxColumns - 1) columns -= columnsOf(shown.pop() ?? '');
  return `${shown.join('')}…`;
}

function escapeChar(char: string): string {
  if (!unprintable.test(char)) return char;
  return named[char] ?? `\\u{${char.codePointAt(0)?.toString(16) ?? ''}}`;
}

/** Several lines, each as {@link showText} shows it. */
export function showLines(text: string, maxColumns: number): string {
  return text
    .split('\n')
    .map((line) => showText(line, maxColumns))
    .join('\n');
}

/** {@link showText} between double quotes, which count. */
export function quoteText(text: string, maxColumns: number): string {
  return `"${showText(text, maxColumns - 2)}"`;
}
