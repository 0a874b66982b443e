/**
 * The sentences of a verdict, cases.md §8.5. Their rules:
 *
 *  - nothing is said of a client below W2, and no "always" or "never" stands without its n;
 *  - an inconclusive line has no client as the subject of a failure;
 *  - a crash or a hang breaks a rule of the kit and of no standard;
 *  - an acquittal comes with its bound and with what it could not have seen.
 */
import type { InconclusiveWhy, OutcomeKind, Verdict, WitnessTier } from './outcome';
import type { TrialPlan } from './plan-trials';
import { power, zeroFailureBound, type Interval } from './statistics';
import { hasDisagreement, type Counts, type Tally } from './tally';

/** What only the caller knows. */
export interface CaseWords {
  /** Sections that the case rests on, `RFC 6455 §6.2`. */
  readonly clauses?: readonly string[];
  /** Command that runs the case again. */
  readonly replay?: string;
  /** False where the case expects no message, so that nothing can be said of answers. Default true. */
  readonly delivers?: boolean;
  /** False where no connection may open. Default true. */
  readonly opens?: boolean;
}

export interface PhraseInput {
  readonly verdict: Verdict;
  readonly also: readonly Verdict[];
  readonly tally: Tally;
  readonly plan: TrialPlan;
  readonly needsSecondBatch: boolean;
  readonly rate?: Interval & { readonly observed: number };
  readonly bound?: number;
  readonly words: CaseWords;
}

/** A verdict in words, one or a few sentences. */
export function phraseOf(input: PhraseInput): string {
  const also = input.also.map((verdict) =>
    sentenceOf(verdict, { ...input, rate: undefined, words: bare(input.words) }),
  );
  const { tally } = input;
  const left = tally.why['client-left'] ?? 0;
  const unstable =
    left > 0.1 * tally.judged
      ? `In ${left} of ${tally.judged} trials the connection ended before the stimulus: unstable client.`
      : '';
  return [sentenceOf(input.verdict, input), ...also, unstable].filter((sentence) => sentence !== '').join(' ');
}

/** What the case is, without what one sentence says for all. */
function bare({ opens }: CaseWords): CaseWords {
  return opens === undefined ? {} : { opens };
}

/**
 * A share in percent with two significant digits and a space: `5.0 %`, `80 %`, `99.7 %`, `0.93 %`. Only 0 and 1 are
 * `0 %` and `100 %`.
 */
export function formatPercent(share: number): string {
  return `${formatHundredths(share)} %`;
}

type Sentence = Omit<PhraseInput, 'rate'> & { readonly rate?: PhraseInput['rate'] | undefined };

function sentenceOf(verdict: Verdict, input: Sentence): string {
  switch (verdict) {
    case 'conforms':
      return conforms(input);
    case 'violates':
      return `${violated(input, 'must')}${tail(input)}`;
    case 'deviates':
      return `${violated(input, 'should')} The standards recommend otherwise and do not require it.${tail(input)}`;
    case 'kit-fail':
      return kitFail(input);
    case 'suspect':
      return suspect(input);
    case 'observed':
      return observed(input);
    case 'inconclusive':
      return inconclusive(input);
    case 'not-applicable':
      return notApplicable(input);
    default:
      throw new TypeError(`unknown verdict ${String(verdict satisfies never)}`);
  }
}

/** The reason is that of a trial: a feature that the client lacks, or something that this machine or run does. */
function notApplicable({ tally }: Sentence): string {
  const sample = tally.samples.find((each) => each.outcome === 'not-applicable');
  return `Not applicable: ${sample?.note ?? 'the client does not offer a feature that the case needs'}.`;
}

