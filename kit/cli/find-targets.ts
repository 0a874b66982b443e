/** From words on the command line to targets: built-in ones, manifests, and programs of one's own. */
import { KitError } from '../core/kit-error';
import type { Target } from '../core/target';
import { findTarget, resolveTarget } from '../../targets/catalogue';
import {
  commandName,
  quoteWord,
  specOfCommand,
  specWithFreeze,
  specWithPrefix,
  splitWords,
} from '../../targets/command-words';
import { digestOfCommand } from '../../targets/digest';
import { findBrowser } from '../../targets/find-browser';
import { fromImage } from '../../targets/from-image';
import { findPrefix, prefixMissing } from '../../targets/libdatachannel/find-prefix';
import { findVendored } from '../../targets/libdatachannel/vendored-library';
import { readManifest } from '../../targets/manifest';
import { manifestTarget } from '../../targets/manifest-target';
import { programTarget, type FreezeMode } from '../../targets/program';

export interface TargetWords {
  readonly names: readonly string[];
  readonly exec?: readonly string[] | undefined;
  /** What stood behind `--`. */
  readonly command?: readonly string[] | undefined;
  readonly env?: readonly string[] | undefined;
  readonly cwd?: string | undefined;
  readonly label?: string | undefined;
  /** Where a library of the user's is installed. */
  readonly prefix?: string | undefined;
  /** Each an image, and what is to be its `CMD`. */
  readonly image?: readonly string[] | undefined;
  readonly cpus?: number | undefined;
  readonly memory?: string | undefined;
  /** The browser of the one target that is a browser. */
  readonly browserPath?: string | undefined;
  /** What a freeze stops. */
  readonly freeze?: FreezeMode | undefined;
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
 * @throws {KitError} `NO_TARGET`, `ENV`, `EXEC`, `PREFIX`, `BROWSER_PATH`, and those of the targets themselves
 */
export async function findTargets(words: TargetWords, options: FindOptions): Promise<readonly FoundTarget[]> {
  const env = envOf(words.env ?? []);
  const programs = [
    ...(words.exec ?? []).map((text) => splitWords(text)),
    ...(words.command?.length ? [words.command] : []),
  ];
  const images = imagesOf(words, env, options.signal);
  if (words.names.length === 0 && programs.length + images.length === 0) {
    throw new KitError(
      'NO_TARGET',
      'no target: name one (`lastword run ws`; `lastword list targets` shows all) or give your own (`lastword run --exec "CMD ARGS"`, `lastword run --image REF`)',
    );
  }
  checkBelongings(words, { programs: programs.length, images: images.length });
  const withPrefix = new Set(words.names.filter(needsPrefix));
  checkPrefix(words, withPrefix);
  const browsers = words.names.filter((name) => {
    const manifest = isPath(name) ? readManifest(name) : findTarget(name).manifest;
    if (manifest.browser !== undefined && words.browserPath === undefined) findBrowser(manifest, {});
    return manifest.browser !== undefined;
  });
  if (words.browserPath !== undefined && browsers.length !== 1)
    throw new KitError(
      'BROWSER_PATH',
      `\`--browser-path\` names the browser of one target: expected one browser (\`lastword run chromium\`), got ${browsers.length === 0 ? 'none' : browsers.join(' and ')}`,
    );
  const own = programs.map((command) => programOf(command, { words, env, signal: options.signal }));
  const named: FoundTarget[] = [];
  for (const name of words.names) {
    const find = isPath(name) ? manifestTarget : resolveTarget;
    const { prefix } = withPrefix.has(name) ? words : {};
    const browserPath = browsers.includes(name) ? words.browserPath : undefined;
    const where = browserPath === undefined ? '' : ` --browser-path ${quoteWord(browserPath)}`;
    const target = await find(name, {
      signal: options.signal,
      log: options.log,
      prefix,
      browserPath,
      freeze: words.freeze,
    });
    const spec = prefix === undefined ? `${quoteWord(name)}${where}` : specWithPrefix(name, prefix);
    named.push({ target, spec: specWithFreeze(spec, words.freeze) });
  }
  return uniquelyNamed([...named, ...own, ...images]);
}

/** @throws {KitError} `EXEC`, `IMAGE` an option stands there that belongs to nothing */
function checkBelongings(
  words: TargetWords,
  { programs, images }: { readonly programs: number; readonly images: number },
): void {
  if (programs === 0 && words.cwd !== undefined) {
    throw new KitError(
      'EXEC',
      '`--cwd` belongs to a program of yours: give it with `--exec "CMD ARGS"` or behind `--`; an image has its own `WORKDIR`',
    );
  }
  if (programs + images === 0 && (words.env ?? []).length > 0) {
    throw new KitError(
      'EXEC',
      '`--env` belongs to a program or an image of yours: give it with `--exec "CMD ARGS"`, behind `--`, or with `--image REF`',
    );
  }
  if (images > 0 && (words.command ?? []).length > 0) {
    throw new KitError(
      'IMAGE',
      'behind `--` stands a program of this machine: what an image is to run belongs into `--image "REF ARGS"`, and a program beside it into `--exec`',
    );
  }
  if (images > 0 && words.freeze === 'main-thread') {
    throw new KitError(
      'FREEZE',
      '`--freeze main-thread` is for clients of this machine: a container is frozen as a whole',
    );
  }
  if (images === 0 && (words.cpus !== undefined || words.memory !== undefined)) {
    throw new KitError('IMAGE', '`--cpus` and `--memory` limit a container: give its image with `--image REF`');
  }
}

/**
 * A library that the user brings; not one that is built because its version was named.
 * @throws {KitError} `TARGET_VERSION` it was, and cannot be built
 */
function needsPrefix(name: string): boolean {
  const { manifest, version } = isPath(name) ? { manifest: readManifest(name), version: undefined } : findTarget(name);
  const { install } = manifest;
  if (install === undefined || !('prefix' in install)) return false;
  if (version !== undefined) findVendored(manifest.name, version, install.crate);
  return version === undefined;
}

/** @throws {KitError} `PREFIX` it is missing, or belongs to nothing; before anything else is installed */
function checkPrefix({ prefix }: TargetWords, withPrefix: ReadonlySet<string>): void {
  const [name] = withPrefix;
  if (prefix === undefined) {
    if (name !== undefined) throw prefixMissing(name);
    return;
  }
  if (name === undefined) {
    throw new KitError(
      'PREFIX',
      '`--prefix` says where libdatachannel is installed: name it (`lastword run libdatachannel --prefix DIR`), or leave `--prefix` out',
    );
  }
  findPrefix(prefix);
}

/** @throws {KitError} `IMAGE`, `CPUS`, `MEMORY`, `EXEC` */
function imagesOf(
  words: TargetWords,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): readonly FoundTarget[] {
  return (words.image ?? []).map((text) => {
    const [reference = '', ...command] = splitWords(text, '`--image`');
    const target = fromImage(reference, {
      name: words.label,
      command: command.length === 0 ? undefined : command,
      env,
      cpus: words.cpus,
      memory: words.memory,
      signal,
    });
    return { target, spec: target.spec ?? '' };
  });
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
  const { cwd, label, freeze } = words;
  const target = programTarget({
    name: label ?? commandName(command),
    command,
    cwd,
    env,
    freeze,
    signal,
    digest: digestOfCommand(command, {
      ...(cwd === undefined ? {} : { cwd }),
      path: env['PATH'] ?? process.env['PATH'],
    }),
  });
  return { target, spec: specWithFreeze(specOfCommand(command, { env, cwd }), freeze) };
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
