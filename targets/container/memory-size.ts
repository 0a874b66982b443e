import { KitError } from '../../kit/core/kit-error';
import { excerpt } from '../excerpt';

const units: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
/** Below this an engine starts no container. */
const leastBytes = 6 * 1024 ** 2;

/**
 * Bytes of a size such as `512m` or `1.5g`, as Docker writes them.
 * @param option what it was given to, for messages
 * @throws {KitError} `MEMORY`
 */
export function parseMemory(size: string, option: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([bkmg]?)$/i.exec(size) ?? [];
  const bytes = Math.floor(Number(number) * (units[unit.toLowerCase()] ?? Number.NaN));
  if (bytes >= leastBytes && Number.isSafeInteger(bytes)) return bytes;
  throw new KitError(
    'MEMORY',
    `${option}: expected a size of at least 6m, such as \`512m\` or \`1.5g\`, got ${excerpt(size, 40)}`,
  );
}
