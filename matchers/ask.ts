/** From a question to the runner's verdict, whatever was given to `expect`. */
import { sectionsOf } from '../kit/core/clauses';
import { shareNeeded } from '../kit/core/outcome';
import type { ObservedCase, ObservedTrial, RecordedConnection } from '../kit/core/observation';
import { timelineOfConnection, timelineOfTrial, titleOf } from '../kit/core/timeline';
import { showText } from '../kit/core/timeline-text';
import { askConnection, heardOnConnection } from './ask-connection';
import { askTrial, describeHeard, heardInTrial, silenceOf } from './ask-trial';
import { composeFailure, type Failure } from './failure-message';
import type { MatcherContext, MatcherResult, WaitOptions } from './matcher-context';
import { misuse } from './misuse';
import type { Answer, Question } from './question';
import { settleWith, verdictOf, type Standing } from './settle';
import { showValue } from './show-value';
import { subjectOf, type Listened } from './subject';

const defaultWithinMs = 4000;

/** Answers a question about messages or the close. */
export function ask(
  context: MatcherContext,
  received: Listened,
  question: Question,
  options: WaitOptions | undefined,
): MatcherResult {
  const withinMs = withinOf(context, question, options);
  const subject = subjectOf(context, question.name, received, [
    'recorded-connection',
    'observed-trial',
    'observed-case',
  ]);
  switch (subject.is) {
    case 'recorded-connection':
      return askLive(context, subject.value, question, withinMs);
    case 'observed-trial':
      return settleWith(context, standingOfTrial(context, subject.value, question));
    case 'observed-case':
      return settleWith(context, standingOfCase(context, subject.value, question));
    default:
      throw new TypeError(`unknown subject ${String(subject satisfies never)}`);
  }
}

function withinOf(context: MatcherContext, question: Question, options: WaitOptions | undefined): number {
  if (options === undefined) return defaultWithinMs;
  const withinMs: unknown =
    typeof options === 'object' && options !== null ? (options.withinMs ?? defaultWithinMs) : options;
  if (typeof withinMs === 'number' && withinMs > 0 && withinMs < 2 ** 31) return withinMs;
  const example = [...(question.args === '' ? [] : ['…']), '{ withinMs: 1000 }'].join(', ');
  throw misuse(
    question.name,
    `\`withinMs\` is a positive number of milliseconds, and not ${showValue(context, withinMs, 30)}. ` +
      `Write \`${question.name}(${example})\`.`,
  );
}

/** Not an `async` function: what is wrong with the call is thrown at once, on every path. */
function askLive(
  context: MatcherContext,
  connection: RecordedConnection,
  question: Question,
  withinMs: number,
): MatcherResult {
  return askConnection(context, connection, question, withinMs).then((answer) => {
    const standing = standingOf(answer, (headline) =>
      composeFailure(context, {
        headline,
        call: callOf(context, 'connection', question),
        expected: question.expected,
        received: describeHeard(heardOnConnection(connection)),
        fields: [
          ['Clause', sectionsOf(question.clauses).join(', ')],
          ['Witness', 'none: the connection was only recorded, so nobody knows what reached the client'],
          ...(connection.hadOpened
            ? [['Note', 'recorded when it was open already; what it reported before is not known'] as const]
            : []),
        ],
        timeline: timelineOfConnection(connection),
      }),
    );
    return verdictOf(context, standing);
  });
}

function standingOf(answer: Answer, compose: (headline: string) => string): Standing {
  switch (answer.answer) {
    case 'yes':
    case 'no':
      return { stands: answer.answer, message: () => compose(answer.note) };
    case 'absent':
      return { stands: 'no', message: () => compose(answer.note) };
    case 'unknown':
      return { stands: 'unknown', message: () => compose(`No statement: ${answer.note}`) };
    case 'wait':
      return { stands: 'unknown', message: () => compose('No statement: more events were needed') };
    default:
      throw new TypeError(`unknown answer ${String(answer satisfies never)}`);
  }
}

/** The call as it should have been written, with `.not` where it was. */
export function callOf(context: MatcherContext, subject: string, question: Pick<Question, 'name' | 'args'>): string {
  return `await expect(${subject})${context.isNot === true ? '.not' : ''}.${question.name}(${question.args})`;
}

