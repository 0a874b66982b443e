/**
 * What follows from an answer that opens no connection. RFC 6455 §4.1: the client must fail the connection; §7.1.7: to
 * fail it is to end it at once, so that nothing that the client does to the transport then is a departure, a refusal of
 * something legal or a close out of nothing.
 *
 * Rules:
 * - An `open` is row 9, `forbidden`: like a message that has to be ignored it needs no witness, since the endpoint knows
 *   what it answered, and the log is the proof.
 * - A client that comes again is let in, as everywhere (RFC 9110 §11.6.1 an authenticated retry, §10.2.3 Retry-After, the
 *   habit `reconnects`): so many of its opens are true ones, and it may have nothing to report then.
 */
import type { Bench } from './bench';
import type { CasePart } from './case';
import type { Finding } from './outcome';

/** The log and the wire are read by clocks of their own: only a clear gap is proof. */
const slackNs = 250e6;

/** Whether no connection may open. */
export function neverOpens(part: CasePart): boolean {
  return part.expect.open === 'never';
}

/** Row 9: `open` was reported although no answer allowed it. */
export function judgeFalseOpen({ part, trial, facts }: Bench): Finding | undefined {
  if (!neverOpens(part)) return undefined;
  const later = trial.connections.filter((each) => each.held);
  const opens = trial.log.filter((entry) => entry.event === 'open');
  const isFalse = opens.some(({ atNs }, nth) => {
    const requestNs = later[nth]?.events.find((event) => event.kind === 'request')?.atNs;
    return requestNs === undefined || requestNs > atNs + slackNs;
  });
  if (!isFalse) return undefined;
  const answer = facts.connection?.sent.find((record) => record.says !== undefined)?.says;
  const why = answer === undefined ? 'no valid 101 came' : `the answer was ${answer}`;
  const offered = facts.connection?.events.some((event) => event.kind === 'offer') === true;
  const note = `open was reported although ${why}${offered ? ', and the application’s offer was sent' : ''}`;
  return { outcome: 'forbidden', row: '9', level: 'must', note };
}

/** A client that tried again may still be at it, or be let in: it has no failure to report. */
export function judgeRetry({ part, trial }: Bench): Finding | undefined {
  if (!neverOpens(part) || trial.connections.length < 2) return undefined;
  const note = 'the client reported no failure, and connected again';
  return { outcome: 'observed', row: '14a', level: 'informational', note };
}
