/** What was given to `expect`, told apart by its shape; and what to write where it is nothing that a matcher takes. */
import type { ObservedCase, ObservedRun, ObservedTrial, RecordedConnection } from '../kit/core/observation';
import type { CaseReport, Report, TargetReport } from '../kit/core/report';
import type { MatcherContext } from './matcher-context';
import { misuse } from './misuse';
import { showValue } from './show-value';

/** What the matchers about messages and the close take. */
export type Listened = RecordedConnection | ObservedTrial | ObservedCase;

/** What the matchers about a verdict take. */
export type Judged = ObservedCase | ObservedRun | CaseReport | TargetReport | Report;

export type Subject =
  | { readonly is: 'recorded-connection'; readonly value: RecordedConnection }
  | { readonly is: 'observed-trial'; readonly value: ObservedTrial }
  | { readonly is: 'observed-case'; readonly value: ObservedCase }
  | { readonly is: 'observed-run'; readonly value: ObservedRun }
  | { readonly is: 'case-report'; readonly value: CaseReport }
  | { readonly is: 'target-report'; readonly value: TargetReport }
  | { readonly is: 'report'; readonly value: Report };

export type SubjectKind = Subject['is'];

const words: Readonly<Record<SubjectKind, string>> = {
  'recorded-connection': 'a recorded connection (`record(socket)`)',
  'observed-trial': 'a trial',
  'observed-case': 'a case',
  'observed-run': 'a run',
  'case-report': 'a case of a report',
  'target-report': 'a target of a report',
  report: 'a report (`report.json`)',
};

/** @throws {KitError} `MATCHER`: it is none of `wanted`; the message says what to write instead */
export function subjectOf<Wanted extends SubjectKind>(
  context: MatcherContext,
  matcher: string,
  received: unknown,
  wanted: readonly Wanted[],
): Extract<Subject, { readonly is: Wanted }> {
  const subject = classify(received);
  if (subject !== undefined && isWanted(subject, wanted)) return subject;
  const list = listOf(wanted.map((each) => words[each]));
  if (subject === undefined) throw misuse(matcher, `takes ${list}. ${adviceFor(context, matcher, received)}`);
  throw misuse(matcher, `takes ${list}, and not ${words[subject.is]}. ${adviceBetween(subject.is, wanted)}`);
}

function isWanted<Wanted extends SubjectKind>(
  subject: Subject,
  wanted: readonly Wanted[],
): subject is Extract<Subject, { readonly is: Wanted }> {
  return wanted.some((each) => each === subject.is);
}

function listOf(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} or ${last}`;
}

function classify(received: unknown): Subject | undefined {
  if (!isObject(received)) return undefined;
  const kind = received['kind'];
  const schema = received['schema'];
  // oxlint-disable typescript/no-unsafe-type-assertion -- plain data, told by its tag or by fields that nothing else has
  if (kind === 'recorded-connection') return { is: kind, value: received as unknown as RecordedConnection };
  if (kind === 'observed-trial') return { is: kind, value: received as unknown as ObservedTrial };
  if (kind === 'observed-case') return { is: kind, value: received as unknown as ObservedCase };
  if (kind === 'observed-run') return { is: kind, value: received as unknown as ObservedRun };
  if (typeof schema === 'string' && schema.startsWith('lastword/report/')) {
    return { is: 'report', value: received as unknown as Report };
  }
  if (Array.isArray(received['cases']) && isObject(received['summary'])) {
    return { is: 'target-report', value: received as unknown as TargetReport };
  }
  if (typeof received['verdict'] === 'string' && typeof received['variant'] === 'string') {
    return { is: 'case-report', value: received as unknown as CaseReport };
  }
  // oxlint-enable typescript/no-unsafe-type-assertion
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function adviceBetween(is: SubjectKind, wanted: readonly SubjectKind[]): string {
  if (is === 'recorded-connection') {
    return (
      'A connection that was only recorded has no endpoint and so no witness: nobody knows what reached the client. ' +
      'Run a case of lastword against the client for that.'
    );
  }
  const isWhole = is === 'observed-run' || is === 'report' || is === 'target-report';
  if (isWhole && wanted.includes('observed-case')) {
    return 'Ask one case of it: `run.cases.find((each) => each.report.id === …)`.';
  }
  if (isWhole || is === 'case-report') {
    return 'A report has the verdicts and no longer the messages: ask the cases of the run that it was made from.';
  }
  return 'One trial has no rate: ask its case.';
}

function adviceFor(context: MatcherContext, matcher: string, received: unknown): string {
  if (!isObject(received)) return `Received ${showValue(context, received, 40)}.`;
  if (typeof received['then'] === 'function') {
    return `Received a promise. Await it first: \`await expect(await …).${matcher}(…)\`.`;
  }
  if (received['kind'] === 'trial') {
    return 'Received a raw trial, which nobody has judged. Write `observeTrial(trial, context)`.';
  }
  if (looksLikeSocket(received)) {
    return (
      'Received a WebSocket itself. Record it before it opens:\n\n' +
      '    const connection = record(socket);\n' +
      `    await expect(connection).${matcher}(…);`
    );
  }
  return `Received ${showValue(context, received, 60)}.`;
}

/** Anything that one could have meant to record. */
function looksLikeSocket(value: Readonly<Record<string, unknown>>): boolean {
  const listens = typeof value['addEventListener'] === 'function' || typeof value['on'] === 'function';
  return (listens || 'onmessage' in value) && (typeof value['send'] === 'function' || 'readyState' in value);
}
