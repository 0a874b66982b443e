/** What a certificate for a profile has to hold: the verdicts on TLS 1.2 and 1.3, and what they ask of a client's API. */
import { profiles } from '../cases/catalogue';
import type { CasePart } from '../core/case';
import type { Tier } from '../core/plan-trials';
import { select } from './select';
import type { Unit } from './unit';

export interface ExpectedOfProfile {
  /** In the order of the catalogue. */
  readonly verdicts: readonly { readonly key: string; readonly planned: number }[];
  /** Ids of the cases behind them. */
  readonly cases: readonly string[];
  /** Ids that the profile lists and the catalogue does not have yet. */
  readonly unbuilt: readonly string[];
  /** What an API has to expose of a close, and the verdicts that ask for it. */
  readonly asserts: readonly { readonly what: string; readonly cases: readonly string[] }[];
}

/** @throws {KitError} `PROFILE` there is none of that name, or none of its cases is built */
export function expectedOf(profile: string, tier: Tier): ExpectedOfProfile {
  const { units, cases } = select({ profile, tier, tls: ['1.2', '1.3'] });
  const known = Object.hasOwn(profiles, profile) ? profiles[profile] : undefined;
  return {
    verdicts: units.map(({ key, plan }) => ({ key, planned: plan.total })),
    cases: cases.map((kase) => kase.id),
    unbuilt: known?.planned ?? [],
    asserts: Object.entries(assertions).map(([what, asserts]) => ({
      what,
      cases: units.filter((unit: Unit) => unit.parts.some(asserts)).map(({ key }) => key),
    })),
  };
}

const assertions: Readonly<Record<string, (part: CasePart) => boolean>> = {
  // RFC 6455 §7.1.5: where one of these will do, saying nothing will do.
  code: ({ expect: { close } }) => close.codes?.some((code) => code === 1005 || code === 1006) === false,
  reason: ({ expect: { close } }) => close.reason !== undefined,
  wasClean: ({ expect: { close } }) => close.clean !== undefined,
};
