/** What was given for a target: one made by `lastword/targets`, or the name of a built-in one. */
import { KitError } from '../core/kit-error';
import type { Target } from '../core/target';
import { builtIn } from '../../targets/built-in';
import { showWord } from './show-word';

/**
 * @param call what was called, for messages
 * @throws {KitError} `TARGET` it is neither; `TARGET_UNKNOWN`, `TARGET_VERSION`
 */
export function resolveTarget(call: string, given: unknown): Target {
  if (typeof given === 'string') return builtIn(given);
  if (isTarget(given)) return given;
  const expected = "expected a target such as `fromFunction(({ url, ca }) => new WebSocket(url, { ca }))` or 'ws'";
  if (typeof given === 'function') {
    throw new KitError(
      'TARGET',
      `${call}: got a function; wrap it: \`${call}(fromFunction(…))\`, from lastword/targets`,
    );
  }
  const isPromise = typeof given === 'object' && given !== null && 'then' in given;
  const what = isPromise ? 'a promise, and no target needs one: leave the `await` or `async` out' : showWord(given);
  throw new KitError('TARGET', `${call}: ${expected}, got ${what}`);
}

function isTarget(value: unknown): value is Target {
  if (typeof value !== 'object' || value === null) return false;
  return 'launch' in value && typeof value.launch === 'function' && 'name' in value && typeof value.name === 'string';
}
