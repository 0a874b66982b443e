/** Tokens that stand for a case of a run: what `lastword replay` takes. */
import { KitError } from './kit-error';

/** What a replay needs: the target as typed, the case with its variant, the seed. */
export interface Replay {
  readonly spec: string;
  readonly case: string;
  readonly seed: string;
  readonly tier: 'quick' | 'standard' | 'deep';
}

const prefix = 'lw1.';

/** Begins the spec of a target that `lastword run` cannot be told of: what runs it again follows, to be filled in. */
const templated = 'template:';

/**
 * A spec of a target that only a program knows, such as a function.
 * @param template what runs a case again: `{case}` stands for its id, `{variant}` for its variant, `{seed}` for the seed
 * @example templateSpec("LASTWORD_SEED={seed} npx jest ws.test.js -t 'ws {case}'")
 */
export function templateSpec(template: string): string {
  return templated + template;
}

/** The command that runs a case again; of a target that no command can name, what its spec says instead. */
export function replayCommand(of: Omit<Replay, 'tier'> & { readonly hasSeed: boolean }): string {
  const { spec, seed, hasSeed } = of;
  if (!isTemplateSpec(spec)) return `lastword run ${spec} --case ${of.case}${hasSeed ? ` --seed ${seed}` : ''}`;
  const [id = '', ...variant] = of.case.split('@');
  const values: Readonly<Record<string, string>> = { case: id, variant: variant.join('@'), seed };
  return spec.slice(templated.length).replaceAll(/\{(case|variant|seed)\}/g, (_, name: string) => values[name] ?? '');
}

/** Whether only a program knows the target, so that no command of ours can run it again. */
export function isTemplateSpec(spec: string): boolean {
  return spec.startsWith(templated);
}

/** One word that stands for a case of a run. */
export function replayToken(replay: Replay): string {
  return (
    prefix + Buffer.from(JSON.stringify([replay.spec, replay.case, replay.seed, replay.tier])).toString('base64url')
  );
}

/** @throws {KitError} `TOKEN` */
export function readToken(token: string): Replay {
  const bad = new KitError(
    'TOKEN',
    `\`lastword replay ${token.slice(0, 40)}\`: that is no token; it begins with ${prefix} and stands in report.json beside each case`,
  );
  if (!token.startsWith(prefix)) throw bad;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token.slice(prefix.length), 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed.length !== 4 || !parsed.every((each) => typeof each === 'string')) throw bad;
    const [spec = '', kase = '', seed = '', tier = ''] = parsed;
    if (tier !== 'quick' && tier !== 'standard' && tier !== 'deep') throw bad;
    return { spec, case: kase, seed, tier };
  } catch {
    throw bad;
  }
}
