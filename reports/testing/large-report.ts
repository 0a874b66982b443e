/** A report of many clients, as a publisher has it: some violate, each with a trial to draw. */
import { caseReport, observe, report, targetReport, violated } from '../../matchers/testing/observe';
import { closed, opened } from '../../kit/core/testing/build-trial';
import type { CaseReport, EvidenceReference } from '../../kit/core/report';
import type { ReporterInput } from '../reporter';
import { trialsKey } from '../reporter';
import { keyOfCase } from '../verdicts';
import { sampleInput } from './sample';
import { strictReport } from './strict-report';

const families = ['control', 'close', 'freeze', 'record', 'missing', 'rst', 'hs', 'burst', 'frag', 'code', 'sig'];
const rate = { observed: 0.8, lower: 0.563, upper: 0.943, confidence: 0.95, method: 'clopper-pearson' } as const;

function evidence(path: string): readonly EvidenceReference[] {
  const kinds = ['pcapng', 'timeline', 'adapter-log', 'witness', 'judgement'] as const;
  return ['t1', 't2'].flatMap((trial) =>
    kinds.map((kind) => ({ kind, trial, path: `evidence/${path}/${trial}/${kind}`, bytes: 1, sha256: '0'.repeat(64) })),
  );
}

/** `clients` × `cases` × three transports; so many of ten verdicts violate. */
export function largeInput(clients: number, cases: number, badOfTen = 1): ReporterInput {
  const targets = Array.from({ length: clients }, (_, client) => {
    const all = Array.from({ length: cases }, (__, at) => at).flatMap((at) =>
      ['tls12', 'tls13', 'plain'].map((variant): CaseReport => {
        const id = `${families[at % families.length]}/case-number-${at}`;
        const isBad = (client * 7 + at) % 10 < badOfTen && variant !== 'plain';
        const replay = `lastword run client-${client} --case ${id}@${variant} --seed 0123456789ab`;
        return caseReport(
          isBad
            ? { ...violated, id, variant, rate, replay, evidence: evidence(`client-${client}/${id}@${variant}`) }
            : { id, variant, bound: 0.139, replay },
        );
      }),
    );
    const violates = all.filter((each) => each.verdict === 'violates').length;
    const summary = { ...targetReport([]).summary, conforms: all.length - violates, violates };
    return targetReport(all, { name: `client-${client}@1.${client}.0`, conformant: violates === 0, summary });
  });
  const trial = observe({ log: [opened(2), closed(13, 1006)] });
  const trials = targets.flatMap((target) =>
    target.cases
      .filter((each) => each.verdict === 'violates')
      .map((each) => [trialsKey(target.name, keyOfCase(each)), [trial]] as const),
  );
  return { ...sampleInput, report: strictReport(report(targets)), trials: new Map(trials) };
}
