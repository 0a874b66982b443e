/** A sweep drawn: the share of violating trials against the value, with intervals; the same in a table beside it. */
import type { CaseReport } from '../../kit/core/report';
import { sweepsOf, type Sweep, type SweepLine, type SweepPoint } from '../sweep';
import { percent, say, transportName } from './cells';

const left = 52;
const top = 12;
const plot = { width: 430, height: 150 } as const;
const bottom = 40;

/** About how many bytes the curves of a case take. */
export function sweepBytes(all: readonly CaseReport[]): number {
  return sweepsOf(all).reduce((sum, { values, lines }) => sum + 1500 + values.length * (150 + lines.length * 320), 0);
}

/** Whether there is anything to see in a sweep but zeros. */
export function hasShape(all: readonly CaseReport[]): boolean {
  return sweepsOf(all).some(({ lines }) =>
    lines.some(({ points }) => points.some((each) => (each?.violating ?? 0) > 0)),
  );
}

/** The curves of one case of one client; nothing where it sweeps over nothing. */
export function SweepFigures({ id, all }: { readonly id: string; readonly all: readonly CaseReport[] }) {
  return (
    <>
      {sweepsOf(all).map((sweep) => (
        <SweepFigure id={id} sweep={sweep} />
      ))}
    </>
  );
}

function SweepFigure({ id, sweep }: { readonly id: string; readonly sweep: Sweep }) {
  const { series, unit, lines } = sweep;
  const title = `${id}${series === '' ? '' : `, ${series}`}: violating trials by value, in ${unit}`;
  return (
    <div class="sweep">
      <figure tabIndex={0} aria-label={title}>
        <Plot sweep={sweep} title={title} />
        <figcaption>
          <b>{say(title, 200)}.</b> A point is the share of the valid trials at one value; its bar is the exact 95 %
          interval. The values are evenly spaced, whatever lies between them.
          <span class="keys">
            {lines.map(({ transport }, at) => (
              <span class={`y${at}`}>
                <svg viewBox="0 0 34 12" aria-hidden="true">
                  <path class="j" d="M1 6H33" />
                  <path class="a" d={markAt(at, 17, 6)} />
                </svg>
                {transportName(transport)}
              </span>
            ))}
          </span>
        </figcaption>
      </figure>
      <SweepTable sweep={sweep} title={title} />
    </div>
  );
}

function Plot({ sweep, title }: { readonly sweep: Sweep; readonly title: string }) {
  const { values, unit, lines } = sweep;
  return (
    <svg
      class="s"
      viewBox={`0 0 ${left + plot.width + 16} ${top + plot.height + bottom}`}
      role="img"
      aria-label={`${title}; all numbers are in the table that follows`}
    >
      {[0, 0.5, 1].map((share) => (
        <>
          <path class="l" d={`M${left} ${yOf(share)}H${left + plot.width}`} />
          <text class="m" x={left - 6} y={yOf(share) + 4} text-anchor="end">
            {percent(share)}
          </text>
        </>
      ))}
      {values.map((value, at) => (
        <text class="m" x={xOf(sweep, at)} y={top + plot.height + 18} text-anchor="middle">
          {value}
        </text>
      ))}
      <text class="m" x={left + plot.width / 2} y={top + plot.height + 35} text-anchor="middle">
        {unit}
      </text>
      {lines.map((line, nth) => (
        <Curve sweep={sweep} line={line} nth={nth} />
      ))}
    </svg>
  );
}

interface CurveInput {
  readonly sweep: Sweep;
  readonly line: SweepLine;
  /** Which of the lines: they are drawn beside each other, each with dashes and marks of its own. */
  readonly nth: number;
}

function Curve({ sweep, line, nth }: CurveInput) {
  const shift = (nth - (sweep.lines.length - 1) / 2) * 7;
  const drawn = line.points.flatMap((point, at) =>
    point?.rate === undefined ? [] : [{ ...point.rate, at, x: xOf(sweep, at) + shift }],
  );
  // A value that was not asked, or showed nothing, breaks the line.
  const steps = drawn.map(({ x, observed, at }, index) => {
    const isNext = index > 0 && drawn[index - 1]?.at === at - 1;
    return `${isNext ? 'L' : 'M'}${round(x)} ${round(yOf(observed))}`;
  });
  return (
    <g class={`y${nth}`}>
      <path class="j" d={steps.join('')} />
      <path
        class="i"
        d={drawn.map(({ x, lower, upper }) => `M${round(x)} ${round(yOf(lower))}V${round(yOf(upper))}`).join('')}
      />
      <path class="a" d={drawn.map(({ x, observed }) => markAt(nth, x, yOf(observed))).join('')} />
    </g>
  );
}

/** A circle, a square, a triangle. */
function markAt(nth: number, x: number, y: number): string {
  const [cx, cy] = [round(x), round(y)];
  if (nth % 3 === 1) return `M${cx - 4} ${cy - 4}h8v8h-8z`;
  if (nth % 3 === 2) return `M${cx} ${cy - 5}l5 9h-10z`;
  return `M${cx - 4} ${cy}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z`;
}

function xOf({ values }: Sweep, at: number): number {
  return left + ((at + 0.5) / values.length) * plot.width;
}

function yOf(share: number): number {
  return top + (1 - share) * plot.height;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function SweepTable({ sweep, title }: { readonly sweep: Sweep; readonly title: string }) {
  const { unit, values, lines } = sweep;
  return (
    <div class="wide" tabIndex={0} role="group" aria-label={`${title}, as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{unit}</th>
            {lines.map(({ transport }) => (
              <th scope="col">
                {transportName(transport)}
                <small>violating (95 % interval)</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {values.map((value, at) => (
            <tr>
              <th scope="row">{value}</th>
              {lines.map(({ points }) => (
                <td class="r">{inWords(points[at])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function whole(share: number): number {
  return Math.round(share * 100);
}

function inWords(point: SweepPoint | undefined): string {
  if (point === undefined) return 'not run';
  const { violating, valid, rate } = point;
  if (rate === undefined) return 'nothing valid';
  return `${violating} of ${valid} (${whole(rate.lower)} to ${whole(rate.upper)} %)`;
}
