/**
 * Whether a message is the one that is meant.
 *
 *  string             the text; of a trial also the name that its case gives to a message (`A`), which comes first
 *  Buffer and kin     the bytes of a binary message
 *  object, array      the JSON in a text message, deeply equal
 *  asymmetric         the text, or the JSON in it; the bytes of a binary message. One that is negated
 *                     (`expect.not.…`) is asked of the one that it is made for
 *
 * A payload that the log has as length and digest is compared by these; what has to look inside cannot be told.
 */
import { isDeepStrictEqual } from 'node:util';
import { sha256 } from '../kit/core/message';
import type { SentMessage } from '../kit/core/observation';
import type { HeardMessage } from '../kit/core/timeline';
import { quoteText } from '../kit/core/timeline-text';
import type { AsymmetricMatcher, MatcherContext } from './matcher-context';
import { misuse } from './misuse';
import { asBytes } from './payload-bytes';
import { showValue } from './show-value';

/** A message as a matcher takes it. */
export type ExpectedMessage =
  string | ArrayBuffer | ArrayBufferView | AsymmetricMatcher | { readonly [key: string]: unknown } | readonly unknown[];

export type Match = 'yes' | 'no' | 'cannot-tell';

export interface MessageTest {
  /** The message in a few words, as it was written, safe to print. */
  readonly text: string;
  /** The same for a headline: the name of a message stands without quotes. */
  readonly called: (known: readonly SentMessage[]) => string;
  readonly match: (message: HeardMessage, known: readonly SentMessage[]) => Match;
  /** Those of the messages of a case that are meant. */
  readonly meant: (known: readonly SentMessage[]) => readonly SentMessage[];
}

/** @throws {KitError} `MATCHER`: this is no message */
export function messageTest(context: MatcherContext, matcher: string, expected: unknown): MessageTest {
  const match = matchOf(context, matcher, expected);
  const isName = (each: SentMessage): boolean => each.name === expected;
  const text = typeof expected === 'string' ? quoteText(expected, 48) : showValue(context, expected, 60);
  return {
    text,
    called: (known) => known.find(isName)?.name ?? text,
    match: (message, known) => {
      const named = known.find(isName);
      return named === undefined ? match(message) : sameAs(named, message);
    },
    meant: (known) => {
      const named = known.filter(isName);
      return named.length > 0 ? named : known.filter((each) => match(asHeard(each)) === 'yes');
    },
  };
}

/** A message as the log would have it. */
function asHeard({ type, data, bytes, sha256: digest }: SentMessage): HeardMessage {
  const payload = data === undefined ? { length: bytes, sha256: digest } : { data };
  return { event: 'message', type, line: 0, atNs: 0, ...payload };
}

function matchOf(context: MatcherContext, matcher: string, expected: unknown): (message: HeardMessage) => Match {
  if (typeof expected === 'string') return (message) => matchText(expected, message);
  if (isAsymmetric(expected)) return (message) => matchAsymmetric(context, expected, message);
  const bytes = asBytes(expected);
  if (bytes !== undefined) return (message) => matchBytes(bytes, message);
  if (Array.isArray(expected) || isPlainObject(expected)) return (message) => matchJson(context, expected, message);
  throw misuse(matcher, `${showValue(context, expected, 40)} is no message. ${adviceFor(expected)}`);
}

function adviceFor(expected: unknown): string {
  if (expected instanceof RegExp) return `Write \`expect.stringMatching(${showRegExp(expected)})\`.`;
  if (expected === undefined || expected === null) {
    return 'Name the message: its text, its bytes, its JSON as an object, or `expect.stringMatching(…)` and its like.';
  }
  if (typeof expected === 'function') return 'Write an asymmetric matcher, such as `expect.any(String)`.';
  if (isThenable(expected)) return 'It is a promise: await it first.';
  if (typeof expected === 'object') return 'Give its text, its bytes, or a plain object to be compared with its JSON.';
  return 'Messages are text or bytes: write it as a string.';
}

