/** A failure as it is read: what happened, in one short line; the call; what was expected and received; the timeline. */
import { drawTimeline } from '../kit/core/draw-timeline';
import type { Timeline } from '../kit/core/timeline';
import { columnsOf, showText } from '../kit/core/timeline-text';
import type { Colour, MatcherContext } from './matcher-context';

export interface Failure {
  /** One line: what happened. */
  readonly headline: string;
  /** `toSettle()`, with what stands in front of it. */
  readonly call: string;
  readonly expected: string;
  readonly received: string;
  /** Whatever else is to be known, each with a label of at most 10 columns. */
  readonly fields: readonly (readonly [label: string, value: string])[];
  readonly timeline?: Timeline | undefined;
}

/** Jest and Vitest indent a message by four. */
const width = 96;
const labelColumns = 11;

const plain: Colour = (text) => text;

/** The message, coloured where the runner has colours. */
export function composeFailure(context: MatcherContext, failure: Failure): string {
  const { EXPECTED_COLOR = plain, RECEIVED_COLOR = plain, DIM_COLOR = plain } = context.utils ?? {};
  const not = context.isNot === true ? 'not: ' : '';
  const fields = [
    field('Expected', `${not}${failure.expected}`, EXPECTED_COLOR),
    field('Received', failure.received, RECEIVED_COLOR),
    ...failure.fields.map(([label, value]) => field(label, value, plain)),
  ];
  const lines = [wrap(sentence(safe(failure.headline)), width).join('\n'), '', DIM_COLOR(failure.call), '', ...fields];
  if (failure.timeline === undefined) return lines.join('\n');
  const drawn = drawTimeline(failure.timeline, { width, paint: { dim: DIM_COLOR, client: RECEIVED_COLOR } });
  return [...lines, '', drawn].join('\n');
}

/** With a capital letter where it begins with a word of ours, and not with a name or an id. */
function sentence(text: string): string {
  return text.replace(
    /^(?:an?|the|no|neither|nothing|all|it)\b/,
    (word) => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`,
  );
}

/** Whatever a target, a peer or a report from elsewhere said: it cannot break out of its place. */
function safe(text: string): string {
  return showText(text, 2000);
}

function field(label: string, value: string, colour: Colour): string {
  const [first = '', ...rest] = wrap(safe(value), width - labelColumns);
  const indent = ' '.repeat(labelColumns);
  return [`${label.padEnd(labelColumns)}${colour(first)}`, ...rest.map((line) => indent + colour(line))].join('\n');
}

/** Lines of at most so many columns, broken at spaces where there are any. */
function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ').flatMap((each) => split(each, columns))) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && columnsOf(last) + 1 + columnsOf(word) > columns) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

function split(word: string, columns: number): readonly string[] {
  if (columnsOf(word) <= columns) return [word];
  // A character takes two columns at most.
  const chars = Array.from(word);
  const half = Math.floor(columns / 2);
  return [chars.slice(0, half).join(''), ...split(chars.slice(half).join(''), columns)];
}
