/**
 * Judges one trial by the decision table: the first row that matches wins, and the order is the protection, since
 * everything that could be the kit's fault is ruled out before the client is looked at.
 *
 *  1 a gating control showed nothing        inconclusive(control)
 *  5 this machine or run lacks what it takes  not-applicable
 *  2 the script did not run as declared      inconclusive(kit)
 *  3 freeze, clock, memory, host             inconclusive(setup)
 *  4 the adapter's log cannot be trusted     inconclusive(adapter)
 *  5 a needed feature is missing             not-applicable
 *  6 the client left before the stimulus     inconclusive(client-left)
 *  8 crash, and on to 9-14 for delivery      crash
 *  9 altered, repeated, never sent, ignored  corrupted, duplicated, forbidden
 *    or an open that the answer forbids
 * 10 out of order, or before open            reordered
 * 11 after the close, or after the deadline  late, stalled
 * 12 missing and not witnessed               inconclusive(unwitnessed)
 * 13 missing and witnessed                   lost, or why not (judge-missing.ts)
 *  7 legal stimulus refused                  rejected
 * 14 no open, no close, a wrong close, a close too soon
 * 15 otherwise                               pass
 */
import { deliveryMs, inconclusive, isIndirect, isStarved, takesTooLong, type Bench, type JudgeContext } from './bench';
import { closeOrderOf } from './case';
import { ackText } from './expand';
import { endOffsets, expectedMessages, factsOf, isClientEnd, rejectingCodes } from './facts';
import { judgeClose } from './judge-close';
import { compareMessages } from './judge-messages';
import { judgeMissing } from './judge-missing';
import { judgeFalseOpen, neverOpens } from './judge-never-open';
import { judgeOpen } from './judge-open';
import type { Finding, TrialJudgement, WitnessTier } from './outcome';
import type { Trial } from './trial';
import { layerOf, witnessOf, type MessageWitness } from './witness';

const second = 1e9;

/** What the judge says of one trial. Never throws for anything that a target did. */
export function judgeTrial(trial: Trial, context: JudgeContext): TrialJudgement {
  const bench = prepare(trial, context);
  const witness = lowest(bench);
  const early = ruleOut(bench);
  if (early !== undefined) return { main: early, also: [], witness };
  const findings: Finding[] = [];
  const crash = judgeCrash(bench);
  if (crash !== undefined) findings.push(crash);
  findings.push(...judgeDelivery(bench, crash !== undefined));
  const stopped = findings.find((finding) => finding.outcome === 'inconclusive');
  if (stopped !== undefined) {
    return { main: stopped, also: findings.filter((each) => each !== stopped), witness };
  }
  if (crash === undefined) findings.push(...judgeClose(bench));
  const proven = isIndirect(trial) ? findings.filter((finding) => isProvenByLog(finding)) : findings;
  const doubtful = findings.find((finding) => !proven.includes(finding));
  if (doubtful !== undefined && proven.every((finding) => finding.level === 'informational')) {
    const note = `something between the endpoint and the client may have done this: ${doubtful.note}`;
    return { main: inconclusive('path', '13', note), also: [], witness };
  }
  return conclude(bench, proven, witness);
}

/** Rows 8 to 10 rest on the log and the process alone; everything else on what passed between the two ends. */
function isProvenByLog({ row, level, outcome }: Finding): boolean {
  if (level === 'informational' || row === '8' || row === '9' || row === '10') return true;
  // In band: the client itself said that it had read past the message.
  return outcome === 'lost';
}

function prepare(trial: Trial, context: JudgeContext): Bench {
  const facts = factsOf(context.kase, context.part, trial);
  const expected = expectedMessages(context.expanded, context.part.expect.deliver);
  const comparison = compareMessages(facts.life, expected, [...context.expanded.messages.values()]);
  const closesByItself = context.hello?.habits.includes('closes-on-answer') === true;
  const witnesses = new Map<string, MessageWitness>();
  for (const message of expected) {
    const offset = facts.connection ? endOffsets(facts.connection, message.name).at(-1) : undefined;
    const ack = ackText(message);
    const acknowledged =
      facts.connection?.events.some((event) => event.kind === 'client-message' && event.text.includes(ack)) === true;
    witnesses.set(message.name, witnessOf(facts, offset, { acknowledged, closesByItself }));
  }
  return { ...context, trial, facts, comparison, witnesses, deadlineNs: deadlineNs(context, expected) };
}

