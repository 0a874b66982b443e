/**
 * Draws a line of time: time and gap in ms, the wire on the left, the client's API on the right, the freeze shaded.
 *
 * What follows one another in one lane within half a millisecond is one row; a long row and a long timeline are cut in the middle,
 * and say so.
 */
import type { Lane, Timeline, TimelineEvent } from './timeline';
import { columnsOf, showText } from './timeline-text';

/** What is written how; each must not change the width of what it is given. */
export interface TimelinePaint {
  readonly dim: (text: string) => string;
  readonly client: (text: string) => string;
}

export interface DrawOptions {
  /** Columns that no line exceeds; from 60, default 96. */
  readonly width?: number;
  /** Rows at most; from 6, default 36. */
  readonly rows?: number;
  readonly paint?: TimelinePaint;
}

/** What one lane did within half a millisecond is one row: a step of a script takes about so long to be noted. */
const oneRowNs = 5e5;

/** Events of one lane that followed one another at once. */
export interface TimelineRow {
  readonly atNs: number;
  readonly lane: Lane;
  readonly events: readonly TimelineEvent[];
}

const arrows: Readonly<Record<Exclude<Lane, 'client'>, string>> = { endpoint: '→ ', peer: '← ', kernel: '· ' };
const plain: TimelinePaint = { dim: (text) => text, client: (text) => text };
/** ` 12345.6  +12345.6  `. */
const clockColumns = 20;

/** The lines of a timeline, without a line end behind the last. */
export function drawTimeline(timeline: Timeline, options: DrawOptions = {}): string {
  const { width = 96, rows = 36, paint = plain } = options;
  const room = width - clockColumns - 3;
  const wireColumns = timeline.hasWire ? Math.floor(room * 0.55) : 0;
  const layout = { timeline, wireColumns, clientColumns: timeline.hasWire ? room - wireColumns : room, paint };
  const all = rowsOf(timeline.events);
  const none = `${' '.repeat(clockColumns)}nothing was reported`;
  const lines = all.length === 0 ? [none] : all.map((row, at) => drawRow(row, all[at - 1], layout));
  return [head(layout), ...cut(lines, rows)].join('\n');
}

interface Layout {
  readonly timeline: Timeline;
  readonly wireColumns: number;
  readonly clientColumns: number;
  readonly paint: TimelinePaint;
}

function head({ timeline, wireColumns, paint }: Layout): string {
  const clock = `${'ms'.padStart(8)}  ${'gap'.padStart(8)}  `;
  const wire = timeline.hasWire
    ? `${showText('wire  → to the client  ← from it', wireColumns).padEnd(wireColumns)} │ `
    : '│ ';
  return paint.dim(`${clock}${wire}client`);
}

/** Tenths of a millisecond, as they are shown. */
function tenths(ns: number): number {
  return Math.round(ns / 1e5);
}

/** In ms, or in whole seconds where that would take too many columns. */
function showMs(value: number): string {
  return value < 999_999 ? (value / 10).toFixed(1) : `${Math.round(value / 10_000)} s`;
}

/** The events in rows, in the order of time. */
export function rowsOf(events: readonly TimelineEvent[]): readonly TimelineRow[] {
  const rows: { atNs: number; lane: Lane; events: TimelineEvent[] }[] = [];
  for (const event of events) {
    const last = rows.at(-1);
    const joins = last?.lane === event.lane && event.lane !== 'kernel' && event.atNs - last.atNs < oneRowNs;
    if (last !== undefined && joins) last.events.push(event);
    else rows.push({ atNs: event.atNs, lane: event.lane, events: [event] });
  }
  return rows;
}

function drawRow(row: TimelineRow, before: TimelineRow | undefined, layout: Layout): string {
  const { timeline, paint, wireColumns, clientColumns } = layout;
  const at = tenths(row.atNs - timeline.startNs);
  const gap = before === undefined ? 0 : at - tenths(before.atNs - timeline.startNs);
  const clock = `${showMs(at).padStart(8)}  ${(gap === 0 ? '' : `+${showMs(gap)}`).padStart(8)}  `;
  const client = row.lane === 'client' ? paint.client(joinEvents(row.events, clientColumns)) : freezeAt(row, layout);
  if (!timeline.hasWire) return `${paint.dim(clock)}│ ${client}`;
  const wire = row.lane === 'client' ? '' : arrows[row.lane] + joinEvents(row.events, wireColumns - 2);
  const padding = ' '.repeat(Math.max(0, wireColumns - columnsOf(wire)));
  return `${paint.dim(clock)}${row.lane === 'kernel' ? paint.dim(wire) : wire}${padding} │ ${client}`.trimEnd();
}

/** The client's lane while the client was frozen. */
function freezeAt(row: TimelineRow, { timeline, clientColumns, paint }: Layout): string {
  const freeze = timeline.freezes.find((each) => row.atNs >= each.fromNs && row.atNs < each.toNs);
  if (freeze === undefined) return '';
  const isFirst = row.events[0]?.what === 'client frozen';
  const text = isFirst ? ` ${freeze.isConfirmed ? 'frozen' : 'freeze not confirmed'} ` : '';
  return paint.dim(`░░░${text}${'░'.repeat(clientColumns)}`.slice(0, Math.min(clientColumns, 30)));
}

/** As many as fit, the last of them among these, and how many were left out. */
export function joinEvents(events: readonly TimelineEvent[], columns: number): string {
  const texts = events.map((event) => (event.detail === undefined ? event.what : `${event.what} (${event.detail})`));
  const whole = texts.join(', ');
  if (columnsOf(whole) <= columns) return whole;
  const bare = events.map((event) => event.what);
  // No name takes less than three columns, its comma included.
  for (let kept = Math.min(bare.length, Math.ceil(columns / 3)); kept >= 2; kept--) {
    const left = bare.length - kept;
    const shown = left === 0 ? bare : [...bare.slice(0, kept - 1), `… ${left} more …`, ...bare.slice(-1)];
    const text = shown.join(', ');
    if (columnsOf(text) <= columns) return text;
  }
  return showText(whole, columns);
}

function cut(lines: readonly string[], rows: number): readonly string[] {
  if (lines.length <= rows) return lines;
  const first = Math.ceil((rows - 1) / 2);
  const last = rows - 1 - first;
  const left = lines.length - first - last;
  return [...lines.slice(0, first), `${' '.repeat(clockColumns)}… ${left} more …`, ...lines.slice(-last)];
}
