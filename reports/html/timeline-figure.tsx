/** The line of time of one trial as a drawing: endpoint, wire, the client's kernel, the client's API; the freeze shaded. */
import { joinEvents, rowsOf, type TimelineRow } from '../../kit/core/draw-timeline';
import type { ObservedTrial } from '../../kit/core/observation';
import { timelineOfTrial, type Timeline } from '../../kit/core/timeline';

/** Rows that are drawn; what lies in the middle of a longer trial is left out and counted. */
const mostRows = 24;

const rowHeight = 24;
const top = 34;
const width = 760;
/** Where the lanes stand. */
const lane = { endpoint: 96, kernel: 372, client: 520 } as const;

/** Characters that fit into a lane. */
const columnsFor = { endpoint: 38, peer: 38, kernel: 20, client: 32 } as const;

/** About how many bytes the drawing takes. */
export function figureBytes(observed: ObservedTrial): number {
  return 1250 + Math.min(mostRows, rowsOf(timelineOfTrial(observed).events).length) * 260;
}

interface Drawn {
  readonly row: TimelineRow;
  readonly y: number;
  readonly words: string;
}

/** The figure, with the same told in words for those who cannot see it. */
export function TimelineFigure({ observed }: { readonly observed: ObservedTrial }) {
  const timeline = timelineOfTrial(observed);
  const rows = rowsOf(timeline.events);
  const { head, left, tail } = cut(rows);
  const shown = [...head, ...tail];
  const drawn = shown.map((row, at): Drawn => {
    const gap = left > 0 && at >= head.length ? 1 : 0;
    return { row, y: top + (at + gap + 0.5) * rowHeight, words: joinEvents(row.events, columnsFor[row.lane]) };
  });
  const height = top + (shown.length + (left > 0 ? 1 : 0)) * rowHeight + 10;
  const told = drawn.map(({ row, words }) => `${momentOf(timeline, row.atNs)} ms, ${laneNames[row.lane]}: ${words}`);
  return (
    <figure tabIndex={0} aria-label="Timeline of one trial">
      <svg
        class="t"
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label={told.join('; ')}
      >
        <Lanes height={height} />
        <Freezes timeline={timeline} drawn={drawn} />
        {drawn.map((each) => (
          <Row timeline={timeline} drawn={each} />
        ))}
        {left > 0 ? (
          <text class="m" x={lane.kernel} y={top + (head.length + 0.5) * rowHeight + 4}>
            {left} more rows
          </text>
        ) : null}
      </svg>
      <figcaption>
        One trial. Time runs down, in ms since the trial began; the endpoint is the server that lastword played. Arrows
        are what passed the wire; dots are what the client’s kernel had, and what the client’s API reported
        {timeline.freezes.length === 0 ? '' : '; shaded: the client was stopped'}.
        <span class="sideways"> The drawing goes on to the right.</span>
      </figcaption>
    </figure>
  );
}

const laneNames = { endpoint: 'endpoint', peer: 'client on the wire', kernel: 'kernel', client: 'client API' } as const;

function cut(rows: readonly TimelineRow[]) {
  if (rows.length <= mostRows) return { head: rows, left: 0, tail: [] };
  const half = mostRows / 2;
  return { head: rows.slice(0, half), left: rows.length - mostRows, tail: rows.slice(-half) };
}

function momentOf(timeline: Timeline, atNs: number): string {
  return ((atNs - timeline.startNs) / 1e6).toFixed(1);
}

function Lanes({ height }: { readonly height: number }) {
  return (
    <>
      <text class="h" x="0" y="16">
        ms
      </text>
      <text class="h" x={lane.endpoint} y="16">
        endpoint
      </text>
      <text class="h" x={(lane.endpoint + lane.kernel) / 2} y="16" text-anchor="middle">
        wire
      </text>
      <text class="h" x={lane.kernel} y="16">
        client’s kernel
      </text>
      <text class="h" x={lane.client} y="16">
        client’s API
      </text>
      <path class="l" d={`M${lane.endpoint} 24V${height}M${lane.kernel} 24V${height}M${lane.client} 24V${height}`} />
    </>
  );
}

function Freezes({ timeline, drawn }: { readonly timeline: Timeline; readonly drawn: readonly Drawn[] }) {
  return (
    <>
      {timeline.freezes.map(({ fromNs, toNs, isConfirmed }) => {
        const within = drawn.filter(({ row }) => row.atNs >= fromNs && row.atNs <= toNs);
        const [first] = within;
        const last = within.at(-1);
        if (first === undefined || last === undefined) return null;
        const y = first.y - rowHeight / 2;
        return (
          <>
            <rect class="f" x={lane.client} y={y} width={width - lane.client} height={last.y + rowHeight / 2 - y} />
            <text class="z" x={width - 6} y={first.y + 4} text-anchor="end">
              {isConfirmed ? 'frozen' : 'freeze not confirmed'}
            </text>
          </>
        );
      })}
    </>
  );
}

function Row({ timeline, drawn }: { readonly timeline: Timeline; readonly drawn: Drawn }) {
  const { row, y, words } = drawn;
  const time = (
    <text class="m" x="66" y={y + 4} text-anchor="end">
      {momentOf(timeline, row.atNs)}
    </text>
  );
  if (row.lane === 'client') {
    return (
      <>
        {time}
        <circle class="c" cx={lane.client} cy={y} r="4" />
        <text class="e" x={lane.client + 10} y={y + 4}>
          {words}
        </text>
      </>
    );
  }
  if (row.lane === 'kernel') {
    return (
      <>
        {time}
        <circle class="k" cx={lane.kernel} cy={y} r="4" />
        <text class="m" x={lane.kernel + 10} y={y + 4}>
          {words}
        </text>
      </>
    );
  }
  const isOut = row.lane === 'endpoint';
  const [from, to] = isOut ? [lane.endpoint, lane.kernel] : [lane.kernel, lane.endpoint];
  const tip = isOut ? -8 : 8;
  return (
    <>
      {time}
      <path class={isOut ? 'w' : 'v'} d={`M${from} ${y + 6}H${to}m${tip} -4l${-tip} 4l${tip} 4`} />
      <text class="e" x={(from + to) / 2} y={y + 1} text-anchor="middle">
        {words}
      </text>
    </>
  );
}
