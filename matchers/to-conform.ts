import { weightOf } from '../kit/core/conclusion';
import { kindOf } from '../kit/core/tally';
import type { ObservedCase, ObservedTrial } from '../kit/core/observation';
import type { Verdict } from '../kit/core/outcome';
import { timelineOfTrial } from '../kit/core/timeline';
import { showText } from '../kit/core/timeline-text';
import { describeHeard, heardInTrial, silenceOf } from './ask-trial';
import { callOf, fieldsOfTrial, validTrials } from './ask';
import { checkExceptions, isExcepted, needlessOf, type Exceptions } from './exceptions';
import { composeFailure, type Failure } from './failure-message';
import { idOf, judgedCases, type JudgedCase, type JudgedCases } from './judged-cases';
import type { MatcherContext, MatcherResult } from './matcher-context';
import { misuse } from './misuse';
import { checkProfile, type ProfileCheck } from './profile-check';
import { settleWith, type Standing } from './settle';
import { showValue } from './show-value';
import { subjectOf, type Judged, type Subject } from './subject';

export interface ConformOptions {
  /**
   * Every case of this profile has to be in the run. A name is that of the run's profile; which cases it has is known
   * where the run says so (`ObservedRun.profiles`), or from a list of ids (`profiles.core.cases` of `lastword`).
   */
  readonly profile?: string | readonly string[];
  /** Cases that need not conform, each with the reason: `{ 'case/id': 'reason' }`. */
  readonly except?: Exceptions;
}

const name = 'toConform';

/**
 * The verdict is good: no MUST was broken, and no rule of the kit. Of a run or a target: every case that decides. Plain
 * `ws:` beside TLS is a diagnosis and decides nothing. What is inconclusive or suspect fails both forms.
 */
export function toConform(
  this: MatcherContext,
  received: Judged | ObservedTrial,
  options?: ConformOptions,
): MatcherResult {
  const subject = subjectOf(this, name, received, [
    'observed-trial',
    'observed-case',
    'observed-run',
    'case-report',
    'target-report',
    'report',
  ]);
  checkOptions(this, options);
  if (subject.is === 'observed-trial') {
    if (options !== undefined) throw misuse(name, 'takes no options for one trial: give its case or its run.');
    return settleWith(this, standingOfTrial(this, subject.value));
  }
  const judged = judgedCases(subject);
  const except = checkExceptions(this, options?.except, judged.cases);
  const profile = checkProfile(options?.profile, subject, judged);
  return settleWith(this, standingOfCases({ context: this, subject, judged, except, profile }));
}

function checkOptions(context: MatcherContext, options: unknown): void {
  if (options === undefined) return;
  const keys = typeof options === 'object' && options !== null ? Object.keys(options) : [];
  if (typeof options === 'object' && options !== null && keys.every((key) => key === 'profile' || key === 'except'))
    return;
  throw misuse(name, `takes \`{ profile, except }\`, and not ${showValue(context, options, 40)}.`);
}

function standingOfTrial(context: MatcherContext, observed: ObservedTrial): Standing {
  const { main, also } = observed.judgement;
  const silence = silenceOf(observed);
  const broke = [main, ...also].find((each) => ['must', 'hang', 'crash'].includes(kindOf(each)));
  const headline =
    silence === undefined
      ? showText(broke?.note ?? main.note, 200)
      : `No statement about the client: ${showText(silence, 200)}`;
  const failure: Failure = {
    headline,
    call: callOf(context, 'trial', { name, args: '' }),
    expected: 'no MUST broken, no crash, no hang',
    received: describeHeard(heardInTrial(observed)),
    fields: [['Clause', (observed.clauses ?? []).join(', ')], ...fieldsOfTrial(observed)],
    timeline: timelineOfTrial(observed),
  };
  const message = (): string => composeFailure(context, failure);
  if (silence !== undefined) return { stands: 'unknown', message };
  return { stands: broke === undefined ? 'yes' : 'no', message };
}

interface Told {
  readonly context: MatcherContext;
  readonly subject: Subject;
  readonly judged: JudgedCases;
  readonly except: Exceptions;
  readonly profile: ProfileCheck;
}

function standingOfCases(told: Told): Standing {
  const { judged, except, profile } = told;
  const needless = needlessOf(except, judged.cases);
  const asked = judged.cases.filter((each) => each.isBinding && !isExcepted(each, except));
  const bad = asked.filter(({ report }) => weightOf(report) === 'fails');
  const silent = asked.filter(({ report }) => weightOf(report) === 'unsure');
  const say = (stands: Standing['stands'], headline: string, shown: readonly JudgedCase[]): Standing => ({
    stands,
    message: () => compose(told, headline, shown),
  });
  if (needless.length > 0) {
    const ids = needless.map((id) => `${showText(id, 60)} ("${showText(except[id] ?? '', 60)}")`).join(', ');
    return say('unknown', `Needless exception, take it out of \`except\`: ${ids} conforms`, []);
  }
  if (bad.length > 0) return say('no', headlineOf(bad, asked, told), bad);
  const gap = gapOf(told, asked);
  if (gap !== undefined) return say('unknown', `No statement: ${gap}`, silent);
  if (silent.length > 0) {
    return say(
      'unknown',
      `No statement: ${countOf(silent.length, 'case')} of ${asked.length} without a clear verdict`,
      silent,
    );
  }
  if (profile.lacks !== undefined) return say('unknown', `No statement: ${profile.lacks}`, []);
  return say('yes', asked.length === 1 ? `${nameOf(asked)} conforms` : `all ${asked.length} cases conform`, []);
}

