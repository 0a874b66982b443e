/**
 * Whether a client said that its connection stood, where a case asks for it. RFC 6455 §4.1: with a response that is valid
 * the connection is established; WHATWG WebSockets §4 has `open` fired then, whatever comes behind it.
 *
 * Rules:
 * - A client that breaks off within a valid 101 is row 7, in front of row 13: what came behind is owed to nobody, but the
 *   101 was valid as far as it had come, and §4.1 leaves no choice.
 * - One whose own patience may have run out while the 101 was on its way, or when it had just come, has refused nothing.
 * - Where no message is missing, nothing else shows an open that was left out: row 14b, and it needs a witness.
 */
import { inconclusive, isStarved, type Bench } from './bench';
import { ackedAtNs } from './facts';
import type { Finding } from './outcome';

/** Within this time, in ns, a client acts on what it was sent, and no timer of a client's own is so short. */
const atOnceNs = 1e9;

/** Undefined where the connection was reported open in time, or the case does not ask, or other rows have to say it. */
export function judgeOpen(bench: Bench): readonly Finding[] | undefined {
  const { part, facts, trial, comparison } = bench;
  const { connection, clientEnd, clientEndedFirst } = facts;
  if (part.expect.open !== 'must' || connection === undefined || hasOpened(bench)) return undefined;
  // What is told when the kit gave up answers its abort.
  const failedNs = failureNs(bench);
  if (failedNs === undefined || trial.adapter.gaveUp) return undefined;
  if (isStarved(trial)) return [inconclusive('setup', '3', 'the client waited for a processor')];
  const arrivedNs = ackedAtNs(connection, responseEnd(bench));
  const isAtOnce = failedNs < originNs(bench) + atOnceNs;
  const hadTime = arrivedNs !== undefined && failedNs > arrivedNs + atOnceNs;
  if (!isAtOnce && !hadTime) {
    return [inconclusive('setup', '3', 'the 101 came so late that the client’s own patience may have run out')];
  }
  if (clientEndedFirst && clientEnd !== undefined) {
    const note = `the client broke off (${clientEnd.kind.slice(7)}) during the 101, which was valid (RFC 6455 §4.1)`;
    return [{ outcome: 'rejected', row: '7', level: 'must', note }];
  }
  if (comparison.missing.length > 0) return undefined;
  if (arrivedNs === undefined) {
    return [inconclusive('unwitnessed', '12', 'the 101 was not acknowledged by the client’s machine')];
  }
  const when = facts.life.some(({ event }) => event === 'open')
    ? 'reported open behind its end'
    : 'never reported open';
  const note = `the connection was ${when}, although the 101 was valid and acknowledged (RFC 6455 §4.1)`;
  return [{ outcome: 'misreported', row: '14b', level: 'must', note }];
}

function hasOpened({ facts: { life }, trial, hello }: Bench): boolean {
  // Of a client that comes again, an attempt may have failed before.
  if (hello?.habits.includes('reconnects') === true) return trial.log.some(({ event }) => event === 'open');
  const opened = life.findIndex(({ event }) => event === 'open');
  const ended = life.findIndex(({ event }) => event === 'close' || event === 'done');
  return opened >= 0 && (ended < 0 || opened < ended);
}

/** When the client's API first told that the connection had failed or ended. */
function failureNs({ facts: { life } }: Bench): number | undefined {
  return life.find(({ event }) => event === 'error' || event === 'close')?.atNs;
}

/** From when a client's patience with the opening handshake counts, at the earliest. */
function originNs({ trial, facts }: Bench): number {
  if (trial.adapter.mode === 'resident') return trial.startedAtNs;
  // A program that is started for each trial takes its time, and has connected only then.
  return facts.connection?.events.find(({ kind }) => kind === 'request')?.atNs ?? trial.startedAtNs;
}

/** Where the first step of the script, which the 101 is part of, ends in our stream. */
function responseEnd({ facts }: Bench): number {
  const sent = facts.connection?.sent ?? [];
  return sent.findLast((each) => each.step === sent[0]?.step)?.endOffset ?? 0;
}
