/**
 * What follows from an answer that opens no connection. RFC 6455 §4.1: the client must fail the connection; §7.1.7: to
 * fail it is to end it at once, so that nothing that the client does to the transport then is a departure, a refusal of
 * something legal or a close out of nothing.
 *
 * Rules:
 * - An `open` is row 9, `forbidden`: like a message that has to be ignored it needs no witness, since the endpoint knows
 *   what it answered, and the log is the proof; unless something in between may have answered otherwise.
 * - A client that comes again (RFC 9110 §11.6.1 an authenticated retry, §10.2.3 Retry-After, the habit `reconnects`) is
 *   refused again. It may be at it still when the trial is over, and has no failure to report then: that is observed.
 */
import { inconclusive, isIndirect, type Bench } from './bench';
import type { CasePart } from './case';
import type { Finding } from './outcome';

/** Whether no connection may open. */
export function neverOpens(part: CasePart): boolean {
  return part.expect.open === 'never';
}

/** Row 9: `open` was reported although no answer allowed it. */
export function judgeFalseOpen({ part, trial, facts }: Bench): Finding | undefined {
  if (!neverOpens(part) || !trial.log.some((entry) => entry.event === 'open')) return undefined;
  const answer = facts.connection?.sent.find((record) => record.says !== undefined)?.says;
  const why = answer === undefined ? 'no valid 101 came' : `the answer was ${answer}`;
  const offered = facts.connection?.events.some((event) => event.kind === 'offer') === true;
  const note = `open was reported although ${why}${offered ? ', and the application’s offer was sent' : ''}`;
  // RFC 9110 §7.6.1, §7.8: what speaks HTTP in between writes Connection and Upgrade itself, and may mend an answer.
  if (isIndirect(trial)) return inconclusive('path', '9', `something in between may have changed the answer: ${note}`);
  return { outcome: 'forbidden', row: '9', level: 'must', note };
}

/** A client that tries again may still be at it: it has no failure to report yet. */
export function judgeRetry({ part, trial, hello }: Bench): Finding | undefined {
  const isAtIt = trial.connections.length > 1 || hello?.habits.includes('reconnects') === true;
  if (!neverOpens(part) || !isAtIt) return undefined;
  const note = 'the client reported no failure, and connects again';
  return { outcome: 'observed', row: '14a', level: 'informational', note };
}