/** Why the whole says too little, whatever its cases say. */
function gapOf({ judged }: Told, asked: readonly JudgedCase[]): string | undefined {
  const [refused] = judged.refused;
  if (refused !== undefined) {
    return `the adapter of ${showText(refused.name, 60)} was not admitted: ${showText(refused.refusal ?? '', 200)}`;
  }
  if (judged.whole?.run.partial === true) return 'the run was interrupted and is not complete';
  if (judged.cases.length === 0) return 'no case was judged';
  const isWhole = judged.cases.length > 1;
  const judgedAny = asked.some(({ report }) => report.verdict !== 'not-applicable');
  return isWhole && asked.length > 0 && !judgedAny ? 'no case applies to this client' : undefined;
}

function headlineOf(bad: readonly JudgedCase[], asked: readonly JudgedCase[], told: Told): string {
  const excepted = Object.keys(told.except).length;
  const but = excepted === 0 ? '' : ` (${countOf(excepted, 'exception')})`;
  if (asked.length === 1) return `${nameOf(bad)} ${bad[0]?.report.verdict ?? ''}${but}`;
  const more = bad.length === 1 ? '' : ` and ${bad.length - 1} more`;
  const verb = bad.length === 1 ? 'does' : 'do';
  return `${bad.length} of ${countOf(asked.length, 'case')} ${verb} not conform${but}: ${nameOf(bad)}${more}`;
}

function nameOf(cases: readonly JudgedCase[]): string {
  const [first] = cases;
  return first === undefined ? 'nothing' : showText(idOf(first.report), 60);
}

function countOf(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}

function compose(told: Told, headline: string, shown: readonly JudgedCase[]): string {
  const { context, subject } = told;
  const sample = sampleOf(observedOf(subject, shown));
  return composeFailure(context, {
    headline,
    call: callOf(context, subject.is.includes('case') ? 'kase' : 'run', { name, args: '' }),
    expected: 'every verdict conforms, deviates, observed or not-applicable',
    received: receivedOf(told.judged),
    fields: [
      ...shown.slice(0, 8).flatMap(fieldsOf),
      ...(shown.length > 8 ? [['', `… ${shown.length - 8} more …`] as const] : []),
    ],
    ...(sample === undefined ? {} : { timeline: timelineOfTrial(sample) }),
  });
}

/** The case whose timeline is worth showing: the one that was asked, or the first of a run that is told of. */
function observedOf(subject: Subject, [first]: readonly JudgedCase[]): ObservedCase | undefined {
  if (subject.is === 'observed-case') return subject.value;
  if (subject.is !== 'observed-run' || first === undefined) return undefined;
  return subject.value.cases.find(
    ({ target, report }) => target === first.target && idOf(report) === idOf(first.report),
  );
}

/** The first trial that shows something; otherwise any. */
function sampleOf(observed: ObservedCase | undefined): ObservedTrial | undefined {
  if (observed === undefined) return undefined;
  return validTrials(observed).find(({ judgement }) => kindOf(judgement.main) !== 'nothing') ?? observed.trials[0];
}

function receivedOf({ cases }: JudgedCases): string {
  const counts = new Map<Verdict, number>();
  for (const { report } of cases) counts.set(report.verdict, (counts.get(report.verdict) ?? 0) + 1);
  if (cases.length === 1) return [...counts.keys()].join('');
  return [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ') || 'no verdict';
}

/** A case: what was found, where it was lost, and what runs it again. */
function fieldsOf({ report, target }: JudgedCase): readonly (readonly [string, string])[] {
  const { verdict, also, phrase, lossLayer, rows, replay, notes } = report;
  // The phrase may end in the command, which stands on a line of its own.
  const [sentence = ''] = phrase.split(' Replay: ');
  const fired = Object.entries(rows).filter(([row]) => row !== '15');
  const id = showText(`${target === '' ? '' : `${target}: `}${idOf(report)}`, 80);
  const about = [
    `${id} ${[verdict, ...also].join(' + ')}. ${showText(sentence, 500)}`,
    ...notes.slice(0, 1).map((note) => `For instance: ${showText(note, 300)}.`),
  ];
  return [
    ['Case', about.join(' ')],
    ...(report.clauses.length === 0 ? [] : [['Clause', report.clauses.join(', ')] as const]),
    ...(lossLayer === undefined ? [] : [['Lost at', layers[lossLayer]] as const]),
    ...(fired.length === 0
      ? []
      : [['Rows', fired.map(([row, n]) => `${row} (${countOf(n ?? 0, 'trial')})`).join(', ')] as const]),
    ...(replay === '' ? [] : [['Replay', showText(replay, 300)] as const]),
  ];
}

const layers: Readonly<Record<NonNullable<JudgedCase['report']['lossLayer']>, string>> = {
  socket: 'the socket: the client never read the bytes from its kernel',
  tls: 'the TLS layer: the same case passes on plain ws:',
  decode: 'the TLS or WebSocket layer: no proof that the bytes were parsed',
  dispatch: 'the dispatch: the message was parsed and not handed over',
};
