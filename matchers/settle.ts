/** How what was found becomes what the runner is told. */
import type { MatcherContext, MatcherResult, MatcherVerdict } from './matcher-context';

export interface Standing {
  /** `unknown` fails both forms. */
  readonly stands: 'yes' | 'no' | 'unknown';
  readonly message: () => string;
}

/** The verdict for a runner that turns it round under `.not`. */
export function verdictOf(context: MatcherContext, { stands, message }: Standing): MatcherVerdict {
  return { pass: stands === 'unknown' ? context.isNot === true : stands === 'yes', message };
}

/**
 * A promise where the assertion holds. Where it fails the bare verdict, so that the runner throws at once: a caller that
 * forgot to await would otherwise hear of it too late, in some other test.
 */
export function settleWith(context: MatcherContext, standing: Standing): MatcherResult {
  const verdict = verdictOf(context, standing);
  return verdict.pass === (context.isNot === true) ? verdict : Promise.resolve(verdict);
}
