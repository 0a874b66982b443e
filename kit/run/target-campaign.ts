/** The campaign of one target: admission, gates, lanes, and the stopping rule of each unit. */
import type { LogEntry } from '../core/adapter-event';
import type { CasePart, Transport } from '../core/case';
import { judgeCase } from '../core/judge-case';
import { neverOpens } from '../core/judge-never-open';
import { KitError } from '../core/kit-error';
import { nonceOf, sha256 } from '../core/message';
import { nextTrials } from '../core/plan-trials';
import type { OutcomeKind, Verdict } from '../core/outcome';
import { AdapterRefusal, type Target } from '../core/target';
import { addJudgement, emptyTally, type Tally } from '../core/tally';
import type { Trial } from '../core/trial';
import type { AdapterHost } from './adapter-host';
import { AdapterPool } from './adapter-pool';
import { admit } from './admission';
import type { CampaignOptions } from './campaign';
import { GateKeeper } from './gate-keeper';
import { KeepPolicy } from './keep-policy';
import {
  judgeObservation,
  learn,
  missingFeature,
  newTargetFacts,
  surveyRun,
  tallyRun,
  type TargetFacts,
} from './judge-run';
import type { TargetLine } from './journal';
import { randomFrom, type Random } from './random';
import { runTrial, type TrialContext } from './run-trial';
import type { RunningTrial, TrialSlot } from './trial-slot';
import { targetDifference } from './target-likeness';
import { partName, type Unit } from './unit';

/** Trials of one unit that are queued at once; the rest is asked for as these are done. */
const mostQueued = 2000;
/** Time that trials have to be written once the run is interrupted, in ms. */
const interruptMs = 5000;
/** Adapters of cases that mostly wait, at once. */
const waitingLanes = 16;
/** Trials of a unit that mostly waits, at once: a second hang is enough, and each takes over a minute. */
const mostWaiting = 5;

interface Slot {
  readonly unit: Unit;
  readonly part: CasePart;
}

export class TargetCampaign {
  private facts: TargetFacts | undefined;
  private tallies = new Map<string, Tally>();
  /** Trials queued or started, by unit key and part. */
  private readonly issued = new Map<string, Record<string, number>>();
  private readonly random: Random;
  private readonly lanes: Slot[] = [];
  private readonly waiters: Slot[] = [];
  private readonly gates: GateKeeper;
  private readonly pool: AdapterPool;
  /** What was told of a unit, by its key. */
  private readonly settled = new Map<string, Verdict>();
  private readonly pending = new Set<Promise<void>>();
  /** A process crashed when two trials were in it: from then on each has its process to itself until it is quite over. */
  private isFragile = false;
  private readonly keep = new KeepPolicy();
  private failure: { readonly error: unknown } | undefined;
  private ordinal = 0;
  private done = 0;
  /** Something was said of a trial that had been counted already. */
  private hasHeardLate = false;
  private wake: (() => void)[] = [];
  private busy = 0;
  private readonly startedMs = performance.now();

  constructor(
    private readonly options: CampaignOptions,
    private readonly context: TrialContext,
    private readonly subject: { readonly target: Target; readonly spec: string },
  ) {
    this.random = randomFrom(`${options.seed}\0${subject.target.name}`);
    this.pool = new AdapterPool(
      subject.target,
      (trial, log) => this.hearLate(trial, log),
      (work) => this.track(work),
    );
    this.gates = new GateKeeper({
      facts: () => this.known,
      run: (host, { block, ...what }) => runTrial(this.context, host, this.slotOf(what, block, 'gate')),
      ready: (host) => this.readyHost(host),
      write: (running, trial) => this.writeGate(running, trial),
      onFailure: (transport) => this.rejudge(transport),
      onQueued: () => this.notify(),
      track: (work) => this.track(work),
    });
  }

  private get name(): string {
    return this.subject.target.name;
  }

  /** Resolves when all units are settled, the target is refused, or the run is aborted. */
  async run(): Promise<void> {
    this.takeUp();
    const first = await this.introduce();
    if (first === undefined) return;
    try {
      await this.gates.openAll(first, this.transportsInUse());
      this.queueAll();
      await this.runLanes(first);
      while (await this.countLate()) await this.runLanes(undefined);
    } catch (error) {
      // An interrupt ends whatever trial is under way; what is written by then is the run.
      if (!this.context.abort.aborted) throw error;
    } finally {
      const drained = this.drain().then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      // An interrupt does not wait for an endpoint that stands still.
      const failed = this.context.abort.aborted ? await within(drained, interruptMs) : await drained;
      await this.pool.retireAll();
      // oxlint-disable-next-line no-unsafe-finally -- whatever ended the run before was the same trouble
      if (failed !== undefined && !this.context.abort.aborted) throw failed.error;
      if (this.pool.broken !== undefined && !this.context.abort.aborted)
        this.writeTarget({ admitted: false, refusal: this.pool.broken.message, stderr: this.pool.broken.stderr });
    }
  }

