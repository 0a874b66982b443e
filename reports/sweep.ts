/**
 * A case that asks the same at several values, a gap of 0, 1, 2, 5 ms, as curves: the share of violating trials against the
 * value. Pure. A value stands in the name of a part, `5ms`, and behind what else tells parts apart, `fin-5ms`; a report
 * has the parts either as variants of their own, `5ms@tls13`, or counted within one variant.
 */
import type { Rate } from '../kit/core/judge-case';
import type { CaseReport } from '../kit/core/report';
import { clopperPearson } from '../kit/core/statistics';
import { transportOf } from '../kit/core/conclusion';

export interface SweepPoint {
  /** In the unit of the sweep. */
  readonly value: number;
  readonly valid: number;
  readonly violating: number;
  /** Of the violating among the valid, with its exact 95 % interval; absent where none is valid. */
  readonly rate?: Pick<Rate, 'observed' | 'lower' | 'upper'>;
}

/** One curve. */
export interface SweepLine {
  readonly transport: string;
  /** One for each value of the sweep, in that order; undefined where it was not asked. */
  readonly points: readonly (SweepPoint | undefined)[];
}

/** Curves that belong together. */
export interface Sweep {
  /** What tells these parts from others: `fin`; empty where nothing has to. */
  readonly series: string;
  readonly unit: string;
  /** Ascending. */
  readonly values: readonly number[];
  readonly lines: readonly SweepLine[];
}

/** Fewer make no curve. */
const leastValues = 3;

/** How much of the smallest unit of its kind: time in µs, length in bytes. */
const units: Readonly<Record<string, { readonly kind: string; readonly factor: number }>> = {
  us: { kind: 'time', factor: 1 },
  ms: { kind: 'time', factor: 1000 },
  s: { kind: 'time', factor: 1_000_000 },
  B: { kind: 'length', factor: 1 },
  KiB: { kind: 'length', factor: 1024 },
  MiB: { kind: 'length', factor: 1_048_576 },
};

interface Named {
  readonly series: string;
  readonly unit: string;
  readonly value: number;
}

/** `fin-0.5ms` is 0.5 ms of the series `fin`; undefined where a name holds no value with a unit. */
export function valueIn(name: string): Named | undefined {
  const [, series = '', digits, unit] = /^(?:(.*?)-)?(\d+(?:\.\d+)?)(us|ms|s|B|KiB|MiB)$/.exec(name) ?? [];
  return digits === undefined || unit === undefined ? undefined : { series, unit, value: Number(digits) };
}

interface Counted extends Named {
  readonly transport: string;
  readonly valid: number;
  readonly violating: number;
}

/** The curves of one case of one client, from all its variants; none where it sweeps over nothing. */
export function sweepsOf(all: readonly CaseReport[]): readonly Sweep[] {
  const counted = all.flatMap(countedIn);
  const keys = [...new Set(counted.map(({ series, unit }) => `${series}\0${units[unit]?.kind ?? unit}`))];
  return keys.flatMap((key) => {
    const own = counted.filter(({ series, unit }) => `${series}\0${units[unit]?.kind ?? unit}` === key);
    const sweep = sweepOf(own);
    return sweep.values.length < leastValues ? [] : [sweep];
  });
}

function countedIn(kase: CaseReport): readonly Counted[] {
  const transport = transportOf(kase.variant);
  const own = valueIn(kase.variant.slice(0, Math.max(0, kase.variant.length - transport.length - 1)));
  if (own !== undefined) return [{ ...own, transport, ...pick(kase.trials) }];
  return Object.entries(kase.parts ?? {}).flatMap(([name, part]) => {
    const named = valueIn(name);
    return named === undefined ? [] : [{ ...named, transport, ...pick(part) }];
  });
}

const pick = ({ valid, violating }: { readonly valid: number; readonly violating: number }) => ({ valid, violating });

function sweepOf(counted: readonly Counted[]): Sweep {
  // Values may be of several, 500us and 1ms: all are told in that of most of them.
  const unit = commonUnit(counted);
  const inUnit = ({ value, unit: own }: Named): number => (value * factorOf(own)) / factorOf(unit);
  const values = [...new Set(counted.map(inUnit))].toSorted((a, b) => a - b);
  const transports = [...new Set(counted.map(({ transport }) => transport))];
  return {
    series: counted[0]?.series ?? '',
    unit,
    values,
    lines: transports.map((transport) => ({
      transport,
      points: values.map((value) => {
        const found = counted.find((each) => each.transport === transport && inUnit(each) === value);
        return found === undefined ? undefined : pointOf(value, found);
      }),
    })),
  };
}

function commonUnit(counted: readonly Counted[]): string {
  const names = counted.map(({ unit }) => unit);
  const count = (unit: string): number => names.filter((each) => each === unit).length;
  return names.reduce((best, each) => (count(each) > count(best) ? each : best), names[0] ?? '');
}

function factorOf(unit: string): number {
  return units[unit]?.factor ?? 1;
}

function pointOf(value: number, { valid, violating }: Counted): SweepPoint {
  if (valid === 0) return { value, valid, violating };
  const { lower, upper } = clopperPearson({ k: violating, n: valid });
  return { value, valid, violating, rate: { observed: violating / valid, lower, upper } };
}
