/** Small pieces that all pages are made of: a verdict, a share with its interval, words of a stranger. */
import { decides, transportOf } from '../../kit/core/conclusion';
import type { CaseReport, Report } from '../../kit/core/report';
import { showText } from '../../kit/core/timeline-text';
import { groupBy } from '../group-by';
import { toneOf, verdictWords, type VerdictWords } from '../verdicts';
import { columns, on } from './model';

/** Words that may be a target's: no length breaks the page. */
export function say(words: string, most = 2000): string {
  return showText(words, most);
}

/** Class of a table cell by what a verdict asks for. */
export const toneClass: Readonly<Record<VerdictWords['tone'], string>> = {
  bad: 'b',
  open: 'o',
  note: 'n',
  good: 'g',
  quiet: 'q',
};

/** `✗ violates`: glyph and word, `kit-fail` beside it where it holds too. */
export function verdictText({ verdict, also }: Pick<CaseReport, 'verdict' | 'also'>): string {
  const words = [verdict, ...also].map((each) => `${verdictWords[each].glyph} ${verdictWords[each].word}`);
  return words.join(' ');
}

/** The cells of a case, one a transport. */
export function VerdictCells({ report, all }: { readonly report: Report; readonly all: readonly CaseReport[] }) {
  return (
    <>
      {columns.map(({ transport }) => (
        <VerdictCell report={report} all={on(all, transport)} />
      ))}
    </>
  );
}

function VerdictCell({ report, all }: { readonly report: Report; readonly all: readonly CaseReport[] }) {
  const [first, ...rest] = all;
  if (first === undefined) return <td class="q">not run</td>;
  const tone = decides(report, first) ? '' : ' p';
  const same = rest.every((each) => verdictText(each) === verdictText(first) && toneOf(each) === toneOf(first));
  if (same) return <td class={toneClass[toneOf(first)] + tone}>{verdictText(first)}</td>;
  if (all.length > mostParts) return <ManyParts all={all} tone={tone} />;
  return (
    <td class={tone}>
      {all.map((each) => (
        <div class={toneClass[toneOf(each)]}>
          {verdictText(each)} <small>{partOf(each)}</small>
        </div>
      ))}
    </td>
  );
}

/** Parts that are named one by one in a cell; of more, they are counted. */
const mostParts = 4;

function ManyParts({ all, tone }: { readonly all: readonly CaseReport[]; readonly tone: string }) {
  return (
    <td class={tone}>
      {groupBy(all, verdictText).map((group) => (
        <div class={group[0] === undefined ? '' : toneClass[toneOf(group[0])]}>
          {group[0] === undefined ? '' : verdictText(group[0])}{' '}
          <small>
            {group.length} of {all.length} parts
          </small>
        </div>
      ))}
    </td>
  );
}

/** `TLS 1.2`. */
export function transportName(transport: string): string {
  return columns.find((each) => each.transport === transport)?.name ?? say(transport, 20);
}

/** Where some verdicts are: `TLS 1.2 and TLS 1.3`, `part b on TLS 1.3`, `9 parts on TLS 1.2`. */
export function whereOf(all: readonly CaseReport[]): string {
  const places = groupBy(all, ({ variant }) => transportOf(variant)).map((group) => {
    const names = group.map(partOf).filter((name) => name !== '');
    const where = transportName(transportOf(group[0]?.variant ?? ''));
    if (names.length === 0) return where;
    if (names.length > mostParts) return `${names.length} parts on ${where}`;
    return `${names.length === 1 ? 'part' : 'parts'} ${names.join(', ')} on ${where}`;
  });
  return places.length < 3 ? places.join(' and ') : places.join(', ');
}

/** `a` of `a@tls13`. */
export function partOf({ variant }: CaseReport): string {
  const transport = transportOf(variant);
  return variant.slice(0, Math.max(0, variant.length - transport.length - 1));
}

/** The share of trials that violate, drawn from 0 to 100 % with its interval, and told in words. */
export function RateCell({ of }: { readonly of: CaseReport }) {
  const { rate, bound } = of;
  if (rate !== undefined) {
    const [from, to, at] = [rate.lower, rate.upper, rate.observed].map((each) => Math.round(each * 1000) / 10);
    return (
      <td class="r">
        <svg viewBox="0 0 100 10" aria-hidden="true">
          <path class="i" d={`M${from} 5H${to}M${from} 2V8M${to} 2V8`} />
          <circle cx={at} cy="5" r="3" />
        </svg>
        {percent(rate.observed)} ({percent(rate.lower)} to {percent(rate.upper)})
      </td>
    );
  }
  if (bound === undefined) {
    // In a few runs of a deterministic case the count says all; a bound would say less.
    return <td class="r">{of.trials.valid === 0 ? '' : `${of.trials.violating} of ${of.trials.valid}`}</td>;
  }
  return (
    <td class="r">
      <svg viewBox="0 0 100 10" aria-hidden="true">
        <path class="i" d={`M0 5H${Math.round(bound * 1000) / 10}`} />
      </svg>
      0, at most {percent(bound)}
    </td>
  );
}

/** `13.9 %`, and `80 %` where the tenth says nothing. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

/** The sections that a case rests on, each a link to its text. */
export function Clauses({ clauses }: { readonly clauses: readonly string[] }) {
  return (
    <>
      {clauses.map((clause, at) => (
        <>
          {at === 0 ? '' : ', '}
          <Clause clause={clause} />
        </>
      ))}
    </>
  );
}

function Clause({ clause }: { readonly clause: string }) {
  const [, rfc, section] = /^RFC (\d+) §([\d.]+)$/.exec(clause) ?? [];
  if (rfc === undefined || section === undefined) return <>{say(clause, 60)}</>;
  return <a href={`https://www.rfc-editor.org/rfc/rfc${rfc}#section-${section}`}>{clause.replaceAll(' ', '\u00a0')}</a>;
}
