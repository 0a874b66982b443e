/** A summary for a CI job's page: GitHub-flavoured Markdown, in which nothing that a target said is markup. */
import { conclusionOf, decides } from '../kit/core/conclusion';
import type { CaseReport, Report, TargetReport } from '../kit/core/report';
import { describeCase, drawFirstTrial } from './describe-case';
import { groupBy } from './group-by';
import type { ReporterInput } from './reporter';
import { showInput } from './show-report';
import {
  staleOf,
  clientLine,
  compareCases,
  isTold,
  sayConclusion,
  sayingKeyOf,
  sentenceOf,
  toneOf,
  verdictsByRank,
  verdictWords,
} from './verdicts';

/** A job's page takes a mebibyte; what is not shown stands in report.json. */
const shownGroups = 20;

/** `--reporter markdown`. */
export function renderMarkdown(raw: ReporterInput): string {
  const input = showInput(raw);
  const { report } = input;
  const parts = [
    `## lastword: ${conclusion(report)}`,
    table(report),
    ...report.targets.flatMap((target) => details(input, target)),
    ...staleOf(report).map(
      (entry) =>
        `**Stale exception**: nothing needs ${text(entry.case)} of ${text(entry.target)} any more: ${text(entry.reason)}`,
    ),
    `<sub>lastword ${text(report.suite.version)}, profile ${text(report.suite.profile)}, tier ${report.suite.tier}, ` +
      `seed ${code(report.run.seed)}, witness ${report.environment.witness}` +
      `${report.run.partial ? ', **partial: the run ended early**' : ''}</sub>`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function conclusion(report: Report): string {
  const found = conclusionOf(report);
  if (found.why === 'convicted') return `${found.fails} of ${found.decisive} verdicts violate`;
  const said = sayConclusion(found);
  return said.charAt(0).toLowerCase() + said.slice(1);
}

function table({ targets }: Report): string {
  const used = verdictsByRank.filter((verdict) => targets.some(({ summary }) => summary[verdict] > 0));
  const head = used.map((verdict) => `${verdictWords[verdict].glyph} ${verdictWords[verdict].word}`);
  const rows = targets.map((target) => {
    const name = `${text(target.name)}${target.admitted ? '' : ' (not admitted)'}`;
    const cells = used.map((verdict) => String(target.summary[verdict]));
    return `| ${[name, text(clientLine(target)), ...cells].join(' | ')} |`;
  });
  return [
    `| ${['target', 'client', ...head].join(' | ')} |`,
    `| --- | --- |${used.map(() => ' ---: |').join('')}`,
    ...rows,
  ].join('\n');
}

function details(input: ReporterInput, target: TargetReport): readonly string[] {
  if (!target.admitted) return [`**${text(target.name)}** was not admitted: ${text(target.refusal ?? '')}`];
  const { report } = input;
  const odd = target.cases.filter((each) => decides(report, each) && isTold(toneOf(each))).sort(compareCases);
  const groups = groupBy(odd, sayingKeyOf);
  const shown = groups.slice(0, shownGroups);
  const left = groups.length - shown.length;
  return [
    ...(shown.length === 0 ? [] : [`### ${text(target.name)}`]),
    ...shown.map((group) => describeGroup(input, target, group)),
    ...(left > 0 ? [`… and ${left} more, in report.json`] : []),
  ];
}

function describeGroup(input: ReporterInput, target: TargetReport, group: readonly CaseReport[]): string {
  const [first] = group;
  if (first === undefined) return '';
  const { glyph, word } = verdictWords[first.verdict];
  const on = group.map((each) => each.variant).join(', ');
  const drawn = drawFirstTrial(input, target.name, first);
  const [, ...rest] = describeCase(first);
  return [
    `<details><summary>${glyph} <b>${word}</b> ${html(first.id)} (${html(on)}): ${html(first.title)}</summary>`,
    text(sentenceOf(first)),
    rest
      .map((line) => `- ${text(line.replace(/^Replay: .*/, ''))}`)
      .filter((line) => line !== '- ')
      .join('\n'),
    ...(first.replay === '' ? [] : [fence(first.replay)]),
    ...(drawn === undefined ? [] : [fence(drawn)]),
    '</details>',
  ].join('\n\n');
}

/** CommonMark §2.4: any ASCII punctuation may be escaped by a backslash, and is then no markup; no line ends in it. */
function text(words: string): string {
  return words.replaceAll(/[!-/:-@[-`{-~]/g, (char) => (calm.has(char) ? char : `\\${char}`));
}

/** What is no markup within a line, and would only make the source hard to read. */
const calm: ReadonlySet<string> = new Set(['.', ',', ':', ';', '(', ')', '/', '-', '?', '%', "'", '"', '=']);

/** Within a tag of HTML, where Markdown is not read everywhere. */
function html(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function code(words: string): string {
  return words.includes('`') ? text(words) : `\`${words}\``;
}

/** CommonMark §4.5: a fence ends at one that is as long, so it is longer than any within. */
function fence(lines: string): string {
  const longest = Math.max(2, ...[...lines.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}text\n${lines}\n${ticks}`;
}