function standingOfTrial(context: MatcherContext, observed: ObservedTrial, question: Question): Standing {
  const answer = askTrial(observed, question);
  return standingOf(answer, (headline) =>
    composeFailure(context, failureOfTrial(context, { observed, question, headline, subject: 'trial' })),
  );
}

function failureOfTrial(
  context: MatcherContext,
  told: {
    readonly observed: ObservedTrial;
    readonly question: Question;
    readonly headline: string;
    readonly subject: string;
  },
): Failure {
  const { observed, question, headline, subject } = told;
  return {
    headline,
    call: callOf(context, subject, question),
    expected: question.expected,
    received: describeHeard(heardInTrial(observed)),
    fields: [['Clause', sectionsOf(question.clauses).join(', ')], ...fieldsOfTrial(observed)],
    timeline: timelineOfTrial(observed),
  };
}

const tiers = {
  w0: 'W0, nothing was witnessed',
  w1: 'W1, written, and not seen to arrive',
  w2: 'W2, acknowledged by the client’s TCP',
  'w2+': 'W2+, acknowledged, and seen unread in the frozen client’s socket',
  w3: 'W3, taken from the socket by the client’s process',
  w4: 'W4, answered by the client in band',
} as const;

const layers = {
  socket: 'the socket: the client never read the bytes from its kernel',
  decode: 'the TLS or WebSocket layer: no proof that the bytes were parsed',
  dispatch: 'the dispatch: the message was parsed and not handed over',
} as const;

/** What the judge says of a trial. */
export function fieldsOfTrial({ judgement, trial }: ObservedTrial): readonly (readonly [string, string])[] {
  const { main, also, witness, layer } = judgement;
  const rest = also.map((each) => `; also ${each.outcome} (row ${each.row})`).join('');
  return [
    ['Witness', tiers[witness]],
    ...(layer === undefined ? [] : [['Lost at', layers[layer]] as const]),
    ['Judged', `${main.outcome}, row ${main.row} of the decision table: ${showText(main.note, 300)}${rest}`],
    ['Trial', titleOf(trial)],
  ];
}

/** On a case a matcher, and its negation as well, is asked of every valid trial. */
function standingOfCase(context: MatcherContext, observed: ObservedCase, question: Question): Standing {
  const isNot = context.isNot === true;
  const apply = observed.trials.filter((each) => each.judgement.main.outcome !== 'not-applicable');
  const asked = apply.map((each) => ({ observed: each, answer: askTrial(each, question) }));
  const valid = asked.filter(({ answer }) => answer.answer !== 'unknown');
  const failing = valid.filter(({ answer }) => (answer.answer === 'yes') === isNot);
  const id = showText(`${observed.report.id}@${observed.report.variant}`, 60);
  const [first] = failing;
  const compose = (headline: string, shown: ObservedTrial | undefined): string =>
    shown === undefined
      ? `${headline}\n\n${callOf(context, 'kase', question)}`
      : composeFailure(context, failureOfTrial(context, { observed: shown, question, headline, subject: 'kase' }));
  if (valid.length === 0 || valid.length < shareNeeded * apply.length || observed.report.verdict === 'inconclusive') {
    const silent = asked.find(({ answer }) => answer.answer === 'unknown');
    const why = silent === undefined ? '' : `, for instance ${noteOf(silent.answer)}`;
    const headline = `No statement about ${id}: ${valid.length} of ${apply.length} trials say anything${why}`;
    return { stands: 'unknown', message: () => compose(headline, silent?.observed ?? apply[0]) };
  }
  if (first === undefined) return { stands: isNot ? 'no' : 'yes', message: () => compose(id, undefined) };
  const headline = `In ${failing.length} of ${valid.length} trials of ${id}: ${noteOf(first.answer)}`;
  return { stands: isNot ? 'yes' : 'no', message: () => compose(headline, first.observed) };
}

function noteOf(answer: Answer): string {
  return 'note' in answer ? answer.note : '';
}

/** Trials of a case that say something of the client. */
export function validTrials({ trials }: ObservedCase): readonly ObservedTrial[] {
  return trials.filter((each) => silenceOf(each) === undefined);
}
