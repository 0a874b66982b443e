/** Asks a trial, and holds the answer against what the judge says: nothing is said below what was witnessed. */
import { nameOfMessage, sizeOfMessage, describeClose, type HeardMessage } from '../kit/core/timeline';
import type { ObservedTrial, SentMessage } from '../kit/core/observation';
import type { WitnessTier } from '../kit/core/outcome';
import { quoteText, showText } from '../kit/core/timeline-text';
import { no, unknown, type Answer, type Heard, type HeardEntry, type Question } from './question';

const witnessed: ReadonlySet<WitnessTier> = new Set<WitnessTier>(['w2', 'w2+', 'w3', 'w4']);

/** Why nothing can be said of the client by this trial; undefined where something can. */
export function silenceOf({ judgement }: ObservedTrial): string | undefined {
  const { outcome, why, row, note } = judgement.main;
  if (outcome === 'inconclusive')
    return `the trial is inconclusive (${why ?? 'kit'}, row ${row}): ${showText(note, 300)}`;
  return outcome === 'not-applicable' ? `the case does not apply (row ${row}): ${showText(note, 300)}` : undefined;
}

/** What the client reported in a trial: a client that comes again begins another life with its second `open`. */
export function heardInTrial(observed: ObservedTrial): Heard {
  const { log } = observed.trial;
  const opens = log.flatMap((entry, at) => (entry.event === 'open' ? [at] : []));
  return { entries: log.slice(0, opens[1]), isOver: true, known: observed.messages ?? [], observed };
}

/** The answer of a trial: `yes`, `no` or `unknown`. */
export function askTrial(observed: ObservedTrial, question: Question): Answer {
  const silence = silenceOf(observed);
  if (silence !== undefined) return unknown(silence);
  const answer = question.ask(heardInTrial(observed));
  if (answer.answer !== 'absent') return answer;
  return whenAbsent(observed, answer);
}

function whenAbsent(observed: ObservedTrial, answer: Answer & { readonly answer: 'absent' }): Answer {
  const { judgement, messages } = observed;
  if (messages === undefined) return byWitness(observed, answer.note, judgement.witness);
  const sent = answer.message.meant(messages).filter((each) => each.timesSent > 0);
  const [first] = sent;
  // What was never sent cannot have been lost: that it did not come is plain.
  if (first === undefined) return no(`${answer.note}; the endpoint never sent it: ${listOf(messages)}`);
  return byWitness(observed, answer.note, (sent.find((each) => witnessed.has(each.witness)) ?? first).witness);
}

function byWitness({ judgement }: ObservedTrial, note: string, witness: WitnessTier): Answer {
  const tier = witness.toUpperCase();
  // A reset may flush what is queued (RFC 9293 §3.10.7.4), and some messages are owed to nobody: the judge knows.
  const excuse = [judgement.main, ...judgement.also].find(
    (each) => each.outcome === 'observed' && each.row === '13' && each.level === 'informational',
  );
  if (excuse !== undefined) return no(`${note}, which breaks no rule here: ${showText(excuse.note, 200)}`);
  if (witnessed.has(witness)) return no(`${note}, although it had reached the client (${tier})`);
  return unknown(`${note}, and nobody saw it reach the client (${tier}): that is no loss`);
}

function listOf(messages: readonly SentMessage[]): string {
  const sent = messages.filter((each) => each.timesSent > 0).map((each) => each.name);
  if (sent.length === 0) return 'it sent no message';
  const shown = sent.slice(0, 6).join(', ');
  return `it sent ${shown}${sent.length > 6 ? ` and ${sent.length - 6} more` : ''}`;
}

/** What was reported, in the order of the reports, in a few words. */
export function describeHeard({ entries, known }: Heard): string {
  const told = entries.flatMap((entry) => describeEntry(entry, known));
  if (told.length === 0) return 'nothing was reported';
  const shown = told.length <= 9 ? told : [...told.slice(0, 5), `… ${told.length - 8} more …`, ...told.slice(-3)];
  return shown.join(', ');
}

function describeEntry(entry: HeardEntry, known: readonly SentMessage[]): readonly string[] {
  switch (entry.event) {
    case 'message':
      return [describeMessage(entry, known)];
    case 'close':
      return [describeClose(entry)];
    case 'error':
      return [`error ${quoteText(entry.message, 40)}`];
    case 'open':
      return ['open'];
    case 'done':
    case 'unsupported':
      return [];
    default:
      throw new TypeError(`unknown event ${String(entry satisfies never)}`);
  }
}

/** A message by its name, or by the beginning of its text. */
export function describeMessage(message: HeardMessage, known: readonly SentMessage[]): string {
  return `${nameOfMessage(message, known)} (${sizeOfMessage(message)})`;
}
