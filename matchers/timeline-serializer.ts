/**
 * Prints timelines in snapshots: what happened, without the times, sizes and nonces that differ from run to run. Each
 * lane stands by itself, since what two ends do at once has no order that would hold.
 */
import type { ObservedTrial, RecordedConnection } from '../kit/core/observation';
import { timelineOfConnection, timelineOfTrial, type Lane, type Timeline } from '../kit/core/timeline';
import type { Trial } from '../kit/core/trial';

type Drawn = Timeline | ObservedTrial | Trial | RecordedConnection;

const kinds: ReadonlySet<unknown> = new Set(['timeline', 'observed-trial', 'trial', 'recorded-connection']);
const lanes: readonly (readonly [Lane, string])[] = [
  ['endpoint', 'endpoint sent'],
  ['peer', 'client sent'],
  ['client', 'client reported'],
];
/** A nonce, a digest, or what an excerpt has left of one. */
const hex = /\b[0-9a-f]{12,}\b…?/g;

/** For `expect.addSnapshotSerializer`, which the entry points for Jest and Vitest call. */
export const timelineSerializer = {
  test(value: unknown): boolean {
    return typeof value === 'object' && value !== null && 'kind' in value && kinds.has(value.kind);
  },
  serialize(value: unknown, _config?: unknown, indentation = ''): string {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `test` has seen its kind
    return printTimeline(value as Drawn)
      .split('\n')
      .join(`\n${indentation}`);
  },
} as const;

/** A timeline as a snapshot has it. */
function printTimeline(value: Drawn): string {
  const timeline = timelineOf(value);
  const shown = lanes.filter(([lane]) => timeline.hasWire || lane === 'client');
  const blocks = shown.map(([lane, title]) => {
    const events = timeline.events.filter((event) => event.lane === lane).map((event) => event.what.replace(hex, '…'));
    return [`${title}:`, ...(events.length === 0 ? ['nothing'] : repeated(events)).map((what) => `  ${what}`)];
  });
  const freeze = timeline.freezes.length === 0 ? [] : ['frozen while the endpoint sent'];
  return ['Timeline', ...[...freeze, ...blocks.flat()].map((line) => `  ${line}`)].join('\n');
}

function timelineOf(value: Drawn): Timeline {
  switch (value.kind) {
    case 'timeline':
      return value;
    case 'observed-trial':
    case 'trial':
      return timelineOfTrial(value);
    case 'recorded-connection':
      return timelineOfConnection(value);
    default:
      throw new TypeError(`unknown timeline ${String(value satisfies never)}`);
  }
}

/** Equal ones that follow one another, once, with their number. */
function repeated(events: readonly string[]): readonly string[] {
  const runs: { readonly what: string; times: number }[] = [];
  for (const what of events) {
    const last = runs.at(-1);
    if (last?.what === what) last.times += 1;
    else runs.push({ what, times: 1 });
  }
  return runs.map(({ what, times }) => (times === 1 ? what : `${what} × ${times}`));
}