function deadlineNs({ expanded, hello }: JudgeContext, expected: readonly { readonly payload: Buffer }[]): number {
  const bytes = expected.reduce((sum, message) => sum + message.payload.length, 0);
  const { reactions } = expanded;
  const bytesPerSecond = hello?.limits.bytesPerSecond;
  return deliveryMs({ bytes, messages: expected.length, reactions, bytesPerSecond }) * 1e6;
}

const order: readonly WitnessTier[] = ['w0', 'w1', 'w2', 'w2+', 'w3', 'w4'];

/** The tier that holds for all of the messages that matter: those missing, or else all. */
function lowest(bench: Bench): WitnessTier {
  const names = bench.comparison.missing.length > 0 ? bench.comparison.missing : [...bench.witnesses.keys()];
  const tiers = names.map((name) => bench.witnesses.get(name)?.tier ?? 'w0');
  return order.find((tier) => tiers.includes(tier)) ?? 'w0';
}

/** Rows 1 to 6. */
function ruleOut(bench: Bench): Finding | undefined {
  return (
    (bench.gate === undefined ? undefined : inconclusive('control', '1', bench.gate)) ??
    judgeAvailability(bench) ??
    judgeScript(bench) ??
    judgeSetup(bench) ??
    judgeAdapter(bench) ??
    judgeFeatures(bench) ??
    judgeLimits(bench) ??
    judgeArrival(bench) ??
    judgeDeparture(bench)
  );
}

/** What cannot be had here is nobody's fault, and no question that was asked. */
function judgeAvailability({ facts, trial }: Bench): Finding | undefined {
  const script = facts.connection?.script;
  const note = trial.unavailable ?? (script?.cause === 'unavailable' ? (script.reason ?? '') : undefined);
  return note === undefined ? undefined : { outcome: 'not-applicable', row: '5', level: 'informational', note };
}

/** Resets that some step of the script asks for, or foresees. */
const resetting: ReadonlySet<string> = new Set(['reset', 'abandon', 'drop', 'kill']);

function judgeScript({ facts, trial, expanded }: Bench): Finding | undefined {
  if (trial.failure !== undefined) return inconclusive('kit', '2', trial.failure);
  const script = facts.connection?.script;
  if (script === undefined) return undefined;
  if (facts.connection?.nonce !== trial.nonce) {
    return inconclusive('kit', '2', 'the connection carried the nonce of another trial');
  }
  // A real server performs no script.
  const isScripted = facts.connection?.witness !== 'client-socket';
  if (facts.reset !== undefined && isScripted && !expanded.script.some((step) => resetting.has(step.op))) {
    return inconclusive('kit', '2', `a reset went out that the script does not ask for, drawn by ${facts.reset.by}`);
  }
  if (script.status === 'failed' && script.cause === 'kit') {
    return inconclusive(
      'kit',
      '2',
      `the endpoint could not perform its script at step ${script.at}: ${script.reason ?? ''}`,
    );
  }
  if (script.status === 'playing' && facts.clientEnd === undefined) {
    return inconclusive('kit', '2', `the script stopped at step ${script.at} of ${script.steps}`);
  }
  return undefined;
}

function judgeSetup({ facts, trial }: Bench): Finding | undefined {
  const { connection } = facts;
  const setup = (note: string): Finding => inconclusive('setup', '3', note);
  if (connection?.script.status === 'failed' && connection.script.cause === 'setup') {
    return setup(connection.script.reason ?? 'the machine could not do what the script asked');
  }
  const loose = connection?.freezes.find((proof) => !proof.confirmed);
  if (loose !== undefined) return setup(`the freeze was not confirmed: ${loose.reason ?? 'a thread ran on'}`);
  const undone = connection?.conditions?.find((proof) => !proof.confirmed);
  if (undone !== undefined) return setup(`what the case imposes was not confirmed: ${undone.detail}`);
  if (facts.readOn) return setup('the client read on while the event loop was held: it has threads of its own');
  if (trial.host.oomKill) return setup('the kernel ran out of memory and killed a process');
  if (trial.host.clockStepMs > 1000)
    return setup(`the wall clock was stepped by ${Math.round(trial.host.clockStepMs)} ms`);
  if (trial.host.stallMs > 2500) return setup(`the kit itself was held up for ${Math.round(trial.host.stallMs)} ms`);
  if (trial.host.stoppedByOther) return setup('something else had stopped the client’s process');
  const { exit } = trial.adapter;
  if (exit?.outside !== undefined) return setup(exit.outside);
  if (exit !== undefined && !exit.byKit && exit.signal !== null && outsideSignals.has(exit.signal)) {
    return setup(`the client’s process was ended by ${exit.signal}, which no fault of a program raises`);
  }
  // 128 + SIGSTOP: a shell with job control saw that its job was stopped, and left it.
  if (exit?.code === 147 && facts.frozen) {
    return setup('a shell in front of the client took the freeze for its own job control');
  }
  return undefined;
}