  private async runLanes(first: AdapterHost | undefined): Promise<void> {
    const waiting = this.waiters.length === 0 ? 0 : waitingLanes;
    const side = this.subject.target.inProcess ? 1 : Math.max(1, this.options.lanes);
    const lanes = Array.from({ length: side }, (_, lane) => this.work(this.lanes, lane === 0 ? first : undefined));
    await Promise.all([...lanes, ...Array.from({ length: waiting }, () => this.work(this.waiters, undefined))]);
    if (this.context.abort.aborted) return;
    await this.drain();
    if (!this.context.abort.aborted && this.pool.broken === undefined) await this.gates.closeAll(() => this.pool.idle);
  }

  /**
   * An adapter is listened to until it ends. Where one said something of a trial after that was counted, all is counted
   * again: whether the stopping rule then wants more.
   */
  private async countLate(): Promise<boolean> {
    await this.pool.retireAll();
    if (!this.hasHeardLate || this.pool.broken !== undefined || this.context.abort.aborted) return false;
    this.hasHeardLate = false;
    await this.recount();
    for (const unit of this.options.units) if (this.isOpen(unit)) this.requeue(unit);
    return this.lanes.length + this.waiters.length > 0;
  }

  private async recount(): Promise<void> {
    const survey = await surveyRun(this.options.journal.file);
    this.tallies = new Map((await tallyRun(this.options.journal.file, survey)).get(this.name) ?? []);
  }

  private hearLate(trial: string, log: readonly LogEntry[]): void {
    this.options.journal.write({ kind: 'late', target: this.name, trial, log });
    this.facts?.late.set(trial, [...(this.facts.late.get(trial) ?? []), ...log]);
    this.hasHeardLate = true;
  }

  private takeUp(): void {
    const { resumed } = this.options;
    const facts = resumed?.survey.targets.get(this.name);
    if (resumed === undefined || facts === undefined) return;
    this.facts = facts;
    this.tallies = new Map(resumed.tallies.get(this.name) ?? []);
    this.ordinal = [...this.tallies.values()].reduce((sum, tally) => sum + tally.judged, 0) + 1_000_000;
    this.gates.takeUp(facts);
  }

  /** Starts and proves the first adapter; undefined where it is refused. */
  private async introduce(): Promise<AdapterHost | undefined> {
    try {
      const host = await this.pool.start();
      await admit(host);
      const { client } = host.session.hello;
      this.checkSameProgram(host);
      this.writeTarget({ admitted: true }, host);
      this.options.listener.onTarget?.(this.name, `${client.name} ${client.version}, ${client.runtime}`);
      return host;
    } catch (error) {
      await this.pool.retireAll();
      if (this.context.abort.aborted) return undefined;
      if (!(error instanceof AdapterRefusal)) throw error;
      this.writeTarget({ admitted: false, refusal: error.message, stderr: error.stderr });
      this.options.listener.onRefusal?.(this.name, error.message, error.stderr);
      return undefined;
    }
  }

  /** A run that is taken up judges one program, and what it says of itself. @throws {KitError} `RESUME` */
  private checkSameProgram(host: AdapterHost): void {
    const before = this.options.resumed?.survey.targets.get(this.name)?.line;
    if (before === undefined) return;
    const difference = targetDifference(before, this.lineOf({ admitted: true }, host));
    if (difference === undefined) return;
    const { what, was, is } = difference;
    throw new KitError(
      'RESUME',
      `\`--resume\`: ${what} (${this.name}) was ${was} and is now ${is}: another program needs a run of its own`,
    );
  }

  private lineOf(what: Pick<TargetLine, 'admitted' | 'refusal' | 'stderr'>, host?: AdapterHost): TargetLine {
    const { digest } = this.subject.target;
    return {
      kind: 'target',
      name: this.name,
      spec: this.subject.spec,
      hello: host?.session.hello ?? this.facts?.line.hello ?? null,
      ...(digest === undefined ? {} : { digest }),
      ...what,
    };
  }

