/** Whether `report.json` is what the raw trials give, to the byte, with evidence that is there as it says. */
import type { CaseReport, EvidenceReference, Report } from '../../kit/core/report';
import schema from '../report.schema.json';
import type { SealedFile } from './certificate';
import { keyOfCase } from '../verdicts';
import type { Refusal } from './rules';

export interface ReportCheck {
  /** The text of `report.json`, and what was read of it. */
  readonly text: string;
  readonly report: Report;
  /** Anew from the raw trials, without evidence. */
  readonly judged: Report;
  /** All files of the folder. */
  readonly files: readonly SealedFile[];
}

const judgeAgain = '`lastword judge DIR` writes it anew; if it was not changed by hand, use the kit that made it';
const shownAtMost = 20;

/** What is wrong with a report; none: nothing is. */
export function reportRefusals({ text, report, judged, files }: ReportCheck): readonly Refusal[] {
  const expected = withEvidence(judged, report);
  const evidence = evidenceRefusals(expected, files);
  if (`${JSON.stringify(expected, null, 2)}\n` === text) return evidence;
  const differences = differencesOf(report, judged);
  const told = differences.length > 0 ? differences : ['report.json is not what the raw trials give'];
  const more = told.length > shownAtMost ? [`${told.length - shownAtMost} more verdicts differ`] : [];
  return [...told.slice(0, shownAtMost), ...more].map((why) => ({ why, remedy: judgeAgain })).concat(evidence);
}

/** The judged report with the evidence that the other one names. */
function withEvidence(judged: Report, report: Report): Report {
  return {
    ...judged,
    targets: judged.targets.map((target, at) => {
      const named = new Map(report.targets[at]?.cases.map((each) => [keyOfCase(each), each.evidence]));
      return {
        ...target,
        cases: target.cases.map((each) => ({ ...each, evidence: (named.get(keyOfCase(each)) ?? []).map(referenceOf) })),
      };
    }),
  };
}

const known: ReadonlySet<string> = new Set(
  Object.keys(schema.properties.targets.items.properties.cases.items.properties.evidence.items.properties),
);

/** Without what no report of this kit says. */
function referenceOf(reference: EvidenceReference): EvidenceReference {
  const fields = Object.entries(reference).filter(([name]) => known.has(name));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema has named what it must have
  return Object.fromEntries(fields) as unknown as EvidenceReference;
}

function evidenceRefusals(report: Report, files: readonly SealedFile[]): readonly Refusal[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const named = report.targets.flatMap((target) => target.cases.flatMap((each) => each.evidence));
  const wrong = named.filter(({ path, bytes, sha256 }) => {
    const file = byName.get(path);
    return file === undefined || file.bytes !== bytes || file.sha256 !== sha256;
  });
  const known = new Set(named.map(({ path }) => path));
  const strange = files.filter(({ name }) => name.startsWith('evidence/') && !known.has(name));
  return [
    ...wrong.map(({ path }) => ({ why: `${path} is missing, or is not as report.json says`, remedy: judgeAgain })),
    ...strange.map(({ name }) => ({ why: `${name} is no evidence that report.json names`, remedy: 'take it away' })),
  ].slice(0, shownAtMost);
}

function differencesOf(report: Report, judged: Report): readonly string[] {
  return judged.targets.flatMap((target) => {
    const said = report.targets.find((each) => each.name === target.name);
    if (said === undefined) return [`report.json says nothing of ${target.name}`];
    const cases = new Map(said.cases.map((each) => [keyOfCase(each), each]));
    return target.cases.flatMap((each) => {
      const other = cases.get(keyOfCase(each));
      if (other === undefined) return [`report.json says nothing of ${keyOfCase(each)}`];
      const [is, says] = [countsOf(each), countsOf(other)];
      return is === says ? [] : [`${keyOfCase(each)}: report.json says ${says}, the raw trials give ${is}`];
    });
  });
}

function countsOf({ verdict, also, trials }: CaseReport): string {
  const words = [verdict, ...also].join(', ');
  return `${words} (${trials.valid} of ${trials.planned} valid, ${trials.violating} violating, ${trials.inconclusive} inconclusive)`;
}