/** Signals that no fault of a program raises: someone sent them. */
const outsideSignals: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGSTOP']);

function judgeAdapter(bench: Bench): Finding | undefined {
  const { facts, trial } = bench;
  const { breach } = trial.adapter;
  const adapter = (note: string): Finding => inconclusive('adapter', '4', note);
  if (breach !== undefined) return adapter(`the adapter broke its protocol: ${breach.kind}, ${breach.detail}`);
  if (trial.adapter.crashBehind !== undefined) {
    return adapter('the process crashed when another trial had begun in it: over which of the two, cannot be told');
  }
  const refused = trial.log.findIndex((entry) => entry.event === 'unsupported');
  if (refused >= 0) return judgeUnsupported(bench, refused);
  if (
    facts.connection === undefined &&
    trial.log.some((entry) => entry.event === 'open' || entry.event === 'message')
  ) {
    return adapter('the adapter reports a connection that the endpoint never saw');
  }
  const opens = trial.log.filter((entry) => entry.event === 'open').length;
  if (opens > Math.max(1, trial.connections.length) && bench.hello?.habits.includes('reconnects') !== true) {
    return adapter(
      `the adapter reported ${opens} times that a connection opened, and made ${trial.connections.length}`,
    );
  }
  // The adapter sends the offer when it is told of the open, and has said so by then: its lines were lost.
  const hasOffered = facts.connection?.events.some((event) => event.kind === 'offer') === true;
  if (hasOffered && trial.log.length === 0)
    return adapter('the client sent its offer, and the log has not even `open`');
  const isDone = facts.life.some((entry) => entry.event === 'done');
  if (isDone && !facts.hasClosed && !facts.terminalError) {
    return adapter('the adapter says `done` and reported neither a close nor an error that ends the connection');
  }
  return undefined;
}

/** `unsupported` is the answer to an order. Said of anything else, or later, it would hide what the client did. */
function judgeUnsupported({ facts, trial, hello }: Bench, at: number): Finding | undefined {
  const entry = trial.log[at];
  if (at > 0 || facts.connection !== undefined) {
    return inconclusive('adapter', '4', 'the adapter said `unsupported` behind the beginning of a connection');
  }
  const feature = entry?.event === 'unsupported' ? entry.feature : '';
  if (hello?.features.includes(feature) !== true) return undefined;
  return inconclusive('adapter', '4', `the adapter said that \`${feature}\` is unsupported, which its hello lists`);
}

/** Messages that are larger than the client says it takes are no question to ask it: RFC 6455 §10.4. */
function judgeLimits({ part, expanded, hello }: Bench): Finding | undefined {
  const most = hello?.limits.messageBytes ?? 0;
  const sizes = part.expect.deliver.map((name) => expanded.messages.get(name)?.payload.length ?? 0);
  const largest = Math.max(0, ...sizes);
  const unaskable = (note: string): Finding => ({ outcome: 'not-applicable', row: '5', level: 'informational', note });
  if (most !== 0 && largest > most)
    return unaskable(`the client takes messages of ${most} bytes at most, as its hello says`);
  const speed = hello?.limits.bytesPerSecond;
  // A trial waits so long and no longer.
  if (!takesTooLong(largest, speed, part.script)) return undefined;
  return unaskable(
    `a message of ${largest} bytes takes the client too long at ${speed} bytes a second, as its hello says`,
  );
}

function judgeFeatures({ trial }: Bench): Finding | undefined {
  const entry = trial.log.find((each) => each.event === 'unsupported');
  if (entry === undefined) return undefined;
  return {
    outcome: 'not-applicable',
    row: '5',
    level: 'informational',
    note: `the client does not offer ${entry.event === 'unsupported' ? entry.feature : 'a needed feature'}`,
  };
}

