/**
 * A report whose every word is safe to print, which is what all reporters for people start from: names, versions, reasons
 * and sentences may be a stranger's, and a terminal obeys what stands in them (ECMA-48 §5; links by OSC 8; Unicode's
 * bidirectional controls, UAX #9). What does not print is escaped and shown; a text stays in its line and is bounded.
 */
import { showText } from '../kit/core/timeline-text';
import { trialsKey, type ReporterInput } from './reporter';

/** Columns of one text, a sentence or a command. */
const mostColumns = 4000;

/** The same value, with all texts in it shown, the keys of records included. */
export function showTexts<Value>(value: Value): Value {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- texts for texts: the shape stays
  return shown(value) as Value;
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return showText(value.replaceAll(/[\r\n\t]+/g, ' '), mostColumns);
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [showText(key, 200), shown(each)]));
}

/** The input of a reporter for people; trials are found by the names that are shown. */
export function showInput({ report, trials, terminal }: ReporterInput): ReporterInput {
  const keyed = [...trials].map(([key, of]) => {
    // The name of a target may hold what stands between it and the case.
    const end = key.lastIndexOf('\0');
    return [trialsKey(showTexts(key.slice(0, end)), showTexts(key.slice(end + 1))), of] as const;
  });
  return { report: showTexts(report), trials: new Map(keyed), terminal };
}
