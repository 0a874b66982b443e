/** Row 14 of the decision table: the messages are dealt with, now the close. */
import type { LogEntry } from './adapter-event';
import { closeOrderOf, type Level, type WireExpectation } from './case';
import { ackedAtNs, hasReplied, reachedBytes } from './facts';
import { hasRefusedSize } from './judge-missing';
import { judgeRetry, neverOpens } from './judge-never-open';
import type { Finding } from './outcome';
import type { WireEvent } from './trial';
import { inconclusive, isStarved, type Bench } from './bench';

const second = 1e9;

/** Everything wrong with how the close was reported, and with what the client put on the wire for it. */
export function judgeClose(bench: Bench): readonly Finding[] {
  const missing = judgeReported(bench);
  if (missing !== undefined) return [missing];
  // Nothing but the report is owed: to end the connection at once is right (RFC 6455 §4.1, §7.1.7).
  if (neverOpens(bench.part)) return [...judgeCount(bench), ...judgeCode(bench)];
  return [
    ...judgeCount(bench),
    ...judgeCode(bench),
    ...judgeClean(bench),
    ...judgeReason(bench),
    ...judgeWire(bench),
    ...judgeSpurious(bench),
  ];
}

/** Row 14a. A process that delivered everything and ended with status 0 owes no close any more. */
function judgeReported(bench: Bench): Finding | undefined {
  const { facts, trial, comparison } = bench;
  if (facts.hasClosed || facts.terminalError) return undefined;
  if (facts.exitedCleanly && comparison.missing.length === 0 && comparison.delivered.length > 0) {
    // One that goes by habit owes no close; of another it is not known what it would have reported.
    if (bench.hello?.habits.includes('closes-on-answer') === true) return undefined;
    const note = 'the process ended with status 0 before it reported the close';
    return { outcome: 'observed', row: '14a', level: 'informational', note };
  }
  if (trial.adapter.exit !== undefined) {
    return inconclusive('adapter', '4', 'the adapter’s process ended and reported no close');
  }
  const retry = judgeRetry(bench);
  if (retry !== undefined) return retry;
  if (isStarved(trial)) return inconclusive('setup', '3', 'the client waited for a processor');
  if (!trial.adapter.gaveUp) return inconclusive('kit', '2', 'the trial ended before its deadline and without a close');
  const note = 'no close and no terminal error was reported in time';
  return { outcome: 'hang', row: '14a', level: 'kit', note };
}

function closesOf(life: readonly LogEntry[]): readonly (LogEntry & { readonly event: 'close' })[] {
  return life.filter((entry) => entry.event === 'close');
}

function judgeCount({ facts, trial, hello }: Bench): readonly Finding[] {
  // One close a connection: a client that comes again reports its failed attempts as well, with or without an `open`.
  if (trial.connections.length > 1) return [];
  const firstClose = facts.life.findIndex((entry) => entry.event === 'close');
  const behind = facts.life.slice(firstClose + 1);
  const closes = closesOf(facts.life);
  // An attempt that was refused: while the trial was on, the endpoint let every further connection in and counted it.
  const connectsAgain = hello?.habits.includes('reconnects') === true;
  const isBehindTrial = (closes[1]?.atNs ?? 0) > trial.endedAtNs;
  const isTold = behind.some((entry) => entry.event === 'error' || entry.event === 'open');
  // Behind the trial the endpoint lets nobody in, and some clients tell a failed attempt by a close alone.
  const isAttempt = (isTold && (connectsAgain || isBehindTrial)) || (connectsAgain && isBehindTrial);
  if (closes.length < 2 || isAttempt) return [];
  return [{ outcome: 'misreported', row: '14b', level: 'must', note: `the close was reported ${closes.length} times` }];
}

/**
 * Whether the client had to learn how the endpoint closed: not after a Close, FIN or reset of its own, nor where the
 * script was cut short; what it reports then is its own business.
 */