/** The client never came, or never asked for the trial: nothing can be said of it. */
function judgeArrival({ facts, trial }: Bench): Finding | undefined {
  if (facts.connection !== undefined) return undefined;
  const { exit } = trial.adapter;
  if (exit !== undefined && !exit.byKit) {
    const how = exit.signal === null ? `with status ${exit.code}` : `by ${exit.signal}`;
    return inconclusive('adapter', '4', `the adapter’s process ended ${how} before it made a connection`);
  }
  const stray = trial.strays[0];
  if (stray !== undefined) return inconclusive('setup', '3', `no connection asked for the trial; ${stray.what}`);
  return inconclusive('adapter', '4', 'the client made no connection');
}

function judgeDeparture({ facts, trial, part }: Bench): Finding | undefined {
  const { clientEnd, stimulusNs, connection } = facts;
  const left = (note: string): Finding => inconclusive('client-left', '6', note);
  if (clientEnd !== undefined && (stimulusNs === undefined || clientEnd.atNs < stimulusNs)) {
    return left(`the client ended the connection (${clientEnd.kind.slice(7)}) before the stimulus`);
  }
  if (stimulusNs !== undefined) return undefined;
  const { exit } = trial.adapter;
  if (exit !== undefined && !exit.byKit) return left('the client’s process ended before the stimulus');
  if (connection?.script.cause === 'client') {
    const illegal = connection.events.find((event) => event.kind === 'client-illegal');
    const note = illegal === undefined ? (connection.script.reason ?? 'the offer did not come') : illegal.detail;
    return inconclusive('adapter', '4', note);
  }
  if (closeOrderOf(part)?.on === 'open') {
    return inconclusive('adapter', '4', 'the client was told to close, and sent no Close frame');
  }
  return inconclusive('kit', '2', 'the stimulus was never sent');
}

/** Row 8. Rows 3 and 6 have dealt with signals from outside and with processes that ended too soon. */
function judgeCrash({ trial, part }: Bench): Finding | undefined {
  const { exit } = trial.adapter;
  if (exit === undefined || exit.byKit) return undefined;
  if (exit.signal === null && (exit.code === 0 || exit.code === 89)) return undefined;
  const how = exit.signal === null ? `with status ${exit.code}` : `by ${exit.signal}`;
  // The adapter protocol: a failure is an `error`, and no status.
  const hint =
    neverOpens(part) && exit.signal === null
      ? '; an adapter whose connection is refused reports `error` and `done`, and ends with status 0'
      : '';
  return {
    outcome: 'crash',
    row: '8',
    level: 'kit',
    note: `the client’s process ended ${how} during the trial${hint}`,
  };
}

/** Rows 9 to 13 and 7. */
function judgeDelivery(bench: Bench, hasCrashed: boolean): readonly Finding[] {
  const falseOpen = judgeFalseOpen(bench);
  const content = judgeContent(bench);
  if (falseOpen?.outcome === 'inconclusive') return [falseOpen];
  if (falseOpen !== undefined) return [falseOpen, ...(content === undefined ? [] : [content])];
  if (content?.level === 'must') return [content];
  const rest =
    (hasCrashed ? undefined : judgeOpen(bench)) ??
    judgeOrder(bench) ??
    judgeTimes(bench) ??
    judgeMissing(bench, hasCrashed) ??
    judgeRefusal(bench) ??
    [];
  return content === undefined ? rest : [...rest, content];
}

function judgeContent({ comparison, part, hello }: Bench): Finding | undefined {
  const row = '9';
  const [strange] = comparison.strange;
  if (strange !== undefined) {
    return {
      outcome: 'corrupted',
      row,
      level: 'must',
      note: `a message was delivered that was never sent: ${strange.what}`,
    };
  }
  const [again] = comparison.duplicated;
  if (again !== undefined) {
    return {
      outcome: 'duplicated',
      row,
      level: 'must',
      note: `${again.name} was delivered more often than it was sent`,
    };
  }
  const [forbidden] = comparison.forbidden;
  if (forbidden === undefined) return undefined;
  const { never } = part.expect;
  const rule = never?.names.includes(forbidden.name) === true ? never : undefined;
  const level = rule === undefined ? 'must' : hello?.model === 'whatwg' ? rule.whatwg : rule.others;
  return { outcome: 'forbidden', row, level, note: `${forbidden.name} was delivered, which must be ignored` };
}