function showRegExp(expected: RegExp): string {
  const text = String(expected);
  return text.length > 40 ? '/…/' : text;
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function isAsymmetric(value: unknown): value is AsymmetricMatcher {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'asymmetricMatch' in value &&
    typeof value.asymmetricMatch === 'function'
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]' && !isThenable(value);
}

function sameAs(named: SentMessage, message: HeardMessage): Match {
  if (message.type !== named.type) return 'no';
  return digestMatches(message, named.sha256);
}

function digestMatches(message: HeardMessage, digest: string): Match {
  if (message.data !== undefined) return is(sha256(Buffer.from(message.data, 'utf8')) === digest);
  if ('bytes' in message && message.bytes !== undefined) return is(sha256(message.bytes) === digest);
  if ('sha256' in message && message.sha256 !== undefined) return is(message.sha256.toLowerCase() === digest);
  return 'cannot-tell';
}

function is(value: boolean): Match {
  return value ? 'yes' : 'no';
}

function matchText(expected: string, message: HeardMessage): Match {
  if (message.type !== 'text') return 'no';
  if (message.data !== undefined) return is(message.data === expected);
  const bytes = Buffer.from(expected, 'utf8');
  return message.length === bytes.length ? digestMatches(message, sha256(bytes)) : 'no';
}

function matchBytes(expected: Uint8Array, message: HeardMessage): Match {
  if (message.type !== 'binary') return 'no';
  if ('bytes' in message && message.bytes !== undefined) return is(Buffer.compare(message.bytes, expected) === 0);
  return message.length === expected.length ? digestMatches(message, sha256(expected)) : 'no';
}

function matchJson(context: MatcherContext, expected: unknown, message: HeardMessage): Match {
  if (message.type !== 'text') return 'no';
  if (message.data === undefined) return 'cannot-tell';
  const json = parse(message.data);
  if (json === undefined) return 'no';
  return is(
    context.equals?.(json.value, expected, context.customTesters ?? []) ?? isDeepStrictEqual(json.value, expected),
  );
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Not every text is JSON, and such a text is no object.
    return undefined;
  }
}

function matchAsymmetric(context: MatcherContext, expected: AsymmetricMatcher, message: HeardMessage): Match {
  if (message.type === 'binary') {
    if (!('bytes' in message) || message.bytes === undefined) return 'cannot-tell';
    return is(expected.asymmetricMatch(message.bytes, context.customTesters));
  }
  if (message.data === undefined) return 'cannot-tell';
  const tried = candidatesFor(expected, message.data).map((candidate) => tryOn(context, expected, candidate));
  // One's own matcher may be made for objects alone, or for texts: that it throws for the other says nothing.
  const told = tried.filter((each) => !('error' in each));
  const [first] = tried;
  if (told.length === 0 && first !== undefined && 'error' in first) throw first.error;
  return is(told.some((each) => 'holds' in each && each.holds));
}

/**
 * The text, and the JSON in it. A negated matcher holds for what is of another type than it is made for, so that it gets
 * the one that it is made for and not the other.
 */
function candidatesFor(expected: AsymmetricMatcher, text: string): readonly unknown[] {
  const json = parse(text);
  if (json === undefined) return [text];
  if (!('inverse' in expected) || expected.inverse !== true) return [text, json.value];
  return [typeIn(expected) === 'string' ? text : json.value];
}

/** What the matchers of Jest and Vitest say of themselves. */
function typeIn(expected: AsymmetricMatcher): unknown {
  if (!('getExpectedType' in expected) || typeof expected.getExpectedType !== 'function') return undefined;
  return Reflect.apply(expected.getExpectedType, expected, []);
}

type Tried = { readonly holds: boolean } | { readonly error: unknown };

function tryOn(context: MatcherContext, expected: AsymmetricMatcher, candidate: unknown): Tried {
  try {
    return { holds: expected.asymmetricMatch(candidate, context.customTesters) };
  } catch (error) {
    return { error };
  }
}
