/** What every reporter needs to know of verdicts: their words and glyphs, which is worse, and which decide. */
import type { BaselineReport } from '../kit/core/baseline';
import { weightOf, type Conclusion } from '../kit/core/conclusion';
import type { Verdict } from '../kit/core/outcome';
import type { CaseReport, Report, TargetReport } from '../kit/core/report';

export interface VerdictWords {
  readonly word: string;
  /** Of several: `3 violate`. */
  readonly plural: string;
  /** One character that says it without colour. */
  readonly glyph: string;
  /** `bad`: somebody has to act; `open`: somebody has to look; `note`: worth knowing; `good`; `quiet`: says nothing. */
  readonly tone: 'bad' | 'open' | 'note' | 'good' | 'quiet';
  readonly meaning: string;
}

/** In words, the worst first. */
export const verdictWords: Readonly<Record<Verdict, VerdictWords>> = {
  violates: {
    word: 'violates',
    plural: 'violate',
    glyph: '✗',
    tone: 'bad',
    meaning: 'A MUST was broken: twice, or once with proof.',
  },
  'kit-fail': {
    word: 'kit-fail',
    plural: 'kit-fail',
    glyph: '☠',
    tone: 'bad',
    meaning: 'The client crashed, or never reported the end: a rule of the kit, of no RFC.',
  },
  suspect: {
    word: 'suspect',
    plural: 'suspect',
    glyph: '!',
    tone: 'open',
    meaning: 'One violation, which did not come again in as many trials once more.',
  },
  inconclusive: {
    word: 'inconclusive',
    plural: 'inconclusive',
    glyph: '?',
    tone: 'open',
    meaning: 'Nothing can be said of the client; the sentence says why.',
  },
  deviates: { word: 'deviates', plural: 'deviate', glyph: '~', tone: 'note', meaning: 'A SHOULD was not followed.' },
  observed: {
    word: 'observed',
    plural: 'observed',
    glyph: '·',
    tone: 'quiet',
    meaning: 'The standards leave it open; what was seen is told.',
  },
  'not-applicable': {
    word: 'not applicable',
    plural: 'not applicable',
    glyph: '–',
    tone: 'quiet',
    meaning: 'The client does not offer what the case needs.',
  },
  conforms: {
    word: 'conforms',
    plural: 'conform',
    glyph: '✓',
    tone: 'good',
    meaning: 'No violation in the trials that were made; a bound says what they leave possible.',
  },
};

const rank: readonly Verdict[] = [
  'violates',
  'kit-fail',
  'suspect',
  'inconclusive',
  'deviates',
  'observed',
  'not-applicable',
  'conforms',
];

/** All verdicts, the worst first. */
export const verdictsByRank = rank;

/** Negative where `a` is worse than `b`. */
export function compareVerdicts(a: Verdict, b: Verdict): number {
  return rank.indexOf(a) - rank.indexOf(b);
}

/** What a verdict asks for, `kit-fail` beside another one included; what a baseline excuses is worth knowing. */
export function toneOf(each: Pick<CaseReport, 'verdict' | 'also' | 'exception'>): VerdictWords['tone'] {
  if (each.exception !== undefined) return 'note';
  const weight = weightOf(each);
  return weight === 'fails' ? 'bad' : weight === 'unsure' ? 'open' : verdictWords[each.verdict].tone;
}

/** What a run comes to, in a sentence without its full stop. */
export function sayConclusion({ why, stale }: Conclusion): string {
  switch (why) {
    case 'convicted':
      return 'A client violates what it must do';
    case 'stale':
      return stale === 1
        ? 'An exception of the baseline excuses nothing any more: take it out'
        : `${stale} exceptions of the baseline excuse nothing any more: take them out`;
    case 'open':
      return 'Nothing was convicted, but not everything could be judged';
    case 'unjudged':
      return 'Nothing was judged that decides; plain ws: is a diagnosis, unless it is asked for';
    case 'known':
      return 'All failures are known, and excused by the baseline';
    case 'conforms':
      return 'All that was judged conforms';
    case 'quiet':
      return 'Nothing that was judged breaks a rule';
    default:
      throw new TypeError(`unknown conclusion ${String(why satisfies never)}`);
  }
}