function judgeOrder({ comparison, facts, part }: Bench): readonly Finding[] | undefined {
  if (comparison.missing.length > 0) return undefined;
  const level = part.expect.deliverLevel ?? 'must';
  if (comparison.isOutOfOrder) {
    const names = comparison.delivered.slice(0, 8).map((each) => each.name);
    return [{ outcome: 'reordered', row: '10', level, note: `delivered in the order ${names.join(', ')}` }];
  }
  const open = facts.life.findIndex((entry) => entry.event === 'open');
  const [first] = comparison.delivered;
  if (first === undefined || (open >= 0 && open < first.index)) return undefined;
  return [
    {
      outcome: 'reordered',
      row: '10',
      level,
      note: `${first.name} was delivered before the connection was reported open`,
    },
  ];
}

function judgeTimes(bench: Bench): readonly Finding[] | undefined {
  const { comparison, facts, trial, part, deadlineNs } = bench;
  if (comparison.missing.length > 0) return undefined;
  const level = part.expect.deliverLevel ?? 'must';
  const closed = facts.life.findIndex(
    (entry, at) => entry.event === 'close' || (facts.terminalError && entry.event === 'done' && at > 0),
  );
  const late = comparison.delivered.find((each) => closed >= 0 && each.index > closed);
  if (late !== undefined) {
    return [
      { outcome: 'late', row: '11', level, note: `${late.name} was delivered after the close had been reported` },
    ];
  }
  let before = facts.freeNs ?? 0;
  for (const each of comparison.delivered) {
    const acked = bench.witnesses.get(each.name)?.ackedNs;
    if (acked === undefined) continue;
    // A client that delivers one after the other, slowly, is at work; only a time without any is a stall.
    const takenNs = each.atNs - Math.max(acked, before);
    before = Math.max(before, each.atNs);
    if (takenNs <= deadlineNs) continue;
    if (isStarved(trial)) return [inconclusive('setup', '3', 'the client waited for a processor')];
    const note = `${each.name} was delivered ${(takenNs / second).toFixed(1)} s after it had been acknowledged`;
    return [{ outcome: 'stalled', row: '11', level, note }];
  }
  return undefined;
}

/** Row 7, evaluated behind row 13: everything was delivered, and yet the client refused what was legal. */
function judgeRefusal({ facts, part }: Bench): readonly Finding[] | undefined {
  const { clientEnd, clientEndedFirst } = facts;
  // RFC 6455 §7.1.7: where no connection may open, to break off is what is asked for.
  if (neverOpens(part)) return undefined;
  if (!clientEndedFirst || clientEnd === undefined || !isClientEnd(clientEnd)) return undefined;
  const isAlert = clientEnd.kind === 'client-alert';
  const isRefusal = clientEnd.kind === 'client-close' && rejectingCodes.has(clientEnd.code);
  if (!isAlert && !isRefusal) return undefined;
  const what = clientEnd.kind === 'client-close' ? `Close ${clientEnd.code}` : 'a fatal alert';
  const level = part.expect.deliverLevel ?? 'must';
  return [{ outcome: 'rejected', row: '7', level, note: `the client answered a legal stimulus with ${what}` }];
}

/** A finding that no standard makes a fault is an observation, whatever its name. */
function isNeutral({ level, outcome }: Finding): boolean {
  return level === 'informational' && outcome !== 'pass' && outcome !== 'inconclusive' && outcome !== 'not-applicable';
}

const severity = ['must', 'kit', 'should', 'informational'] as const;

/** The finding that counts is the first of the most binding ones; a trial with none passes. */
function conclude(bench: Bench, findings: readonly Finding[], witness: WitnessTier): TrialJudgement {
  const real = findings.filter((finding) => finding.outcome !== 'pass');
  const levels = new Set(real.map((finding) => finding.level));
  const worst = severity.find((level) => levels.has(level));
  const main = real.find((finding) => finding.level === worst) ?? {
    outcome: 'pass' as const,
    row: '15',
    level: 'informational' as const,
    note: 'all that was expected was seen',
  };
  const layer = real.some((finding) => finding.outcome === 'lost') ? layerOf(witness, bench.facts) : undefined;
  return {
    main: isNeutral(main) ? { ...main, outcome: 'observed' } : main,
    also: real.filter((finding) => finding !== main),
    witness,
    ...(layer === undefined ? {} : { layer }),
  };
}