function conforms(input: Sentence): string {
  const { tally, bound, words } = input;
  const { valid } = tally;
  const seen =
    tally.observed === 0 ? '' : ` In ${of(tally.observed, valid)} something was observed that no rule forbids.`;
  const rest = `${seen}${uncounted(tally)}`;
  if (bound === undefined) return `Conforms in every run (${valid} of ${valid}).${rest}`;
  const most = formatPercent(bound);
  // An answer that was rightly not delivered is no delivered answer.
  const isAboutLoss = words.delivers !== false && tally.observed === 0;
  const head = isAboutLoss
    ? `0 of ${valid} witnessed answers lost; loss rate at most ${most} (95 %, exact).`
    : `0 of ${count(valid, 'trial')} broke a rule; rate at most ${most} (95 %, exact).`;
  const small = formatPercent(power(0.01, valid));
  return `${head} ${isAboutLoss ? 'Losses' : 'Faults'} of 1 % would be seen in ${small} of such runs.${eachPart(tally)}${rest}`;
}

/** The bound of the pool holds for the mean of its parts; a single part has less behind it. */
function eachPart(tally: Tally): string {
  const valid = Object.values(tally.parts).flatMap((part) => (part.valid > 0 ? [part.valid] : []));
  if (valid.length < 2) return '';
  return ` Each of the ${valid.length} parts by itself: at most ${formatPercent(zeroFailureBound(Math.min(...valid)))}.`;
}

function uncounted({ inconclusive }: Tally): string {
  return inconclusive === 0 ? '' : ` Not counted: ${count(inconclusive, 'inconclusive trial')}.`;
}

const faults: Readonly<Record<string, string>> = {
  late: 'a message was reported after the close',
  stalled: 'a message was reported after its deadline',
  reordered: 'messages were reported out of order',
  duplicated: 'a message was reported more than once',
  corrupted: 'something was reported that had not been sent like that',
  forbidden: 'a message was reported that had to be discarded',
  rejected: 'the connection was broken off because of a legal stimulus',
  misreported: 'the open or close was misreported or wrongly answered',
  'spurious-close': 'a close was reported while the connection stood',
} satisfies Partial<Record<OutcomeKind, string>>;

function faultOf(outcome: string, witness: WitnessTier | null, words: CaseWords): string {
  if (outcome === 'forbidden' && words.opens === false) {
    return 'a connection that had been refused was reported open, or a message was delivered of it';
  }
  if (outcome === 'lost') {
    return `a message that had reached the client (witness up to ${(witness ?? 'w2').toUpperCase()}) was not reported`;
  }
  return faults[outcome] ?? outcome;
}

function violated(input: Sentence, level: 'must' | 'should'): string {
  const { tally, plan, rate, words } = input;
  const { count: k, outcomes, witness } = tally[level];
  const what = mostFirst(outcomes).map(([outcome, times], _, all) => {
    return all.length === 1 ? faultOf(outcome, witness, words) : `${faultOf(outcome, witness, words)} (${times})`;
  });
  const unlike = plan.class === 'D' && hasDisagreement(tally) ? ' Runs of the same part disagree.' : '';
  return `In ${of(k, tally.valid)} ${what.join(', ')}${interval(rate)}.${byPart(input)}${unlike}`;
}

/** Where a case has parts, those that show something. */
function byPart({ tally, plan }: Sentence): string {
  const all = plan.parts.map((name) => [name, tally.parts[name] ?? { violating: 0, valid: 0 }] as const);
  const some = all.filter(([, part]) => part.violating > 0);
  if (all.length < 2 || some.length === 0) return '';
  const shown = some
    .slice(0, 5)
    .map(([name, part]) => `${name === '' ? 'unnamed' : name} ${part.violating} of ${part.valid}`);
  return ` By part: ${shown.join(', ')}${some.length > 5 ? ` and ${some.length - 5} more` : ''}.`;
}

function tail({ words }: Sentence): string {
  const clauses = words.clauses ?? [];
  const rests = clauses.length === 0 ? '' : ` ${clauses.join(', ')}.`;
  return words.replay === undefined ? rests : `${rests} Replay: \`${words.replay}\`.`;
}

