import { showText } from '../kit/core/timeline-text';
import type { MatcherContext } from './matcher-context';
import { asBytes } from './payload-bytes';

/** A value in one line of at most `columns`, as the runner would print it; bytes as hex. */
export function showValue(context: MatcherContext, value: unknown, columns = 60): string {
  const bytes = asBytes(value);
  if (bytes !== undefined) return showBytes(bytes, columns);
  if (typeof value === 'string') return showText(JSON.stringify(value.slice(0, 2 * columns)), columns);
  const { stringify } = context.utils ?? {};
  const text = stringify === undefined ? plainText(value) : stringify(value);
  return showText(text.slice(0, 8 * columns).replace(/\s*\n\s*/g, ' '), columns);
}

function plainText(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name}`;
  // JSON has no word for these.
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)) ?? String(value);
}

function showBytes(bytes: Uint8Array, columns: number): string {
  const hex = Buffer.from(bytes.subarray(0, 16)).toString('hex');
  return showText(`bytes ${hex}${bytes.length > 16 ? '…' : ''} (${bytes.length} B)`, columns);
}
