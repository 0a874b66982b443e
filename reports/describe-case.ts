/** A verdict in plain lines, for reporters whose form has room for text only. */
import { drawTimeline } from '../kit/core/draw-timeline';
import type { CaseReport } from '../kit/core/report';
import { timelineOfTrial } from '../kit/core/timeline';
import { trialsKey, type ReporterInput } from './reporter';
import { excuseOf, keyOfCase, lossLayers, outcomesOf, sentenceOf } from './verdicts';

/** The sentence, an instance, the layer, the clauses, the counts, the command, the evidence. */
export function describeCase(each: CaseReport): readonly string[] {
  const rows = Object.keys(each.rows).filter((row) => row !== '15');
  const [first] = each.evidence;
  const sentence = sentenceOf(each);
  return [
    sentence,
    ...(each.exception === undefined ? [] : [excuseOf(each)]),
    ...each.notes.slice(0, 1).map((note) => `For instance: ${note}.`),
    ...(each.lossLayer === undefined ? [] : [lossLayers[each.lossLayer]]),
    // Sentences of violations name them already.
    ...(sentence.includes(each.clauses.join(', ')) ? [] : [`Clauses: ${each.clauses.join(', ')}`]),
    `Trials: ${outcomesOf(each)}${rows.length === 0 ? '' : ` (row ${rows.join(', ')} of the decision table)`}`,
    ...(each.replay === '' ? [] : [`Replay: ${each.replay}`]),
    ...(first === undefined ? [] : [`Evidence: ${first.path.replace(/[^/]+$/, '')}`]),
  ];
}

/** The timeline of the first trial that shows something; undefined where none was read. */
export function drawFirstTrial({ trials }: ReporterInput, target: string, each: CaseReport): string | undefined {
  const [first] = trials.get(trialsKey(target, keyOfCase(each))) ?? [];
  return first === undefined ? undefined : drawTimeline(timelineOfTrial(first), { width: 100 });
}
