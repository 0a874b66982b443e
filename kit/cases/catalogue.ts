/** The catalogue: every case there is, in the order of cases.md, and the profiles that choose among them. */
import type { Case } from '../core/case';
import { sha256 } from '../core/message';
import { burstCases } from './burst';
import { closeCases } from './close';
import { codeCases } from './code';
import { controlCases } from './control';
import { fragCases } from './frag';
import { freezeCases } from './freeze';
import { hsCases } from './hs';
import { largeCases } from './large';
import { loadCases } from './load';
import { missingCases } from './missing';
import { netCases } from './net';
import { pingCases } from './ping';
import { profileLists } from './profile-lists';
import { recordCases } from './record';
import { rstCases } from './rst';
import { sigCases } from './sig';
import { timeCases } from './time';
import { tls12Cases } from './tls12';

export { lintCatalogue } from './lint-catalogue';

export const catalogue: readonly Case[] = [
  ...controlCases,
  ...closeCases,
  ...freezeCases,
  ...recordCases,
  ...missingCases,
  ...rstCases,
  ...hsCases,
  ...burstCases,
  ...fragCases,
  ...largeCases,
  ...codeCases,
  ...pingCases,
  ...tls12Cases,
  ...timeCases,
  ...netCases,
  ...loadCases,
  ...sigCases,
];

const byId: ReadonlyMap<string, Case> = new Map(catalogue.map((kase) => [kase.id, kase]));

/** The case of an id such as `freeze/answer-fin`; `undefined` where the catalogue has none. */
export function findCase(id: string): Case | undefined {
  return byId.get(id);
}

export interface Profile {
  /** One sentence: who it is for. */
  readonly description: string;
  /** Ids of its cases that the catalogue has. */
  readonly cases: readonly string[];
  /** Ids that belong to it and whose cases are still to be written. */
  readonly planned: readonly string[];
}

/** The profiles by name; `cases` and `planned` together are what cases.md §6 lists. */
export const profiles: Readonly<Record<string, Profile>> = Object.fromEntries(
  Object.entries(profileLists).map(([name, { description, lists }]) => [
    name,
    { description, cases: lists.filter((id) => byId.has(id)), planned: lists.filter((id) => !byId.has(id)) },
  ]),
);

/** SHA-256 over the catalogue, lower-case hex: two runs with the same digest asked the same things. */
export function catalogueDigest(cases: readonly Case[] = catalogue): string {
  return sha256(Buffer.from(canonicalJson(cases)));
}

/** JSON with the keys of every object in the order of their code units and no white space. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
