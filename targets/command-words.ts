/** The words of a command: split, named in a report, and typed again. */
import { basename, resolve } from 'node:path';
import { parse as parseWords } from 'shell-quote';
import { KitError } from '../kit/core/kit-error';

/**
 * Words as a shell splits them, and no shell: nothing is substituted, and what only a shell could do is refused.
 * @param option what the text was given to, for messages
 * @throws {KitError} `EXEC`
 */
export function splitWords(text: string, option = '`--exec`'): readonly string[] {
  // The parser takes an open quote for a letter.
  const [open] = /["']/.exec(text.replaceAll(/\\.|"(?:\\.|[^"\\])*"|'[^']*'/gs, '')) ?? [];
  if (open !== undefined) throw new KitError('EXEC', `${option}: the quote ${open} is opened and never closed`);
  const words = parseWords(text, (name) => `$${name}`).map((word) => {
    if (typeof word === 'string') return word;
    if ('pattern' in word) return word.pattern;
    const what = 'comment' in word ? '#' : word.op;
    throw new KitError(
      'EXEC',
      `${option} runs no shell, so \`${what}\` means nothing in it: quote it, or call a script of yours`,
    );
  });
  if (words.length === 0)
    throw new KitError(
      'EXEC',
      `${option} is empty: expected a program and its arguments, such as "python3 adapter.py"`,
    );
  return words;
}

const interpreters = /^(node|nodejs|deno|bun|python[\d.]*|ruby|perl|java|sh|bash|php|dotnet|npx)$/;

/** What a program is called in a report: its file, or the script that an interpreter runs, with its options. */
export function commandName(command: readonly string[]): string {
  const [program = '', ...args] = command;
  const isRun = interpreters.test(basename(program));
  // A program that is given as text (`node -e …`) is no name.
  if (isRun && /^-(?:e|c|p|-eval|-print)$/.test(args[0] ?? '')) return `${basename(program)} ${args[0]}`;
  const script = isRun ? args.findIndex((each) => !each.startsWith('-')) : -1;
  const rest = isRun ? args.slice(script + 1) : args;
  const name = isRun && script >= 0 ? basename(args[script] ?? '') : basename(program);
  return [name, ...rest].join(' ').slice(0, 80);
}

/** A word as a shell has to be given it. */
export function quoteWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return word.includes("'") ? `"${word.replaceAll(/(["\\$`])/g, '\\$1')}"` : `'${word}'`;
}

/** What to type behind `lastword run` to mean a command again. */
export function specOfCommand(
  command: readonly string[],
  { env, cwd }: { readonly env: Readonly<Record<string, string>>; readonly cwd: string | undefined },
): string {
  // The values of the environment may be secrets, and are no part of a report.
  const names = Object.keys(env).map((name) => ` --env ${name}=…`);
  const where = cwd === undefined ? '' : ` --cwd ${quoteWord(cwd)}`;
  return `--exec ${quoteWord(command.map(quoteWord).join(' '))}${names.join('')}${where}`;
}

/** What to type behind `lastword run` to mean a library of the user's again, from any folder. */
export function specWithPrefix(name: string, prefix: string): string {
  return `${quoteWord(name)} --prefix ${quoteWord(resolve(prefix))}`;
}

/** What to type to freeze it as it was frozen. */
export function specWithFreeze(spec: string, freeze: string | undefined): string {
  return freeze === undefined || freeze === 'processes' ? spec : `${spec} --freeze ${freeze}`;
}
