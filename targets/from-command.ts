import { resolve } from 'node:path';
import { KitError } from '../kit/core/kit-error';
import type { Target } from '../kit/core/target';
import { commandName, specOfCommand, specWithFreeze, splitWords } from './command-words';
import { digestOfCommand } from './digest';
import { excerpt } from './excerpt';
import { programTarget, type FreezeMode } from './program';

export interface CommandOptions {
  /** The name in reports; default: the program's, or that of the script which an interpreter runs. */
  readonly name?: string;
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: that of the tests. */
  readonly cwd?: string;
  /** `main-thread`: a freeze stops the client's main thread alone, by its adapter, which has to be able to. */
  readonly freeze?: FreezeMode;
}

/**
 * A program that speaks the adapter protocol as a target: a client in any language.
 *
 * @param command the words, or one text that is split into words as a shell would; no shell runs
 * @throws {KitError} `EXEC` the text has no words or needs a shell; `PROGRAM_MISSING` there is no such program
 * @example fromCommand('python3 adapter.py --verbose', { name: 'websockets', env: { PYTHONDEVMODE: '1' } })
 */
export function fromCommand(command: string | readonly string[], options: CommandOptions = {}): Target {
  const words = wordsOf(command);
  const { env = {}, cwd, freeze } = options;
  const target = programTarget({
    name: options.name ?? commandName(words),
    command: words,
    cwd: cwd === undefined ? undefined : resolve(cwd),
    env,
    freeze,
    digest: digestOfCommand(words, {
      ...(cwd === undefined ? {} : { cwd: resolve(cwd) }),
      path: env['PATH'] ?? process.env['PATH'],
    }),
  });
  return { ...target, spec: specWithFreeze(specOfCommand(words, { env, cwd }), freeze) };
}

function wordsOf(command: unknown): readonly string[] {
  if (typeof command === 'string') return splitWords(command, '`fromCommand`');
  const isList = Array.isArray(command) && command.length > 0 && command.every((each) => typeof each === 'string');
  if (isList) return command;
  throw new KitError(
    'EXEC',
    `\`fromCommand\` expected a program and its arguments, got ${excerpt(JSON.stringify(command) ?? typeof command, 60)}; ` +
      "write `fromCommand('python3 adapter.py')` or `fromCommand(['python3', 'adapter.py'])`",
  );
}
