/**
 * Workflow commands of GitHub Actions, which it shows as annotations: `::error title=…::message`. Ten of a kind are shown
 * a step, so verdicts of one case on several transports are one annotation, and the last says how many are left.
 */
import { decides } from '../kit/core/conclusion';
import type { CaseReport, TargetReport } from '../kit/core/report';
import { groupBy } from './group-by';
import type { ReporterInput } from './reporter';
import { showInput } from './show-report';
import { excuseOf, isTold, keyOfCase, sayingKeyOf, sentenceOf, staleOf, toneOf, verdictWords } from './verdicts';

type Command = 'error' | 'warning' | 'notice';

const most = 10;
const commands = { bad: 'error', open: 'warning', note: 'notice' } as const;

interface Annotation {
  readonly command: Command;
  readonly title: string;
  readonly message: string;
}

/** `--reporter github`. */
export function renderGithub(input: ReporterInput): string {
  const { report } = showInput(input);
  const all = report.targets.flatMap((target) =>
    target.admitted ? annotate(target, (each) => decides(report, each)) : [refused(target)],
  );
  const stale = staleOf(report).map(({ case: id, target, reason }): Annotation => ({
    command: 'error',
    title: `baseline: ${id} of ${target} is stale`,
    message: `Nothing needs this exception any more, take it out: ${reason}`,
  }));
  const lines = (['error', 'warning', 'notice'] as const).flatMap((command) => {
    const these = [...stale, ...all].filter((each) => each.command === command);
    const shown = these.length > most ? these.slice(0, most - 1) : these;
    const left = these.length - shown.length;
    const rest = { command, title: 'lastword', message: `${left} more of this kind: see report.json` };
    return [...shown, ...(left > 0 ? [rest] : [])].map(writeCommand);
  });
  return lines.map((line) => `${line}\n`).join('');
}

function refused(target: TargetReport): Annotation {
  const message = `No statement about the client: ${target.refusal ?? 'the adapter was not admitted'}`;
  return { command: 'warning', title: `${target.name}: not admitted`, message };
}

function annotate(target: TargetReport, isDecisive: (each: CaseReport) => boolean): readonly Annotation[] {
  const told = target.cases.filter((each) => isDecisive(each) && isTold(toneOf(each)));
  return groupBy(told, sayingKeyOf).flatMap((group) => {
    const [first] = group;
    const tone = first === undefined ? 'good' : toneOf(first);
    if (first === undefined || tone === 'good' || tone === 'quiet') return [];
    const also = first.also.map((verdict) => ` and ${verdictWords[verdict].word}`).join('');
    const title = `${target.name} ${verdictWords[first.verdict].word}${also}: ${first.id}`;
    const message = `${group.map((each) => keyOfCase(each)).join(', ')}: ${sentenceOf(first)}\n${excuseOf(first) || first.replay}`;
    return [{ command: commands[tone], title, message: message.trimEnd() }];
  });
}

function writeCommand({ command, title, message }: Annotation): string {
  return `::${command} title=${escapeProperty(title)}::${escapeData(message)}`;
}

/** What would end a command, or begin another, is escaped as the runner's own toolkit does it. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
