/** Exceptions of a suite, checked when it is described: a name that no case has would except nothing, silently. */
import { KitError } from '../core/kit-error';
import type { Unit } from '../run/unit';
import type { Exceptions } from '../../matchers/exceptions';
import { nearest } from '../../matchers/nearest';
import { showWord } from './show-word';

const call = 'describeConformance';

/** @throws {KitError} `EXCEPT` not of the shape, no reason, or an id that is not among the cases */
export function checkSuiteExceptions(except: unknown, units: readonly Unit[]): Exceptions {
  if (except === undefined) return {};
  if (typeof except !== 'object' || except === null || Array.isArray(except)) {
    throw new KitError(
      'EXCEPT',
      `\`except\` of ${call}: expected { 'case/id': 'the reason' }, got ${showWord(except)}`,
    );
  }
  const known = [...new Set(units.flatMap((unit) => [unit.kase.id, unit.key]))];
  const entries = Object.entries(except).map(([id, reason]: [string, unknown]) => {
    if (!known.includes(id)) throw unknownId(id, known);
    if (typeof reason === 'string' && reason.trim() !== '') return [id, reason] as const;
    throw new KitError('EXCEPT', `\`except\` of ${call}: '${id}' needs a reason: { '${id}': 'why it is accepted' }`);
  });
  return Object.fromEntries(entries);
}

function unknownId(id: string, known: readonly string[]): KitError {
  const near = nearest(id, known);
  const count = known.filter((each) => !each.includes('@')).length;
  const meant =
    near === undefined ? `it has ${count} cases, \`lastword list cases\` shows all` : `did you mean '${near}'?`;
  return new KitError(
    'EXCEPT',
    `\`except\` of ${call} names ${showWord(id)}, which this suite does not have: ${meant}`,
  );
}

/** The exceptions that concern one case. */
export function exceptionsOf(id: string, except: Exceptions): Exceptions {
  return Object.fromEntries(Object.entries(except).filter(([key]) => key === id || key.startsWith(`${id}@`)));
}
