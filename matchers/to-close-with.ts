import type { Observable } from '../kit/core/adapter-event';
import { describeClose } from '../kit/core/timeline';
import { ask } from './ask';
import type { AsymmetricMatcher, MatcherContext, MatcherResult, WaitOptions } from './matcher-context';
import { misuse } from './misuse';
import { endIndex, no, unknown, wait, yes, type Answer, type Heard, type HeardEntry } from './question';
import { showValue } from './show-value';
import type { Listened } from './subject';

/** How a connection is to close; at least one of the three. */
export interface ExpectedClose {
  /** 1005: the Close had none. 1006: there was no Close. */
  readonly code?: number | AsymmetricMatcher;
  readonly reason?: string | AsymmetricMatcher;
  readonly wasClean?: boolean;
}

type Close = HeardEntry & { readonly event: 'close' };

const name = 'toCloseWith';
const parts = ['code', 'reason', 'wasClean'] as const;

/**
 * The client reported its close so. What its API does not expose can be neither confirmed nor denied, but that saying
 * nothing is right where no Close came, or one without a code (1005, 1006).
 *
 * @see RFC 6455 §7.1.4, §7.1.5, §7.4.1, WHATWG WebSockets §4
 */
export function toCloseWith(
  this: MatcherContext,
  received: Listened,
  close: ExpectedClose,
  options?: WaitOptions,
): MatcherResult {
  checkExpected(this, close);
  const args = showValue(this, close, 60);
  const question = {
    name,
    args,
    expected: `close with ${args}`,
    clauses: ['CODE', 'CLEAN'] as const,
    ask: (heard: Heard) => look(this, close, heard),
  };
  return ask(this, received, question, options);
}

function checkExpected(context: MatcherContext, close: unknown): void {
  const how = 'Write `toCloseWith({ code: 1000 })`; `reason` and `wasClean` can stand beside it.';
  if (typeof close === 'number') throw misuse(name, `takes an object. Write \`toCloseWith({ code: ${close} })\`.`);
  if (typeof close !== 'object' || close === null || Array.isArray(close)) {
    throw misuse(name, `takes an object, and not ${showValue(context, close, 40)}. ${how}`);
  }
  const keys = Object.keys(close);
  const stranger = keys.find((key) => !parts.some((part) => part === key));
  if (stranger !== undefined) throw misuse(name, `does not know ${showValue(context, stranger, 40)}. ${how}`);
  if (keys.length === 0) throw misuse(name, `has nothing to compare. ${how}`);
}

function look(context: MatcherContext, expected: ExpectedClose, heard: Heard): Answer {
  const close = heard.entries.find((entry): entry is Close => entry.event === 'close');
  if (close === undefined) {
    if (!heard.isOver) return wait;
    return endIndex(heard) < 0 ? no('no close was reported') : withError(expected);
  }
  const states = parts.flatMap((part) => compare(context, part, { expected, close, heard }));
  const wrong = states.flatMap((each) => (each.answer === 'no' ? [each.note] : []));
  if (wrong.length > 0) return no(wrong.join('; '));
  return states.find((each) => each.answer === 'unknown') ?? yes(`the connection closed so: ${describeClose(close)}`);
}

/** An error in place of a close, which has neither code nor reason: that is what 1005 and 1006 stand for. */
function withError({ code, reason, wasClean }: ExpectedClose): Answer {
  const isSilent = (code === undefined || isSilentCode(code)) && reason === undefined && wasClean !== true;
  if (isSilent) return yes('the connection ended in an error, without a close');
  return unknown('the connection ended in an error and no close was reported, so its code is not known');
}

function isSilentCode(code: unknown): boolean {
  return code === 1005 || code === 1006;
}

interface Compared {
  readonly expected: ExpectedClose;
  readonly close: Close;
  readonly heard: Heard;
}

function compare(context: MatcherContext, part: (typeof parts)[number], told: Compared): readonly Answer[] {
  const wanted = told.expected[part];
  if (wanted === undefined) return [];
  const value = told.close[part];
  const called = part === 'wasClean' ? part : `the ${part}`;
  if (value === null || !isObserved(part, told)) {
    if (part === 'code' && isSilentCode(wanted)) return [];
    return [unknown(`the client’s API does not expose ${called} of a close`)];
  }
  const isSame = context.equals?.(value, wanted, context.customTesters ?? []) ?? value === wanted;
  if (isSame) return [];
  return [no(`${called} was ${showValue(context, value, 60)} and not ${showValue(context, wanted, 60)}`)];
}

/** What an adapter says of a part that it does not observe is a filler. */
function isObserved(part: Observable, { heard, close }: Compared): boolean {
  const hello = heard.observed?.hello;
  return hello === undefined || hello.observes.includes(part) || (part === 'code' && close.code !== null);
}