function hasToKnow(bench: Bench): boolean {
  const { facts, hello } = bench;
  // RFC 6455 §7.1.5: who has never had an open connection has received no Close, whoever ended it.
  if (neverOpens(bench.part)) return true;
  if (facts.connection?.script.status === 'cut-short' || hasRefusedSize(bench)) return false;
  if (isUnseen(bench)) return false;
  if (closeOrderOf(bench.part) !== undefined) return !sendsClose(bench) || hasReceivedClose(bench);
  if (facts.clientEndedFirst) return false;
  // RFC 9293 §3.10.7.4: what a reset may flush, the Close is part of, unless the client has replied to it.
  if (isFlushed(bench)) return false;
  // One that goes on its answer stays where there is none.
  if (hello?.habits.includes('closes-on-answer') !== true || bench.comparison.delivered.length === 0) return true;
  // A dead endpoint sees nothing of the Close that this client sends when it has its answer.
  const isDead = facts.connection?.events.some((event) => event.kind === 'endpoint-killed') === true;
  if (isDead && facts.clientEnd === undefined) return false;
  // It may go without a word, or by a Close with whatever code, and then learns nothing any more.
  if (facts.closeSent !== undefined) return hasReplied(facts, true);
  return facts.clientCloses.length === 0 && facts.clientEnd?.kind !== 'client-reset';
}

/** Whether a Close was sent of which, as far as can be seen, nothing has reached the client. */
function isUnseen(bench: Bench): boolean {
  const { closeSent, clientCloses, connection } = bench.facts;
  if (closeSent === undefined || clientCloses.length > 0) return false;
  return connection?.snapshots.some((each) => reachedBytes(each) >= 0) === true && !isCloseAcked(bench);
}

function isCloseAcked({ facts: { connection } }: Bench): boolean {
  const offset = connection?.sent.find((record) => record.closeCode !== undefined)?.endOffset;
  return connection !== undefined && offset !== undefined && ackedAtNs(connection, offset) !== undefined;
}

/** RFC 6455 §7.1.4: the client says itself that the closing handshake was completed, so it has received the Close. */
function saysClean(bench: Bench): boolean {
  if (bench.hello?.observes.includes('wasClean') !== true || !isCloseAcked(bench)) return false;
  return closesOf(bench.facts.life)[0]?.wasClean === true;
}

/**
 * The codes that the client may report; undefined where that is its own business. RFC 6455 §7.1.5: the code is that of the
 * first Close *received*, whichever side sent its own first, and 1006 where none came. A client may end TCP at any time
 * (§7.1.1): one that does so when it has sent its Close may have received none, but never has it received its own.
 */
function codesDue(bench: Bench): readonly number[] | undefined {
  const { part, facts, hello } = bench;
  const { codes } = part.expect.close;
  if (codes === undefined || hasToKnow(bench)) return codes;
  const isCut = facts.connection?.script.status !== 'complete' && facts.closeSent === undefined;
  if (closeOrderOf(part) === undefined || isCut || hello?.habits.includes('closes-on-answer') === true)
    return undefined;
  return [...codes, 1006];
}

function sendsClose({ expanded }: Bench): boolean {
  return expanded.script.some(
    (step) => step.op === 'send' && step.records.some((each) => each.kind === 'data' && each.closeCode !== undefined),
  );
}

/** Whether it is certain that a client which was told to close has received the Close of the endpoint. */
function hasReceivedClose(bench: Bench): boolean {
  const { facts, trial } = bench;
  const [close] = closesOf(facts.life);
  if (hasReplied(facts, true) || saysClean(bench)) return true;
  if (!isCloseAcked(bench)) return false;
  // Without TLS nothing but the FIN lies behind the Close: a socket that is closed on that was read as far as it tells.
  return trial.transport !== 'plain' && close !== undefined && hasWaited(facts.connection?.events ?? [], close.atNs);
}

/** It left TCP to the endpoint, as §7.1.1 has it, read all that came, and reported the close only then. */
function hasWaited(events: readonly WireEvent[], reportedNs: number): boolean {
  const endedNs = events.find((event) => event.kind === 'close-notify-sent' || event.kind === 'fin-sent')?.atNs;
  if (endedNs === undefined || reportedNs < endedNs) return false;
  // RFC 9293 §3.6.1: who closes a socket without having read it resets.
  if (events.some((event) => event.kind === 'client-reset')) return false;
  const left = events.find((event) => event.kind === 'client-fin' || event.kind === 'client-close-notify');
  return left !== undefined && left.atNs > endedNs;
}

/** The Close may have been flushed by a reset, unless the client had replied to it, or had had its time. */
function isFlushed({ facts, deadlineNs }: Bench): boolean {
  const { reset, closeSent } = facts;
  if (reset === undefined || closeSent === undefined || facts.clientCloses.length > 0) return false;
  return reset.atNs < Math.max(closeSent.atNs, facts.freeNs ?? 0) + deadlineNs;
}

