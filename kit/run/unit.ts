/** What a run has to judge: a case on one transport, or one part of a deterministic case. */
import { transports as allTransports, type Case, type CasePart, type Transport } from '../core/case';
import { trialsPlanned, type Tier, type TrialPlan } from '../core/plan-trials';

export interface Unit {
  /** `case@variant`: stable, and what a report and a replay name. */
  readonly key: string;
  readonly kase: Case;
  /** `tls13`, or `a@tls13` where a unit is one part. */
  readonly variant: string;
  readonly transport: Transport;
  readonly parts: readonly CasePart[];
  readonly plan: TrialPlan;
  /** Mostly waits: runs beside the lanes. */
  readonly waits: boolean;
}

export interface Selection {
  readonly cases: readonly Case[];
  readonly transports: readonly Transport[];
  readonly tier: Tier;
  readonly trials?: number | undefined;
  /** Of all units, those whose index leaves this remainder. */
  readonly shard?: { readonly index: number; readonly of: number } | undefined;
  /** Keeps a unit, asked with its key. */
  readonly keep?:
    ((unit: { readonly id: string; readonly variant: string; readonly frozen: boolean }) => boolean) | undefined;
}

/** The units of a selection, in the order of the catalogue. */
export function unitsOf(selection: Selection): readonly Unit[] {
  const units = selection.cases.flatMap((kase) =>
    allTransports
      .filter((transport) => selection.transports.includes(transport) && kase.transports.includes(transport))
      .flatMap((transport) => unitsOn(kase, transport, selection)),
  );
  const kept = units.filter(
    (unit) => selection.keep?.({ id: unit.kase.id, variant: unit.variant, frozen: unit.kase.class === 'F' }) ?? true,
  );
  const { shard } = selection;
  return shard === undefined ? kept : kept.filter((_, index) => index % shard.of === shard.index - 1);
}

/** The name of a part in tallies: empty where a case has only one. */
export function partName(part: CasePart): string {
  return part.name ?? '';
}

function unitsOn(kase: Case, transport: Transport, selection: Selection): readonly Unit[] {
  const parts = kase.parts.filter((part) => part.transports?.includes(transport) ?? true);
  if (parts.length === 0) return [];
  // One verdict for all values of a sweep, with a count for each.
  const isOne = kase.class === 'F' || kase.class === 'R' || kase.class === 'S';
  const groups = isOne ? [parts] : parts.map((part) => [part]);
  return groups.map((group) => {
    const [only] = group;
    const name = isOne || only?.name === undefined ? '' : `${only.name}@`;
    const planned = trialsPlanned(kase.class, selection.tier, group.length, selection.trials);
    return {
      key: `${kase.id}@${name}${transport}`,
      kase,
      variant: `${name}${transport}`,
      transport,
      parts: group,
      plan: { ...planned, class: kase.class, parts: group.map(partName) },
      waits: group.some((part) => part.waits === true),
    };
  });
}