  private writeTarget(what: Pick<TargetLine, 'admitted' | 'refusal' | 'stderr'>, host?: AdapterHost): void {
    const line = this.lineOf(what, host);
    this.options.journal.write(line);
    this.facts = this.facts === undefined ? newTargetFacts(line) : { ...this.facts, line };
  }

  private get known(): TargetFacts {
    if (this.facts === undefined) throw new TypeError('the target has not been introduced');
    return this.facts;
  }

  /** The transports that there is anything to run on. */
  private transportsInUse(): readonly Transport[] {
    const open = this.options.units.filter((unit) => missingFeature(this.known.line.hello, unit) === undefined);
    return [...new Set(open.map((unit) => unit.transport))];
  }

  /** Whether its trials can say anything. */
  private isOpen(unit: Unit): boolean {
    return missingFeature(this.known.line.hello, unit) === undefined && this.gates.isOpen(unit.transport);
  }

  private queueAll(): void {
    const slots = this.options.units.filter((unit) => this.isOpen(unit)).flatMap((unit) => this.askFor(unit));
    for (const slot of this.random.shuffle(slots)) this.queueOf(slot.unit).push(slot);
    for (const unit of this.options.units) this.settle(unit);
  }

  /** What mostly waits has lanes of its own, but not in a process that has one event loop for all. */
  private queueOf(unit: Unit): Slot[] {
    return unit.waits && !this.subject.target.inProcess ? this.waiters : this.lanes;
  }

  /** What the stopping rule wants of a unit now. */
  private askFor(unit: Unit): readonly Slot[] {
    const issued = this.issued.get(unit.key) ?? {};
    const tally = this.tallies.get(unit.key) ?? emptyTally();
    // A queue of a hundred thousand slots is memory for nothing.
    const waiting = Object.values(issued).reduce((sum, each) => sum + each, 0) - tally.judged;
    if (!unit.waits && waiting >= mostQueued / 2) return [];
    const most = unit.waits ? mostWaiting - waiting : mostQueued;
    if (most <= 0) return [];
    const next = nextTrials({ plan: unit.plan, tally, issued, most });
    if (next.kind !== 'more') return [];
    const more = { ...issued };
    for (const name of next.parts)
      more[name] = (more[name] ?? this.tallies.get(unit.key)?.parts[name]?.judged ?? 0) + 1;
    this.issued.set(unit.key, more);
    return next.parts.flatMap((name) =>
      unit.parts.filter((part) => partName(part) === name).map((part) => ({ unit, part })),
    );
  }

  /** One lane: trials one after the other on an adapter of its own. */
  private async work(queue: Slot[], given: AdapterHost | undefined): Promise<void> {
    let host = given;
    for (;;) {
      if (this.context.abort.aborted || this.pool.broken !== undefined || this.failure !== undefined) break;
      const gate = queue === this.lanes ? this.gates.next() : undefined;
      const slot = gate === undefined ? this.take(queue) : undefined;
      if (gate === undefined && slot === undefined) {
        if (this.busy === 0 && this.pending.size === 0) break;
        await this.change();
        continue;
      }
      this.busy += 1;
      try {
        host = await this.readyHost(host);
        if (host === undefined) break;
        if (gate !== undefined) await this.gates.perform(host, gate);
        else if (slot !== undefined) await this.perform(host, slot);
      } catch (error) {
        if (this.context.abort.aborted) break;
        throw error;
      } finally {
        this.busy -= 1;
        this.notify();
      }
    }
    if (host !== undefined && host !== given) this.pool.release(host);
  }

  /** The next slot that is still wanted. */
  private take(queue: Slot[]): Slot | undefined {
    for (;;) {
      const slot = queue.shift();
      if (slot === undefined) return undefined;
      const tally = this.tallies.get(slot.unit.key);
      if (tally === undefined) return slot;
      const issued = this.issued.get(slot.unit.key) ?? {};
      if (nextTrials({ plan: slot.unit.plan, tally, issued, most: 1 }).kind !== 'enough') return slot;
      const name = partName(slot.part);
      this.issued.set(slot.unit.key, { ...issued, [name]: (issued[name] ?? 1) - 1 });
    }
  }

