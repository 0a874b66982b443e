/** The evidence of one trial: what a third party opens to check a verdict. Pure. */
import { drawTimeline } from '../../kit/core/draw-timeline';
import type { EvidenceFile, EvidenceRun } from '../../kit/core/evidence';
import type { ObservedTrial } from '../../kit/core/observation';
import { timelineOfTrial, titleOf } from '../../kit/core/timeline';
import { decisionRows } from '../decision-rows';
import { capturedCapture } from './captured-capture';
import { synthesiseCapture } from './synthesised-capture';

/** Makes the files of a trial. */
export function makeEvidence(observed: ObservedTrial, run: EvidenceRun): readonly EvidenceFile[] {
  return [
    ...captureOf(observed, run),
    { kind: 'timeline', name: 'timeline.txt', bytes: Buffer.from(timelineText(observed)) },
    { kind: 'adapter-log', name: 'adapter.ndjson', bytes: Buffer.from(adapterLog(observed)) },
    { kind: 'witness', name: 'witness.json', bytes: json(witness(observed)) },
    { kind: 'judgement', name: 'judgement.json', bytes: json(judgement(observed)) },
  ];
}

/** Of packets that were captured, or else of the bytes that were kept. */
function captureOf(observed: ObservedTrial, run: EvidenceRun): readonly EvidenceFile[] {
  const captured = capturedCapture(observed, run);
  if (captured !== undefined) return [{ kind: 'pcapng', name: 'captured.pcapng', bytes: captured, source: 'captured' }];
  const synthesised = synthesiseCapture(observed, run);
  if (synthesised === undefined) return [];
  const why = observed.trial.connections.find((each) => !each.held)?.packetsMissing;
  return [
    {
      kind: 'pcapng',
      name: 'synthesised.pcapng',
      bytes: synthesised,
      source: 'synthesised',
      ...(why === undefined ? {} : { why }),
    },
  ];
}

function timelineText(observed: ObservedTrial): string {
  return `${titleOf(observed.trial)}\n\n${drawTimeline(timelineOfTrial(observed), { width: 120, rows: 2000 })}\n`;
}

/** What the adapter said, a line each, and how its process ended. */
function adapterLog({ trial, hello }: ObservedTrial): string {
  const { adapter } = trial;
  const lines: readonly unknown[] = [
    ...(hello === undefined ? [] : [{ event: 'hello', ...hello }]),
    ...trial.log,
    { event: 'lastword-adapter', ...adapter },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** What the kernel said, when, and what it was asked about. */
function witness({ trial, judgement: { witness: tier }, messages }: ObservedTrial): unknown {
  return {
    tier,
    messages: (messages ?? []).map(({ data: _data, ...message }) => message),
    connections: trial.connections.map(
      ({ capture: _capture, packets: _packets, secrets: _secrets, ...connection }) => connection,
    ),
    strays: trial.strays,
    host: trial.host,
  };
}

/** What was said of the trial, and the row of the decision table that said it. */
function judgement({ trial, judgement: said, clauses }: ObservedTrial): unknown {
  const { row } = said.main;
  return {
    case: trial.case,
    part: trial.part,
    transport: trial.transport,
    trial: trial.trial,
    nonce: trial.nonce,
    row: { number: row, says: decisionRows[row] ?? '' },
    ...said,
    clauses: clauses ?? [],
  };
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
