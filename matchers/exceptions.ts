/**
 * Cases that a client is known to fail, each with the reason. An exception has to name a case of the run, and has to be
 * needed: one that is not any more hides the next fault.
 */
import { showText } from '../kit/core/timeline-text';
import { idOf, type JudgedCase } from './judged-cases';
import type { MatcherContext } from './matcher-context';
import { misuse } from './misuse';
import { nearest } from './nearest';
import { showValue } from './show-value';

/** `{ 'case/id': 'reason' }`, or `'case/id@variant'`. */
export type Exceptions = Readonly<Record<string, string>>;

const matcher = 'toConform';

/** @throws {KitError} `MATCHER`: not of that shape, or an id that the run does not know */
export function checkExceptions(context: MatcherContext, except: unknown, cases: readonly JudgedCase[]): Exceptions {
  if (except === undefined) return {};
  if (typeof except !== 'object' || except === null || Array.isArray(except)) {
    throw misuse(
      matcher,
      `\`except\` is an object, and not ${showValue(context, except, 40)}. Write \`except: { 'case/id': 'the reason' }\`.`,
    );
  }
  const known = [...new Set(cases.flatMap(({ report }) => [report.id, idOf(report)]))];
  const entries: [string, string][] = [];
  for (const [id, reason] of Object.entries(except)) {
    if (!known.includes(id)) throw unknownId(id, known);
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw misuse(matcher, `the exception of \`${id}\` needs a reason: \`'${id}': 'why it is accepted'\`.`);
    }
    entries.push([id, reason]);
  }
  return Object.fromEntries(entries);
}

function unknownId(id: string, known: readonly string[]): Error {
  const near = nearest(id, known);
  const cases = known.filter((each) => !each.includes('@')).length;
  const meant = near === undefined ? '' : ` Did you mean \`${showText(near, 60)}\`?`;
  return misuse(
    matcher,
    `\`except\` names \`${showText(id, 60)}\`, which is not among the cases here (${cases}).${meant}`,
  );
}

/** Whether an exception covers a case. */
export function isExcepted({ report }: JudgedCase, except: Exceptions): boolean {
  return Object.hasOwn(except, report.id) || Object.hasOwn(except, idOf(report));
}

/** Ids of exceptions all of whose cases conform. One whose cases say nothing is neither needed nor needless. */
export function needlessOf(except: Exceptions, cases: readonly JudgedCase[]): readonly string[] {
  return Object.keys(except).filter((id) => {
    const named = cases.filter(({ report }) => report.id === id || idOf(report) === id);
    // A diagnosis that fails decides nothing, and needs no exception where what decides conforms.
    const decisive = named.filter((each) => each.isBinding);
    const covered = decisive.length > 0 ? decisive : named;
    return covered.every(({ report }) => ['conforms', 'deviates', 'observed'].includes(report.verdict));
  });
}
