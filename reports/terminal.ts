/** What a maintainer reads first: at most one screen for a run in which little is wrong. */
import type { CaseReport, Report, TargetReport } from '../kit/core/report';
import type { Verdict } from '../kit/core/outcome';

export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

export interface TerminalOptions {
  readonly paint: Paint;
  /** Columns to wrap at. */
  readonly width: number;
  /** Cases in full that are not as they should be, for each target. */
  readonly shown?: number;
}

const words: Readonly<Record<Verdict, string>> = {
  conforms: 'conforms',
  violates: 'VIOLATES',
  deviates: 'deviates',
  'kit-fail': 'KIT-FAIL',
  suspect: 'SUSPECT',
  observed: 'observed',
  inconclusive: 'INCONCLUSIVE',
  'not-applicable': 'not applicable',
};

const rank: readonly Verdict[] = [
  'violates',
  'kit-fail',
  'suspect',
  'inconclusive',
  'deviates',
  'observed',
  'not-applicable',
  'conforms',
];

/** The verdict as it stands in a line, coloured by what it means. */
export function paintVerdict(verdict: Verdict, paint: Paint): string {
  const text = words[verdict];
  if (verdict === 'violates' || verdict === 'kit-fail') return paint.red(text);
  if (verdict === 'suspect' || verdict === 'inconclusive' || verdict === 'deviates') return paint.yellow(text);
  return verdict === 'conforms' ? paint.green(text) : paint.dim(text);
}

/** The summary of a run, without a line end behind its last line. */
export function renderTerminal(report: Report, options: TerminalOptions): string {
  const blocks = report.targets.map((target) => renderTarget(report, target, options));
  return blocks.join('\n\n');
}

function renderTarget(report: Report, target: TargetReport, options: TerminalOptions): string {
  const { paint } = options;
  const { client } = target;
  const title = `${paint.bold(target.name)}  ${paint.dim([client.name, client.version, client.runtime].filter((each) => each !== '').join(' '))}`;
  if (!target.admitted) {
    return [
      title,
      wrap(
        `${paintVerdict('inconclusive', paint)}  the adapter was not admitted: ${target.refusal ?? ''}`,
        '  ',
        options,
      ),
    ].join('\n');
  }
  const binding = new Set(report.suite.binding);
  const isBinding = (each: CaseReport): boolean => binding.has(each.variant.split('@').at(-1) ?? '');
  const odd = target.cases
    .filter((each) => !['conforms', 'observed', 'not-applicable'].includes(each.verdict) || each.also.length > 0)
    .sort((a, b) => Number(isBinding(b)) - Number(isBinding(a)) || rank.indexOf(a.verdict) - rank.indexOf(b.verdict));
  const shown = odd.slice(0, options.shown ?? 12);
  const lines = [title, `  ${counts(target, paint)}`];
  for (const each of shown) lines.push('', renderCase(each, isBinding(each), options));
  if (odd.length > shown.length) lines.push('', `  and ${odd.length - shown.length} more, in report.json`);
  return lines.join('\n');
}

function counts(target: TargetReport, paint: Paint): string {
  const parts = rank.toReversed().flatMap((verdict) => {
    const count = target.summary[verdict];
    return count === 0 ? [] : [`${count} ${paintVerdict(verdict, paint)}`];
  });
  return `${target.cases.length} verdicts: ${parts.join(', ')}`;
}

function renderCase(each: CaseReport, isBinding: boolean, options: TerminalOptions): string {
  const { paint } = options;
  const also = each.also.map((verdict) => ` + ${paintVerdict(verdict, paint)}`).join('');
  const plain = isBinding ? '' : paint.dim('  (plain ws:, diagnostic)');
  const head = `  ${paintVerdict(each.verdict, paint)}${also}  ${paint.bold(`${each.id}@${each.variant}`)}  ${paint.dim(each.title)}${plain}`;
  const layer = each.lossLayer === undefined ? [] : [`Lost at: ${layers[each.lossLayer]}.`];
  const outcomes = Object.entries(each.outcomes).map(([name, count]) => `${count} ${name}`);
  const rows = Object.entries(each.rows).map(([row, count]) => `row ${row}: ${count}`);
  const details = [
    each.phrase,
    ...each.notes.slice(0, 1).map((note) => `For instance: ${note}.`),
    ...layer,
    `Trials: ${outcomes.join(', ')} (${rows.join(', ')}).`,
  ];
  return [head, ...details.map((detail) => wrap(detail, '      ', options))].join('\n');
}

const layers: Readonly<Record<NonNullable<CaseReport['lossLayer']>, string>> = {
  socket: 'the socket; the client never read the bytes from its kernel',
  tls: 'the TLS layer; the same case passes on plain ws:',
  decode: 'the TLS or WebSocket layer; the client read the bytes, or closed over them, and did not parse them',
  dispatch: 'the dispatch; the client parsed the message and did not hand it over',
};

/** Wraps at spaces; every line is indented. */
export function wrap(text: string, indent: string, options: { readonly width: number }): string {
  const room = Math.max(40, options.width) - indent.length;
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => indent + line).join('\n');
}