function judgeCode(bench: Bench): readonly Finding[] {
  const { part, facts, hello, codeSeenInControl } = bench;
  const { codeLevel } = part.expect.close;
  const codes = codesDue(bench);
  if (codes === undefined) return [];
  const close = closesOf(facts.life)[0];
  if (close === undefined && !facts.terminalError) return [];
  const isTolerated = (one: number): boolean => tolerates(bench, one);
  const observes = hello?.observes.includes('code') === true;
  const code = observes || close?.code != null ? (close?.code ?? null) : null;
  if (code !== null && codes.includes(code)) return [];
  if (code === null) {
    // Nothing is the right thing to say where no Close, or one without a code, came (RFC 6455 §7.1.5).
    if (codes.includes(1005) || codes.includes(1006) || isTolerated(1006)) return [];
    // An API that gives the code of a Close that came may give none where the application closed for itself.
    if (closeOrderOf(part) !== undefined && hello?.model !== 'whatwg') return [];
    if (!observes || !codeSeenInControl) return [];
  }
  const said = code === null ? 'no code' : `code ${code}`;
  const note = `the close was reported with ${said} and not ${codes.join(' or ')}`;
  return [
    {
      outcome: 'misreported',
      row: '14b',
      level: code !== null && isTolerated(code) ? 'informational' : (codeLevel ?? 'must'),
      note,
    },
  ];
}

/** Codes of an end that is none of a connection's: what an API makes of a handshake that failed, but no code of a good end. */
const goodEnds: ReadonlySet<number> = new Set([1000, 1001, 1005]);

function tolerates({ part, hello }: Bench, code: number): boolean {
  const { tolerated, toleratedOf } = part.expect.close;
  if (toleratedOf === 'others' && hello?.model === 'whatwg') return false;
  return tolerated === 'failures' ? !goodEnds.has(code) : tolerated?.includes(code) === true;
}

function judgeClean(bench: Bench): readonly Finding[] {
  const { clean } = bench.part.expect.close;
  const close = closesOf(bench.facts.life)[0];
  if (clean === undefined || close === undefined || close.wasClean === null || !hasToKnow(bench)) return [];
  if (bench.hello?.observes.includes('wasClean') !== true || close.wasClean === clean) return [];
  return [
    { outcome: 'misreported', row: '14b', level: 'must', note: `wasClean was ${close.wasClean} and not ${clean}` },
  ];
}

function judgeReason(bench: Bench): readonly Finding[] {
  const { reason, reasonLevel } = bench.part.expect.close;
  const close = closesOf(bench.facts.life)[0];
  if (reason === undefined || close === undefined || close.reason === null || !hasToKnow(bench)) return [];
  if (bench.hello?.observes.includes('reason') !== true || close.reason === reason) return [];
  const level: Level = reasonLevel ?? 'should';
  return [
    { outcome: 'misreported', row: '14b', level, note: 'the reason of the Close was not reported as it was sent' },
  ];
}

function judgeWire(bench: Bench): readonly Finding[] {
  const { part, facts } = bench;
  const status = facts.connection?.script.status;
  const isUnknown = facts.exitedCleanly || (status !== 'complete' && !knewTheClose(bench));
  return (part.expect.wire ?? []).flatMap((expected) => {
    // A frame that came is a fact, however the connection ended; what did not come may have been on its way.
    if (isUnknown && expected.wire !== 'no-data-after-close') return [];
    const note = brokenOnWire(bench, expected);
    return note === undefined
      ? []
      : [{ outcome: 'misreported' as const, row: '14b', level: levelOf(bench, expected), note }];
  });
}

function levelOf({ facts }: Bench, expected: WireExpectation): Level {
  // RFC 5246 §7.2.1 wants the alert and the close; a client that closed TCP without it did the half that matters.
  const closed = facts.connection?.events.some((event) => event.kind === 'client-fin' || event.kind === 'client-reset');
  return expected.wire === 'answers-close-notify' && closed === true ? 'should' : expected.level;
}

/** A client that reset, and yet reported the code of the Close that it was sent: it had read that, and owed a reply. */
function knewTheClose({ facts }: Bench): boolean {
  const code = closesOf(facts.life)[0]?.code ?? null;
  return facts.clientEnd?.kind === 'client-reset' && code !== null && code === facts.closeSent?.code;
}

