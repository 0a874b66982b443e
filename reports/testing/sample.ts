/** A small report of everything that a reporter has to cope with, hostile words among it. */
import { opened, closed } from '../../kit/core/testing/build-trial';
import { caseReport, observe, report, targetReport, violated } from '../../matchers/testing/observe';
import type { Report } from '../../kit/core/report';
import { trialsKey, type ReporterInput } from '../reporter';
import { strictReport } from './strict-report';

/** What no reporter may let through as markup, command or control. */
export const hostile =
  '<script>alert(1)</script> "\'&]]>|`![x](javascript:1) ::error::x\n::warning title=a,b:c::100 %\r\u001b[31m\u0000\u202e' +
  '\u001b]8;;https://evil.example\u0007link\u001b]8;;\u001b\\\u009b2J\u2066\u200b\u2028\u007f';

const sixteenOfTwenty = {
  observed: 0.8,
  lower: 0.563,
  upper: 0.943,
  confidence: 0.95,
  method: 'clopper-pearson',
} as const;

const evil = { name: hostile, version: hostile, runtime: hostile, platform: hostile };

/** Two clients: one convicted, one that calls itself something evil; and one that was refused. */
export const sampleReport: Report = strictReport(
  report([
    targetReport(
      [
        caseReport({ ...violated, rate: sixteenOfTwenty, evidence: [] }),
        caseReport({ id: 'control/answer-then-linger', class: 'D', bound: 0.139 }),
        caseReport({ variant: 'plain', verdict: 'violates' }),
        caseReport({ id: 'rst/late', verdict: 'inconclusive', phrase: 'No statement about the client: it left.' }),
        caseReport({ id: 'sig/ack', verdict: 'not-applicable', phrase: 'The client does not offer react-send.' }),
        caseReport({ id: 'close/nothing', verdict: 'deviates', also: [], phrase: 'A SHOULD was not followed.' }),
      ],
      {
        conformant: false,
        summary: {
          conforms: 1,
          violates: 2,
          deviates: 1,
          'kit-fail': 0,
          suspect: 0,
          observed: 0,
          inconclusive: 1,
          'not-applicable': 1,
        },
      },
    ),
    targetReport([caseReport({ ...violated, phrase: hostile, notes: [hostile], replay: hostile, title: hostile })], {
      name: hostile,
      client: evil,
      summary: { ...targetReport([]).summary, violates: 1 },
    }),
    targetReport([], { name: 'refused', admitted: false, conformant: false, refusal: hostile }),
  ]),
);

/** The sample as a reporter gets it, with a trial of the first verdict. */
export const sampleInput: ReporterInput = {
  report: sampleReport,
  trials: new Map([
    [trialsKey('ws', 'freeze/answer-fin@tls13'), [observe({ log: [opened(2), closed(13, 1006)] })]],
    [trialsKey(hostile, 'freeze/answer-fin@tls13'), [observe({ log: [opened(2)], trial: { target: hostile } })]],
  ]),
  terminal: {
    width: 100,
    paint: {
      bold: (text) => text,
      dim: (text) => text,
      red: (text) => text,
      green: (text) => text,
      yellow: (text) => text,
    },
  },
};
