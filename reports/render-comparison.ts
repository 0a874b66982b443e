/** A comparison in lines for a terminal. */
import type { CaseReport } from '../kit/core/report';
import type { Share } from '../kit/core/statistics';
import { changeKinds, significance, type Change, type Comparison, type Shares } from './compare';
import { showTexts } from './show-report';
import { paintVerdict, wrap, type Paint, type TerminalOptions } from './terminal';
import { sentenceOf } from './verdicts';

const heads: Readonly<Record<Change['kind'], string>> = {
  regression: 'Regression: fails and was not seen to before, or fails more often',
  'first-fails': 'Judged for the first time, and fails',
  worse: 'Worse: a SHOULD is not followed any more',
  'lost-sight': 'Was judged, and cannot be any more',
  better: 'Better: fails no longer, or less often',
  'in-sight': 'Could not be judged, and can be now',
};

/** What the trials that are counted show. */
const counted: Readonly<Record<Shares['of'], string>> = {
  violates: 'violating trials',
  'kit-fail': 'trials that crash or hang',
  deviates: 'trials that deviate',
  suspect: 'violating trials',
};

/** The lines, without a line end behind the last. */
export function renderComparison(raw: Comparison, options: TerminalOptions): string {
  const comparison = showTexts(raw);
  const { paint } = options;
  const { changes, cautions, gone, added } = comparison;
  const blocks = changeKinds.flatMap((kind) => {
    const these = changes.filter((each) => each.kind === kind);
    if (these.length === 0) return [];
    return [
      [`${paint.bold(heads[kind])} (${these.length})`, ...these.map((each) => renderChange(each, options))].join('\n'),
    ];
  });
  return [
    ...cautions.map((caution) => wrap(paint.yellow(`note: ${caution}`), '', options)),
    ...blocks,
    ...gone.map(({ keys, why }) =>
      listOf(`Was judged, and is not in the new report (${keys.length}), since ${why}`, keys, options),
    ),
    ...(added.length === 0 ? [] : [listOf(`Only in the new report (${added.length})`, added, options)]),
    conclusion(comparison, paint),
  ].join('\n\n');
}

function renderChange(change: Change, options: TerminalOptions): string {
  const { paint } = options;
  const { before, after, shares } = change;
  const head = `  ${paint.bold(change.case)}  ${paint.dim(change.target)}`;
  const was = before === undefined ? 'not in the old report' : verdictsOf(before, paint);
  const told = shares === undefined || before === undefined ? '' : `  ${tellShares(shares, change)}`;
  return [head, `      ${was} → ${verdictsOf(after, paint)}${told}`, wrap(sentenceOf(after), '      ', options)].join(
    '\n',
  );
}

function verdictsOf({ verdict, also }: CaseReport, paint: Paint): string {
  return [verdict, ...also].map((each) => paintVerdict(each, paint)).join(' + ');
}

function tellShares({ of, before, after }: Shares, { p, kind }: Change): string {
  const tell = ({ k, n }: Share): string => `${k} of ${n}`;
  const shares = `${tell(before)} → ${tell(after)} ${counted[of]}`;
  if (p === undefined) return shares;
  if (p < significance) return `${shares}, ${p < 1e-4 ? 'p < 0.0001' : `p = ${p.toPrecision(2)}`}`;
  // The verdicts are what they are; how sure it is that the client changed is another question.
  return `${shares}, p = ${p.toPrecision(2)}: so few trials may have missed it${kind === 'regression' ? ' before' : ''}`;
}

function listOf(head: string, keys: readonly string[], options: TerminalOptions): string {
  return wrap(`${head}: ${keys.slice(0, 8).join(', ')}${keys.length > 8 ? ', …' : ''}`, '', options);
}

function conclusion({ changes, compared, gone }: Comparison, paint: Paint): string {
  const count = (kind: Change['kind']): number => changes.filter((each) => each.kind === kind).length;
  const lost = gone.reduce((sum, { keys }) => sum + keys.length, 0);
  const [regressions, firsts, unseen] = [count('regression'), count('first-fails'), count('lost-sight')];
  if (compared === 0 && firsts === 0)
    return paint.yellow('Nothing can be compared: no verdict that decides is in both.');
  const of = `, of ${compared} verdicts that both have`;
  const fails = [
    ...(regressions === 0 ? [] : [`${regressions} regression${regressions === 1 ? '' : 's'}`]),
    ...(firsts === 0 ? [] : [`${firsts} failure${firsts === 1 ? '' : 's'} judged for the first time`]),
  ];
  const others: readonly (readonly [number, string])[] = [
    [count('worse'), 'worse'],
    [unseen, 'not judged any more'],
    [lost, 'not there any more'],
    [count('better'), 'better'],
    [count('in-sight'), 'judged now'],
  ];
  const rest = others.flatMap(([number, what]) => (number === 0 ? [] : [`${number} ${what}`])).join(', ');
  if (fails.length === 0 && rest === '') return paint.green(`Nothing changed${of}.`);
  const head = fails.length === 0 ? 'No regression' : fails.join(' and ');
  const said = `${head}${of}${rest === '' ? '' : `; ${rest}`}.`;
  if (fails.length > 0) return paint.red(said);
  return unseen + lost > 0 ? paint.yellow(said) : paint.green(said);
}
