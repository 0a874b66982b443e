/** Rows 12 and 13 of the decision table: something expected never came out. */
import type { Finding } from './outcome';
import { rejectingCodes } from './facts';
import { inconclusive, isStarved, type Bench } from './bench';

/** What follows from missing messages; undefined where none is missing. */
export function judgeMissing(bench: Bench, hasCrashed: boolean): readonly Finding[] | undefined {
  const { comparison, witnesses, part } = bench;
  const [name] = comparison.missing;
  if (name === undefined) return undefined;
  const level = part.expect.deliverLevel ?? 'must';
  if (hasCrashed) return [];
  if (hasRefusedSize(bench)) {
    const note = `the client refused ${list(comparison.missing)} with 1009: it takes no message of that size, and says so`;
    return [{ outcome: 'observed', row: '13', level: 'informational', note }];
  }
  if (level === 'informational') {
    return [{ outcome: 'observed', row: '13', level, note: `${list(comparison.missing)} was not delivered` }];
  }
  const witnessed = comparison.missing.filter((each) => isWitnessed(bench, each));
  if (witnessed.length === 0) {
    const proxied = comparison.missing.some((each) => {
      const nominal = witnesses.get(each)?.nominal;
      return nominal !== undefined && nominal !== 'w0' && nominal !== 'w1';
    });
    if (proxied)
      return [inconclusive('path', '13', 'something between the endpoint and the client acknowledges in its place')];
    return [
      inconclusive('unwitnessed', '12', `${list(comparison.missing)} was not acknowledged by the client’s machine`),
    ];
  }
  return judgeWitnessed(bench, witnessed);
}

/** RFC 6455 §10.4, §7.4.1: an implementation may limit the size of a message, and has a code to say so. */
export function hasRefusedSize({ part, facts }: Pick<Bench, 'part' | 'facts'>): boolean {
  return part.expect.mayRefuseSize === true && facts.clientCloses.some(({ code }) => code === 1009);
}

function isWitnessed({ witnesses }: Bench, name: string): boolean {
  const tier = witnesses.get(name)?.tier;
  return tier === 'w2' || tier === 'w2+' || tier === 'w3' || tier === 'w4';
}

function judgeWitnessed(bench: Bench, witnessed: readonly string[]): readonly Finding[] {
  const { facts, trial, part, witnesses } = bench;
  const isInBand = witnessed.some((name) => witnesses.get(name)?.tier === 'w4');
  const excuse = excuseOf(bench, witnessed, isInBand);
  if (excuse !== undefined) return [excuse];
  const level = part.expect.deliverLevel ?? 'must';
  const lost: Finding = { outcome: 'lost', row: '13', level, note: noteOf(bench, witnessed) };
  if (facts.hasClosed || facts.terminalError || trial.adapter.exit !== undefined) return [lost];
  // Alive, and no close was reported: the wrapper has to show that it is not the one that is silent.
  const { mode, pong } = trial.adapter;
  if (mode === 'resident' && pong === null) {
    return [inconclusive('kit', '2', 'no close was reported, and the adapter was not asked whether it is alive')];
  }
  if (pong === false) {
    const note = `no event came and the adapter did not answer while the client was at work; ${list(witnessed)} is missing`;
    return [{ outcome: 'hang', row: '14a', level: 'kit', note }];
  }
  return [lost];
}

/** What stands against calling a witnessed message lost. */
function excuseOf(bench: Bench, witnessed: readonly string[], isInBand: boolean): Finding | undefined {
  const { facts, trial, witnesses, deadlineNs, hello, comparison } = bench;
  const ackedNs = Math.max(...witnessed.map((name) => witnesses.get(name)?.ackedNs ?? 0));
  const dueFromNs = Math.max(ackedNs, facts.freeNs ?? 0);
  // RFC 9293 §3.10.7.4: a reset may flush what is queued; one that came long after the deadline excuses nothing.
  if (facts.reset !== undefined && !isInBand && facts.reset.atNs < dueFromNs + deadlineNs) {
    const note = `not delivered after a reset drawn by ${facts.reset.by}; RFC 9293 §3.10.7.4 permits it`;
    return { outcome: 'observed', row: '13', level: 'informational', note };
  }
  const { clientEnd } = facts;
  const leftPolitely = clientEnd?.kind === 'client-close' && !rejectingCodes.has(clientEnd.code);
  if (facts.clientEndedFirst && leftPolitely && !isInBand) {
    return inconclusive(
      'client-left',
      '13',
      'the client closed of its own accord; what crosses its Close is owed to nobody',
    );
  }
  // A client that goes when it has its answer is owed nothing behind it: WHATWG WebSockets §4 has it dropped.
  const goesOnAnswer = hello?.habits.includes('closes-on-answer') === true && comparison.delivered.length > 0;
  if (goesOnAnswer && (facts.exitedCleanly || clientEnd !== undefined)) {
    const went = facts.exitedCleanly || facts.clientEndedFirst;
    const note = went
      ? 'the client goes when it has its first message, and so it did'
      : 'the client says that it goes when it has its first message, which cannot be told here from a client that loses the rest';
    return inconclusive('client-left', '13', note);
  }
  const { exit } = trial.adapter;
  // A condition slows a client; a freeze holds it, and nobody ends while it is held but by somebody else's hand.
  if (exit !== undefined && !isInBand && exit.atNs < Math.max(ackedNs, facts.thawNs ?? 0)) {
    return inconclusive('client-left', '13', 'the client’s process ended before the bytes were acknowledged');
  }
  if (isStillReading(bench)) {
    const note =
      'the client was still delivering when its time was up: it is slow, which `limits.bytesPerSecond` of its hello can say';
    return inconclusive('setup', '3', note);
  }
  const hasEnded = facts.hasClosed || facts.terminalError || exit !== undefined;
  if (trial.adapter.gaveUp && !hasEnded && trial.endedAtNs < dueFromNs + deadlineNs) {
    return inconclusive('kit', '2', 'the kit ended the trial before the time for the message was up');
  }
  if (isStarved(trial) && !facts.hasClosed && !facts.terminalError) {
    return inconclusive('setup', '3', 'the client waited for a processor');
  }
  return undefined;
}

/** Alive, without an end, and either with bytes left in its socket or with a message a moment ago. */
function isStillReading({ facts, trial, comparison }: Bench): boolean {
  if (facts.hasClosed || facts.terminalError || trial.adapter.exit !== undefined) return false;
  const last = comparison.delivered.at(-1);
  return last !== undefined && last.atNs > trial.endedAtNs - 5e9;
}

function noteOf(bench: Bench, witnessed: readonly string[]): string {
  const { facts, witnesses } = bench;
  const tier = witnesses.get(witnessed[0] ?? '')?.tier ?? 'w2';
  const how = tier === 'w4' ? 'the client replied to what was sent behind it' : 'the client’s TCP had acknowledged it';
  const end = facts.hasClosed
    ? 'the close was reported'
    : facts.terminalError
      ? 'an error was reported'
      : 'no close was reported';
  const were = witnessed.length === 1 ? 'was' : 'were';
  return `${list(witnessed)} ${were} never delivered although ${how} (${tier.toUpperCase()}); ${end}`;
}

/** Some names, and how many more. */
export function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
