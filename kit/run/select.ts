/** From words on the command line to cases: profiles, globs, transports. Everything is checked before a run starts. */
import picomatch from 'picomatch';
import { catalogue, profiles } from '../cases/catalogue';
import { serverCases, serverNames } from '../cases/server';
import { transports, type Case, type Transport } from '../core/case';
import { KitError } from '../core/kit-error';
import type { Tier } from '../core/plan-trials';
import { unitsOf, type Unit } from '../run/unit';

export interface SelectionWords {
  readonly profile?: string | undefined;
  readonly case?: readonly string[] | undefined;
  readonly tier: Tier;
  readonly trials?: number | undefined;
  readonly tls?: readonly string[] | undefined;
  readonly shard?: string | undefined;
  /** The name of a real server: its case, instead of those of a profile. */
  readonly server?: string | undefined;
}

export interface Selected {
  readonly profile: string;
  readonly cases: readonly Case[];
  readonly transports: readonly Transport[];
  readonly binding: readonly Transport[];
  readonly units: readonly Unit[];
  readonly shard: { readonly index: number; readonly of: number } | undefined;
}

/** @throws {KitError} `PROFILE`, `CASE`, `TLS`, `SHARD`, `EMPTY` */
export function select(words: SelectionWords): Selected {
  const own = words.case === undefined || words.case.length === 0 ? 'smoke' : 'all';
  const profile = words.server === undefined ? (words.profile ?? own) : 'server';
  const within = words.server === undefined ? casesOfProfile(profile) : [caseOfServer(words)];
  const matchers = (words.case ?? []).map((glob) => ({ glob, matches: globMatcher(glob) }));
  const { asked, binding } = transportsOf(words.tls);
  const shard = shardOf(words.shard);
  const all = unitsOf({ cases: within, transports: asked, tier: words.tier, trials: words.trials });
  for (const { glob, matches } of matchers) {
    if (!all.some((unit) => matches(unit))) throw noMatch(glob, within, profile);
  }
  const wanted = matchers.length === 0 ? all : all.filter((unit) => matchers.some(({ matches }) => matches(unit)));
  const units = shard === undefined ? wanted : wanted.filter((_, index) => index % shard.of === shard.index - 1);
  if (units.length === 0)
    throw new KitError('EMPTY', 'nothing is left to run: this shard or choice of `--tls` holds no case');
  const cases = within.filter((kase) => units.some((unit) => unit.kase === kase));
  return { profile, cases, transports: asked, binding, units, shard };
}

/** @throws {KitError} `SERVER` */
function caseOfServer({ server, profile }: SelectionWords): Case {
  if (profile !== undefined) {
    throw new KitError('SERVER', `\`--server ${server}\` has a case of its own: leave \`--profile\` out`);
  }
  const found = serverCases.find((kase) => kase.id === `server/${server}`);
  if (found !== undefined) return found;
  throw new KitError('SERVER', `\`--server ${server}\`: there is no such server; there are ${serverNames.join(', ')}`);
}

function casesOfProfile(name: string): readonly Case[] {
  if (name === 'all') return catalogue;
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (profile === undefined) {
    throw new KitError(
      'PROFILE',
      `\`--profile ${name}\`: there is no such profile; there are ${Object.keys(profiles).join(', ')}, all`,
    );
  }
  if (profile.cases.length === 0) {
    throw new KitError(
      'PROFILE',
      `\`--profile ${name}\`: none of its ${profile.planned.length} cases is built yet; try core or smoke`,
    );
  }
  return catalogue.filter((kase) => profile.cases.includes(kase.id));
}

/** `freeze/*`, `freeze/answer-fin`, `freeze/answer-fin@tls12`, `code/none@a`, `code/none@a@tls13`. */
function globMatcher(glob: string): (unit: Unit) => boolean {
  const [id = '', ...variant] = glob.split('@');
  if (id === '')
    throw new KitError('CASE', `\`--case "${glob}"\`: expected the id of a case or a glob, such as 'freeze/*'`);
  const matchesId = picomatch(id, { nonegate: true, strictSlashes: true });
  return (unit) => {
    if (!matchesId(unit.kase.id)) return false;
    const named = new Set([
      ...unit.variant.split('@'),
      ...unit.parts.flatMap((part) => (part.name === undefined ? [] : [part.name])),
    ]);
    return variant.every((each) => named.has(each));
  };
}

function noMatch(glob: string, within: readonly Case[], profile: string): KitError {
  const id = glob.split('@')[0] ?? '';
  const known = catalogue.find((kase) => kase.id === id);
  if (known !== undefined && !within.includes(known)) {
    return new KitError(
      'CASE',
      `\`--case ${glob}\`: profile ${profile} does not have it; leave \`--profile\` out to take it from the whole catalogue`,
    );
  }
  const family = id.split('/')[0] ?? '';
  const near = catalogue.filter((kase) => kase.id.startsWith(`${family}/`)).map((kase) => kase.id);
  const families = [...new Set(catalogue.map((kase) => `${kase.id.split('/')[0]}/*`))];
  const possible = known === undefined ? (near.length > 0 ? near : families) : variantsOf(known);
  return new KitError(
    'CASE',
    `\`--case ${glob}\` matches no case; possible here: ${possible.slice(0, 12).join(', ')} (\`lastword list cases\` shows all)`,
  );
}

function variantsOf(kase: Case): readonly string[] {
  const names = kase.parts.flatMap((part) => (part.name === undefined ? [] : [part.name]));
  return [...kase.transports, ...names].map((name) => `${kase.id}@${name}`);
}

const tlsNames: Readonly<Record<string, Transport>> = { '1.2': 'tls12', '1.3': 'tls13', plain: 'plain' };

function transportsOf(words: readonly string[] | undefined): {
  asked: readonly Transport[];
  binding: readonly Transport[];
} {
  // Plain `ws:` runs beside the others to say whether a loss is the TLS layer's; it decides only where it is asked for.
  if (words === undefined || words.length === 0) return { asked: transports, binding: ['tls12', 'tls13'] };
  const asked = words
    .flatMap((word) => word.split(','))
    .map((word) => {
      const transport = tlsNames[word];
      if (transport === undefined) throw new KitError('TLS', `\`--tls ${word}\`: expected 1.2, 1.3 or plain`);
      return transport;
    });
  return { asked: transports.filter((each) => asked.includes(each)), binding: asked };
}

function shardOf(word: string | undefined): Selected['shard'] {
  if (word === undefined) return undefined;
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(word);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || of < 1 || index < 1 || index > of) {
    throw new KitError('SHARD', `\`--shard ${word}\`: expected I/N with 1 ≤ I ≤ N, such as 1/4`);
  }
  return { index, of };
}