  private async perform(host: AdapterHost, slot: Slot): Promise<void> {
    const { unit, part } = slot;
    // Where the kit stands still with a frozen client for long, nobody else may be listened to meanwhile.
    if (unit.waits && this.subject.target.inProcess) await this.drain();
    const trialSlot = this.slotOf(
      { kase: unit.kase, part, transport: unit.transport },
      this.gates.nextBlock(unit.transport),
    );
    const running = await runTrial(this.context, host, trialSlot);
    const recorded = running.observation.then((trial) => {
      this.done += 1;
      return this.record(running, trial, unit);
    });
    this.track(recorded);
    // What mostly waits is not begun again before it is known whether that is wanted; what fails is told at the drain.
    if (unit.waits) await recorded.catch(() => undefined);
  }

  /** The lane's process, free for a trial: of one that crashes, only when nobody listens to it any more. */
  private async readyHost(host: AdapterHost | undefined): Promise<AdapterHost | undefined> {
    const ready = await this.pool.usable(host);
    if (!this.isFragile || ready === undefined) return ready;
    await ready.idle();
    return this.pool.usable(ready);
  }

  private slotOf(
    what: Pick<TrialSlot, 'kase' | 'part' | 'transport'>,
    block: number,
    role: TrialSlot['role'] = 'case',
  ): TrialSlot {
    const ordinal = this.ordinal++;
    const trial = `t${ordinal}-${sha256(Buffer.from(`${this.options.seed}${this.name}${ordinal}`)).slice(0, 12)}`;
    return { ...what, target: this.name, trial, nonce: nonceOf(this.options.seed, trial, 0), role, block };
  }

  private async writeGate(running: RunningTrial, trial: Trial): Promise<void> {
    if (trial.adapter.crashBehind !== undefined) this.isFragile = true;
    await this.write(running, trial, 'gate');
  }

  /** Writes a trial, with its raw bytes where they are worth keeping. */
  private async write(running: RunningTrial, trial: Trial, outcome: OutcomeKind | 'gate'): Promise<void> {
    const { journal, capture: packets } = this.options;
    if (!this.keep.wants(trial, outcome)) {
      journal.write(trial);
      return;
    }
    const captures = await running.captures();
    const connections = trial.connections.map((connection) => {
      const capture = captures[connection.index];
      return capture === undefined ? connection : { ...connection, capture };
    });
    const kept = { ...trial, connections };
    journal.write((await packets?.addPackets(kept)) ?? kept);
  }

  /** A gate that failed takes its blocks with it: the tallies are counted again from what was written. */
  private async rejudge(transport: Transport): Promise<void> {
    if (this.tallies.size === 0) return;
    await this.recount();
    for (const unit of this.options.units) if (unit.transport === transport) this.requeue(unit);
  }

  private async record(running: RunningTrial, trial: Trial, unit: Unit): Promise<void> {
    if (trial.adapter.crashBehind !== undefined) this.isFragile = true;
    learn(this.known, trial);
    const judgement = judgeObservation(trial, this.known, true);
    await this.write(running, trial, judgement.main.outcome);
    this.tallies.set(unit.key, addJudgement(this.tallies.get(unit.key) ?? emptyTally(), judgement, trial.part));
    this.requeue(unit);
    this.options.listener.onProgress?.({
      target: this.name,
      done: this.done,
      planned: this.done + this.lanes.length + this.waiters.length + this.busy,
      elapsedMs: performance.now() - this.startedMs,
    });
  }

  private requeue(unit: Unit): void {
    const more = this.askFor(unit);
    this.queueOf(unit).push(...more);
    if (more.length === 0) this.settle(unit);
    this.notify();
  }

  private settle(unit: Unit): void {
    const tally = this.tallies.get(unit.key);
    if (tally === undefined) return;
    const issued = this.issued.get(unit.key) ?? {};
    if (nextTrials({ plan: unit.plan, tally, issued, most: 1 }).kind !== 'enough') return;
    const words = { opens: !unit.parts.some(neverOpens) };
    const { verdict, phrase } = judgeCase({ tally, plan: unit.plan, level: unit.kase.level, words });
    if (this.settled.get(unit.key) === verdict) return;
    this.settled.set(unit.key, verdict);
    this.options.listener.onUnit?.(this.name, unit, { verdict, phrase });
  }

  /** What fails while nobody waits for it is told at the next drain. */
  private track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => {
        this.pending.delete(tracked);
        this.notify();
      });
    this.pending.add(tracked);
  }

  private async drain(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.wake.push(resolve));
  }

  private notify(): void {
    for (const wake of this.wake.splice(0)) wake();
  }
}

/** What a promise gives, or undefined where it takes longer. */
async function within<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  const first = await Promise.race([promise, late]);
  clearTimeout(timer);
  return first;
}
