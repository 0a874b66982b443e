/** A client of which the losses depend on a gap, each value a verdict of its own; and one case with its values in parts. */
import { caseReport, report, targetReport, violated } from '../../matchers/testing/observe';
import type { CaseReport } from '../../kit/core/report';
import type { ReporterInput } from '../reporter';
import { sampleInput } from './sample';
import { strictReport } from './strict-report';

const gaps = ['0ms', '0.1ms', '0.5ms', '1ms', '2ms', '5ms', '10ms', '20ms', '50ms', '100ms'];
/** Violating trials of 20, by gap. */
const losses = {
  tls12: [19, 18, 17, 15, 12, 9, 4, 1, 0, 0],
  tls13: [20, 19, 18, 14, 13, 7, 3, 0, 0, 0],
  plain: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
} as const;

function gapCase(series: string, at: number, transport: keyof typeof losses): CaseReport {
  const violating = losses[transport][at] ?? 0;
  const named = {
    id: 'time/answer-to-end-gap',
    variant: `${series}-${gaps[at] ?? ''}@${transport}`,
    title: 'Gap between the answer and the end',
    class: 'S',
  };
  const trials = { planned: 20, valid: 20, violating, inconclusive: 0 };
  return violating === 0 ? caseReport({ ...named, trials }) : caseReport({ ...violated, ...named, trials });
}

const gapCases = ['fin', 'cn-fin'].flatMap((series) =>
  gaps.flatMap((_, at) => (['tls12', 'tls13', 'plain'] as const).map((transport) => gapCase(series, at, transport))),
);

const stutter = caseReport({
  ...violated,
  id: 'freeze/stutter',
  title: 'Thawed in slices',
  parts: {
    '1ms': { valid: 7, violating: 6 },
    '2ms': { valid: 7, violating: 3 },
    '5ms': { valid: 6, violating: 0 },
  },
});

export const sweepInput: ReporterInput = {
  ...sampleInput,
  report: strictReport(
    report([
      targetReport([stutter, ...gapCases], { conformant: false }),
      targetReport([caseReport()], { name: 'other' }),
    ]),
  ),
  trials: new Map(),
};