const tones: readonly VerdictWords['tone'][] = ['bad', 'open', 'note'];

/** Whether it is something that somebody has to act on, to look at or to know; the others say nothing new. */
export function isTold(tone: VerdictWords['tone']): boolean {
  return tones.includes(tone);
}

/**
 * Negative where `a` comes first: what asks for more, and of the same the worse; `kit-fail` beside another verdict makes
 * it no better. What a baseline excuses stands behind what it does not.
 */
export function compareCases(a: CaseReport, b: CaseReport): number {
  return toneRank(a) - toneRank(b) || compareVerdicts(a.verdict, b.verdict) || b.also.length - a.also.length;
}

function toneRank(each: CaseReport): number {
  const at = tones.indexOf(toneOf(each));
  return at === -1 ? tones.length : at;
}

/** The same for verdicts of one case that say the same on several transports or parts, and can be told once. */
export function sayingKeyOf(each: CaseReport): string {
  const { id, verdict, also, lossLayer = '' } = each;
  return JSON.stringify([id, verdict, also, lossLayer, excuseOf(each)]);
}

/** `freeze/answer-fin@tls13`. */
export function keyOfCase({ id, variant }: Pick<CaseReport, 'id' | 'variant'>): string {
  return `${id}@${variant}`;
}

/** `Excused: issue 7 (https://…).`; empty for a verdict that no baseline excuses. */
export function excuseOf({ exception }: Pick<CaseReport, 'exception'>): string {
  if (exception === undefined) return '';
  return `Excused by the baseline: ${exception.reason}${exception.link === undefined ? '' : ` (${exception.link})`}`;
}

/** Exceptions of a baseline that nothing needs any more: they fail the run. */
export function staleOf({ baseline = [] }: Pick<Report, 'baseline'>): readonly BaselineReport[] {
  return baseline.filter((entry) => entry.state === 'stale');
}

/** `freeze` of `freeze/answer-fin`. */
export function familyOf(id: string): string {
  return id.split('/')[0] ?? id;
}

/** The client in one line: name, version, runtime. */
export function clientLine({ client, freeze }: Pick<TargetReport, 'client' | 'freeze'>): string {
  const words = [client.name, client.version, client.runtime].filter((each) => each !== '').join(' ');
  const notes = [client.trust ?? '', freeze === undefined ? '' : 'frozen: its main thread alone'];
  return [words, ...notes].filter((each) => each !== '').join(', ');
}

/** The sentence of a verdict without the replay command that some end in. */
export function sentenceOf({ phrase }: Pick<CaseReport, 'phrase'>): string {
  return phrase.split(' Replay: ')[0] ?? phrase;
}

/** The same without the sections of the standards at its end, where these are told beside it. */
export function bareSentenceOf(of: Pick<CaseReport, 'phrase' | 'clauses'>): string {
  const sentence = sentenceOf(of);
  const tail = ` ${of.clauses.join(', ')}.`;
  return sentence.endsWith(tail) ? sentence.slice(0, -tail.length) : sentence;
}

/** `20 lost, 4 pass`. */
export function outcomesOf({ outcomes }: Pick<CaseReport, 'outcomes'>): string {
  const counts = Object.entries(outcomes).map(([name, count]) => `${count} ${name}`);
  return counts.join(', ') || 'no trial';
}

/** In which layer a message stayed, in a sentence. */
export const lossLayers: Readonly<Record<NonNullable<CaseReport['lossLayer']>, string>> = {
  socket: 'Lost at the socket: the client never read the bytes from its kernel.',
  tls: 'Lost at the TLS layer: the same case passes without TLS.',
  decode: 'Lost in the client: the bytes were in its socket, and nothing shows that it parsed them.',
  dispatch: 'Lost at the dispatch: the client parsed the message and did not hand it over.',
};