function kitFail({ tally, rate, words }: Sentence): string {
  const what = [
    ...(tally.crashes > 0 ? [count(tally.crashes, 'crash', 'crashes')] : []),
    ...(tally.hangs > 0 ? [count(tally.hangs, 'hang')] : []),
  ].join(', ');
  const replay = words.replay === undefined ? '' : ` Replay: \`${words.replay}\`.`;
  const head = `In ${of(tally.failing, tally.valid)} the client crashed or did not finish in time: ${what}${interval(rate)}.`;
  return `${head} That breaks a rule of this kit and of no standard.${replay}`;
}

function suspect({ tally, needsSecondBatch, words }: Sentence): string {
  const levels = [tally.must, tally.should].filter((level) => level.count === 1);
  const seen = [
    ...levels.map((level) =>
      mostFirst(level.outcomes)
        .map(([outcome]) => faultOf(outcome, level.witness, words))
        .join(' and '),
    ),
    ...(tally.failing === 1 ? ['the client crashed or did not finish in time'] : []),
  ];
  const why = needsSecondBatch
    ? 'The second batch of trials was not completed, so this is no verdict yet.'
    : 'It was not seen again, and once is no proof.';
  return `Once in ${count(tally.valid, 'trial')}: ${seen.join('; once: ')}. ${why}`;
}

function observed({ tally }: Sentence): string {
  const passed = tally.valid - tally.observed;
  const rest = passed === 0 ? '' : ` In ${passed} all that was expected was seen.`;
  if (tally.observed === 0) return `In ${of(passed, tally.valid)} all that was expected was seen.${uncounted(tally)}`;
  return `In ${of(tally.observed, tally.valid)} something was observed that no rule forbids.${rest}${uncounted(tally)}`;
}

const causes: Readonly<Record<string, string>> = {
  kit: 'the endpoint did not do what its script declares',
  setup: 'the machine or the freeze was not as the case needs it',
  adapter: 'the adapter’s log could not be relied on',
  control: 'a control beside them showed nothing',
  path: 'something between the endpoint and the client ends TCP',
  unwitnessed: 'what was sent was not acknowledged',
  'client-left': 'the connection ended before the stimulus',
} satisfies Record<InconclusiveWhy, string>;

function inconclusive({ tally, plan }: Sentence): string {
  const head = 'No statement about the client:';
  if (tally.judged === 0) return `${head} no trial was run.`;
  const reasons = mostFirst(tally.why).map(([why, times]) => `${why}, ${causes[why] ?? ''} (${times})`);
  const empty = plan.parts.filter((name) => (tally.parts[name]?.valid ?? 0) === 0);
  const where =
    empty.length > 0 && plan.parts.length > 1 ? ` Without a valid trial: ${empty.slice(0, 5).join(', ')}.` : '';
  const told = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
  return `${head} ${tally.valid} valid of ${count(plan.total, 'planned trial')}${told}.${where}`;
}

function of(k: number, n: number): string {
  return `${k} of ${count(n, 'trial')}`;
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

function interval(rate: Sentence['rate']): string {
  if (rate === undefined) return '';
  const { observed, lower, upper } = rate;
  return ` (${formatPercent(observed)}, 95 % interval ${formatHundredths(lower)}-${formatPercent(upper)})`;
}

function mostFirst(counts: Counts<string>): readonly (readonly [string, number])[] {
  return Object.entries(counts)
    .map(([key, times]) => [key, times ?? 0] as const)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

function formatHundredths(share: number): string {
  const percent = 100 * share;
  if (share === 0 || share === 1) return String(percent);
  if (percent < 0.0001) return '< 0.0001';
  if (percent >= 99.95) return '> 99.9';
  if (percent >= 99) return percent.toFixed(1);
  return percent >= 9.95 ? percent.toFixed(0) : percent.toPrecision(2);
}