/** What is wrong on the wire, in words; undefined where nothing is. */
function brokenOnWire(bench: Bench, expected: WireExpectation): string | undefined {
  const { facts, trial, hello } = bench;
  const events = facts.connection?.events ?? [];
  const has = (kind: string): boolean => events.some((event) => event.kind === kind);
  const [reply] = facts.clientCloses;
  switch (expected.wire) {
    case 'one-close':
      // A client that resets when it has all it wants has left; it owes nothing more.
      if (facts.clientCloses.length === 1) return undefined;
      if (facts.clientCloses.length === 0 && has('client-reset') && !knewTheClose(bench)) return undefined;
      return `the client sent ${facts.clientCloses.length} Close frames in reply and not one (RFC 6455 §5.5.1)`;
    case 'closes-tcp':
      if (has('client-fin') || has('client-reset') || trial.adapter.exit !== undefined) return undefined;
      return 'the client never closed TCP after the closing handshake (RFC 6455 §5.5.1)';
    case 'answers-close-notify':
      if (!expected.transports.includes(trial.transport) || has('client-close-notify')) return undefined;
      return 'the client never answered close_notify (RFC 5246 §7.2.1)';
    case 'no-reserved-code': {
      // An empty body stands for 1005, and is legal.
      const bad = facts.clientCloses.find(
        (close) => close.bodyBytes >= 2 && (close.code === 1005 || close.code === 1006),
      );
      return bad === undefined ? undefined : `the client put ${bad.code} on the wire (RFC 6455 §7.4.1)`;
    }
    case 'echoes-code':
      if (reply === undefined || facts.clientEndedFirst || reply.code === expected.code) return undefined;
      // A Close that a client sends on its answer is no reply, whichever of the two left first.
      if (hello?.habits.includes('closes-on-answer') === true) return undefined;
      return `the client replied with code ${reply.code} to ${expected.code} (RFC 6455 §5.5.1)`;
    case 'no-data-after-close': {
      const own = events.findIndex((event) => event.kind === 'client-close');
      const isData = ({ kind }: WireEvent): boolean => kind === 'client-message' || kind === 'offer';
      const isBroken = own >= 0 && events.slice(own).some(isData);
      return isBroken ? 'the client sent a data frame behind its own Close (RFC 6455 §5.5.1)' : undefined;
    }
    case 'acknowledges':
      return has('client-message') ? undefined : 'the acknowledgement that the application sent never came';
    default:
      throw new TypeError(`unknown expectation ${String(expected satisfies never)}`);
  }
}

/** Row 14c: a close out of nothing, while the connection stood and both sides were silent. */
function judgeSpurious(bench: Bench): readonly Finding[] {
  const { facts, part, trial } = bench;
  // A terminal error is a report of the end as well.
  const error = facts.terminalError ? facts.life.findLast((entry) => entry.event === 'error') : undefined;
  const close = closesOf(facts.life)[0] ?? error;
  const level = part.expect.staysOpen ?? 'must';
  if (close === undefined || level === 'informational') return [];
  // The client's FIN is read on another channel than its log: only a clear gap on both sides is proof.
  const slack = second / 4;
  const { clientEnd, connection } = facts;
  // A script ends early where the client is gone: the endpoint had then ended nothing at all.
  const status = connection?.script.status;
  const isUnended = status === 'playing' || status === 'cut-short';
  const serverEndNs = facts.serverEndNs ?? (isUnended ? trial.endedAtNs + slack : 0);
  if (serverEndNs < close.atNs + slack) return [];
  if (clientEnd !== undefined && clientEnd.atNs < close.atNs + slack && !leavesWhereItMustStay(bench)) {
    if (level !== 'must' || part.expect.staysOpen === undefined || clientEnd.kind !== 'client-close') return [];
    if (bench.hello?.habits.includes('closes-on-answer') === true || facts.exitedCleanly) return [];
    // RFC 6455 §7.1.7: the application may have asked for it. Whether a client stays cannot be seen of one that goes.
    return [inconclusive('client-left', '6', 'the client closed of its own accord, and its hello names no such habit')];
  }
  const note = `${close === error ? 'an error that ends the connection' : 'a close'} was reported ${((serverEndNs - close.atNs) / 1e6).toFixed(0)} ms before the endpoint ended anything`;
  return [{ outcome: 'spurious-close', row: '14c', level, note }];
}

/**
 * A case that says how long a connection stays open is broken also by a client that ends TCP itself, without a Close
 * that its application could have asked for (RFC 6455 §7.1.7, last paragraph), and without being one that leaves.
 */
function leavesWhereItMustStay({ facts, part, hello }: Bench): boolean {
  if (part.expect.staysOpen === undefined || facts.exitedCleanly) return false;
  if (hello?.habits.includes('closes-on-answer') === true) return false;
  const kind = facts.clientEnd?.kind;
  return kind === 'client-fin' || kind === 'client-close-notify' || kind === 'client-reset';
}
