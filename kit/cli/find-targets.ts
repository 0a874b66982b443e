/** From words on the command line to targets: built-in ones, manifests, and programs of one's own. */
import { KitError } from '../core/kit-error';
import type { Target } from '../core/target';
import { findTarget, resolveTarget } from '../../targets/catalogue';
import { commandName, quoteWord, specOfCommand, splitWords } from '../../targets/command-words';
import { digestOfCommand } from '../../targets/digest';
import { readManifest } from '../../targets/manifest';
import { manifestTarget } from '../../targets/manifest-target';
import { programTarget } from '../../targets/program';

export interface TargetWords {
  readonly names: readonly string[];
  readonly exec?: readonly string[] | undefined;
  /** What stood behind `--`. */
  readonly command?: readonly string[] | undefined;
  readonly env?: readonly string[] | undefined;
  readonly cwd?: string | undefined;
  readonly label?: string | undefined;
}

export interface FoundTarget {
  readonly target: Target;
  /** What to type behind `lastword run` to mean it again. */
  readonly spec: string;
}

interface FindOptions {
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/**
 * Finds all targets; looks for every one before it installs any.
 * @throws {KitError} `NO_TARGET`, `ENV`, `EXEC`, and those of the targets themselves
 */
export async function findTargets(words: TargetWords, options: FindOptions): Promise<readonly FoundTarget[]> {
  const env = envOf(words.env ?? []);
  const programs = [
    ...(words.exec ?? []).map((text) => splitWords(text)),
    ...(words.command?.length ? [words.command] : []),
  ];
  if (words.names.length === 0 && programs.length === 0) {
    throw new KitError(
      'NO_TARGET',
      'no target: name one (`lastword run ws`; `lastword list targets` shows all) or give your own (`lastword run --exec "CMD ARGS"`)',
    );
  }
  if (programs.length === 0 && (words.cwd !== undefined || Object.keys(env).length > 0)) {
    throw new KitError(
      'EXEC',
      '`--env` and `--cwd` belong to a program of yours: give it with `--exec "CMD ARGS"` or behind `--`',
    );
  }
  for (const name of words.names) {
    if (isPath(name)) readManifest(name);
    else findTarget(name);
  }
  const own = programs.map((command) => programOf(command, { words, env, signal: options.signal }));
  const named: FoundTarget[] = [];
  for (const name of words.names) {
    const find = isPath(name) ? manifestTarget : resolveTarget;
    named.push({ target: await find(name, { signal: options.signal, log: options.log }), spec: quoteWord(name) });
  }
  return uniquelyNamed([...named, ...own]);
}

/** A manifest is named by its path, a built-in target by its name. */
function isPath(name: string): boolean {
  return name.startsWith('.') || name.startsWith('/') || name.endsWith('.json');
}

function envOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals <= 0) throw new KitError('ENV', `\`--env ${pair.slice(0, 60)}\`: expected NAME=VALUE`);
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

function programOf(
  command: readonly string[],
  given: { readonly words: TargetWords; readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): FoundTarget {
  const { words, env, signal } = given;
  const { cwd, label } = words;
  const target = programTarget({
    name: label ?? commandName(command),
    command,
    cwd,
    env,
    signal,
    digest: digestOfCommand(command, {
      ...(cwd === undefined ? {} : { cwd }),
      path: env['PATH'] ?? process.env['PATH'],
    }),
  });
  return { target, spec: specOfCommand(command, { env, cwd }) };
}

function uniquelyNamed(found: readonly FoundTarget[]): readonly FoundTarget[] {
  const names = new Set<string>();
  for (const { target } of found) {
    if (names.has(target.name))
      throw new KitError(
        'TARGET_TWICE',
        `\`${target.name}\` is named twice: run it once, or in two runs with a \`--label\` each`,
      );
    names.add(target.name);
  }
  return found;
}
