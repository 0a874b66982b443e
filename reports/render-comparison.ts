/** A comparison in lines for a terminal. */
import type { Change, Comparison } from './compare';
import { paintVerdict, wrap, type Paint, type TerminalOptions } from './terminal';
import { sentenceOf } from './verdicts';

const heads: Readonly<Record<Change['kind'], string>> = {
  regression: 'Got worse, and is a regression',
  worse: 'Got worse',
  'lost-sight': 'Could be judged, and cannot any more',
  better: 'Got better',
};

const kinds = ['regression', 'worse', 'lost-sight', 'better'] as const;

/** The lines, without a line end behind the last. */
export function renderComparison(comparison: Comparison, options: TerminalOptions): string {
  const { paint } = options;
  const { changes, compared, cautions, gone, added } = comparison;
  const blocks = kinds.flatMap((kind) => {
    const these = changes.filter((each) => each.kind === kind);
    if (these.length === 0) return [];
    return [
      [`${paint.bold(heads[kind])} (${these.length})`, ...these.map((each) => renderChange(each, options))].join('\n'),
    ];
  });
  return [
    ...cautions.map((caution) => wrap(paint.yellow(`note: ${caution}`), '', options)),
    ...blocks,
    ...listOf('Only in the old report', gone, options),
    ...listOf('Only in the new report', added, options),
    conclusion(changes, compared, paint),
  ].join('\n\n');
}

function renderChange({ target, case: key, before, after, p }: Change, options: TerminalOptions): string {
  const { paint } = options;
  const head = `  ${paint.bold(key)}  ${paint.dim(target)}`;
  const verdicts = `      ${paintVerdict(before.verdict, paint)} → ${paintVerdict(after.verdict, paint)}`;
  const shares = `${share(before)} → ${share(after)} violating trials${p === undefined ? '' : `, ${showP(p)}`}`;
  return [head, `${verdicts}  ${shares}`, wrap(sentenceOf(after), '      ', options)].join('\n');
}

function share({ trials, rate }: Change['after']): string {
  const k = rate === undefined ? trials.violating : Math.round(rate.observed * trials.valid);
  return `${k} of ${trials.valid}`;
}

/** `p = 0.0040`, by Fisher's test; whether so few trials show that anything changed at all. */
function showP(p: number): string {
  if (p < 1e-4) return 'p < 0.0001';
  return p < 0.05 ? `p = ${p.toPrecision(2)}` : `p = ${p.toPrecision(2)}: chance alone explains the difference`;
}

function listOf(head: string, keys: readonly string[], options: TerminalOptions): readonly string[] {
  if (keys.length === 0) return [];
  const shown = keys.slice(0, 8).join(', ');
  return [wrap(`${head} (${keys.length}): ${shown}${keys.length > 8 ? ', …' : ''}`, '', options)];
}

function conclusion(changes: readonly Change[], compared: number, paint: Paint): string {
  const count = (kind: Change['kind']): number => changes.filter((each) => each.kind === kind).length;
  const of = `of ${compared} verdicts that both have`;
  if (compared === 0) return paint.yellow('Nothing can be compared: no verdict that decides is in both.');
  const regressions = count('regression');
  if (regressions > 0)
    return paint.red(`${regressions} ${of} ${regressions === 1 ? 'is a regression' : 'are regressions'}.`);
  if (changes.length === 0) return paint.green(`Nothing changed, ${of}.`);
  return paint.green(
    `No regression, ${of}: ${count('better')} better, ${count('worse')} worse, ${count('lost-sight')} lost sight of.`,
  );
}
