/** What a maintainer reads first: at most one screen for a run in which little is wrong. */
import { decides } from '../kit/core/conclusion';
import type { CaseReport, Report, TargetReport } from '../kit/core/report';
import type { Verdict } from '../kit/core/outcome';
import { groupBy } from './group-by';
import { showTexts } from './show-report';
import { clientLine, compareCases, excuseOf, lossLayers, sayingKeyOf, sentenceOf, verdictsByRank } from './verdicts';

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

/** The verdict as it stands in a line, coloured by what it means. */
export function paintVerdict(verdict: Verdict, paint: Paint): string {
  const text = words[verdict];
  if (verdict === 'violates' || verdict === 'kit-fail') return paint.red(text);
  if (verdict === 'suspect' || verdict === 'inconclusive' || verdict === 'deviates') return paint.yellow(text);
  return verdict === 'conforms' ? paint.green(text) : paint.dim(text);
}

/** The summary of a run, without a line end behind its last line. */
export function renderTerminal(raw: Report, options: TerminalOptions): string {
  const report = showTexts(raw);
  const blocks = report.targets.map((target) => renderTarget(report, target, options));
  return [...blocks, ...renderBaseline(report, options)].join('\n\n');
}

/** Known failures: how many are needed, and those that nothing needs. */
function renderBaseline({ baseline = [] }: Report, options: TerminalOptions): readonly string[] {
  if (baseline.length === 0) return [];
  const count = (state: string): number => baseline.filter((entry) => entry.state === state).length;
  const states = ['needed', 'stale', 'open', 'unused'].filter((state) => count(state) > 0);
  const head = `${options.paint.bold('baseline')}  ${states.map((state) => `${count(state)} ${state}`).join(', ')}`;
  const told = baseline.filter((entry) => entry.state !== 'unused').slice(0, options.shown ?? 8);
  const lines = told.map((entry) => {
    const state = entry.state === 'stale' ? options.paint.red('STALE') : entry.state;
    return wrap(`${state}  ${entry.case} of ${entry.target}: ${entry.reason}`, '  ', options);
  });
  return [[head, ...lines].join('\n')];
}

function renderTarget(report: Report, target: TargetReport, options: TerminalOptions): string {
  const { paint } = options;
  const title = `${paint.bold(target.name)}  ${paint.dim(clientLine(target))}`;
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
  const isBinding = (each: CaseReport): boolean => decides(report, each);
  const odd = target.cases.filter(
    (each) => !['conforms', 'observed', 'not-applicable'].includes(each.verdict) || each.also.length > 0,
  );
  const groups = grouped(odd, isBinding);
  const shown = groups.slice(0, options.shown ?? 8);
  const lines = [title, `  ${counts(target, paint)}`];
  for (const group of shown) lines.push('', renderGroup(group, options));
  if (groups.length > shown.length) {
    const rest = groups.slice(shown.length);
    const named = rest.map((group) => (group.isBinding ? group.first.id : `${group.first.id} (plain)`));
    lines.push('', wrap(`and in report.json: ${[...new Set(named)].join(', ')}`, '  ', options));
  }
  return lines.join('\n');
}

/** Verdicts that say the same of one case on several transports or parts. */
interface Group {
  readonly first: CaseReport;
  readonly all: readonly CaseReport[];
  readonly isBinding: boolean;
}

function grouped(cases: readonly CaseReport[], isBinding: (each: CaseReport) => boolean): readonly Group[] {
  return groupBy(cases, (each) => `${isBinding(each)} ${sayingKeyOf(each)}`)
    .flatMap((all) => all.slice(0, 1).map((first) => ({ first, all, isBinding: isBinding(first) })))
    .sort((a, b) => Number(b.isBinding) - Number(a.isBinding) || compareCases(a.first, b.first));
}

function counts(target: TargetReport, paint: Paint): string {
  const parts = verdictsByRank.toReversed().flatMap((verdict) => {
    const count = target.summary[verdict];
    return count === 0 ? [] : [`${count} ${paintVerdict(verdict, paint)}`];
  });
  return `${target.cases.length} verdict${target.cases.length === 1 ? '' : 's'}: ${parts.join(', ')}`;
}

function renderGroup({ first, all, isBinding }: Group, options: TerminalOptions): string {
  const { paint } = options;
  const also = first.also.map((verdict) => ` + ${paintVerdict(verdict, paint)}`).join('');
  const plain = isBinding ? '' : paint.dim('  (plain ws:, diagnostic)');
  const head = `  ${paintVerdict(first.verdict, paint)}${also}  ${paint.bold(first.id)}  ${paint.dim(first.title)}${plain}`;
  // The replay command stands on a line of its own, where it can be copied.
  const details = [
    sentenceOf(first),
    ...(first.exception === undefined ? [] : [`${excuseOf(first)}.`]),
    ...first.notes.slice(0, 1).map((note) => `For instance: ${note}.`),
    ...(first.lossLayer === undefined ? [] : [lossLayers[first.lossLayer]]),
    all.slice(0, 12).map(rateOf).join('; ') + (all.length > 12 ? `; and ${all.length - 12} more` : ''),
  ];
  const lines = details.map((detail) => wrap(detail, '      ', options));
  const isClear = first.verdict === 'inconclusive' || first.replay === '';
  return [head, ...lines, ...(isClear ? [] : [`      ${paint.dim(first.replay)}`])].join('\n');
}

/** `tls12: 20 lost (row 13)`: the outcomes of one variant, and the rows of the decision table that fired. */
function rateOf(each: CaseReport): string {
  const outcomes = Object.entries(each.outcomes).map(([name, count]) => `${count} ${name}`);
  const rows = Object.keys(each.rows).filter((row) => row !== '15');
  const why = Object.entries(each.inconclusive).map(([name, count]) => `${count} ${name}`);
  const cause = why.length === 0 ? '' : ` [${why.join(', ')}]`;
  return `${each.variant}: ${outcomes.join(', ') || 'no trial'}${cause}${rows.length === 0 ? '' : ` (row ${rows.join(', ')})`}`;
}

/** Wraps at spaces; every line is indented. */
export function wrap(text: string, indent: string, options: { readonly width: number }): string {
  const room = Math.max(40, options.width) - indent.length;
  const lines: string[] = [''];
  // A number keeps its unit, and a section its sign's number.
  for (const word of text.split(/(?<!RFC) (?![%§])/)) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => indent + line).join('\n');
}
