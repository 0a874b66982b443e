/** One trial, from the order to the endpoint to the raw observation; it decides only when a trial is over. */
import type { LogEntry } from '../core/adapter-event';
import type { Transport } from '../core/case';
import { EndpointGone, type Collected, type Endpoint, type EndpointSignal } from '../core/endpoint';
import { expand, type Expanded } from '../core/expand';
import { mayBeForMemory } from '../core/memory-end';
import type { AdapterSession } from '../core/target';
import type { Connection, Trial } from '../core/trial';
import { nowNs, type StallMonitor } from '../io/clock';
import { isStoppedByOther } from '../io/freeze';
import { lookAtProcessors, mostDelayed, type ProcessorLook, type ProcessorShare } from '../io/processor-share';
import { readOomKills } from '../io/oom';
import type { AdapterHost, TrialLog } from './adapter-host';
import { ClientFreezer } from './client-freezer';
import { ConditionKeeper } from './condition-keeper';
import type { MortalEndpoint, MortalEndpoints } from './mortal-endpoint';
import { Patience, reactingUntilNs, type Progress } from './trial-patience';
import { headOf, notRun, type RunningTrial, type TrialSlot } from './trial-slot';

export interface TrialContext {
  readonly endpoint: Endpoint;
  readonly signals: SignalRouter;
  readonly caFile: string;
  /** For scripts that kill the endpoint; absent where none is run. */
  readonly mortals?: MortalEndpoints;
  readonly stalls: StallMonitor;
  readonly abort: AbortSignal;
}

/** After `done` the kit listens on for so long, ms. */
const lingerMs = 250;
/** What a one-shot adapter may take to end when it has nothing left to say, ms. */
const exitMs = 5000;

/** Hands the endpoint's signals to the trials they name. */
export class SignalRouter {
  private readonly listeners = new Map<string, (signal: EndpointSignal) => void>();

  constructor(endpoint: Endpoint) {
    endpoint.onSignal((signal) => this.listeners.get(signal.trial)?.(signal));
  }

  listen(trial: string, listener: (signal: EndpointSignal) => void): () => void {
    this.listeners.set(trial, listener);
    return () => this.listeners.delete(trial);
  }
}

/**
 * Runs one trial on an adapter. Resolves when the adapter is free for the next.
 * @throws {DOMException} `abort` fired: the trial is not worth writing
 */
export async function runTrial(context: TrialContext, host: AdapterHost, slot: TrialSlot): Promise<RunningTrial> {
  if (!slot.part.script.some((step) => step.op === 'kill')) return new LiveTrial(context, host, slot).run();
  const { mortals } = context;
  if (mortals === undefined) throw new TypeError('there is no endpoint that could be killed');
  const why = mortals.whyNot(host.session);
  if (why !== undefined) return notRun(host, slot, { unavailable: why });
  let mortal: MortalEndpoint | undefined;
  try {
    mortal = await mortals.take();
    const { endpoint } = mortal;
    const own = { ...context, endpoint, signals: new SignalRouter(endpoint), caFile: mortals.caFile };
    return await new LiveTrial(own, host, slot, mortal).run();
  } catch (error) {
    await mortal?.release();
    if (context.abort.aborted || (mortal !== undefined && !(error instanceof EndpointGone))) throw error;
    // It is this trial's alone: the run goes on without it.
    return notRun(host, slot, {
      failure: `its own endpoint could not be had: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}

class LiveTrial {
  private readonly log: TrialLog;
  private readonly expanded: Expanded;
  private readonly patience: Patience;
  private readonly freezer: ClientFreezer;
  private readonly keeper: ConditionKeeper;
  private readonly progress: Progress = { requestNs: undefined, over: undefined, goneNs: undefined, waits: false };
  private readonly startedNs = nowNs();
  private readonly used: number;
  private gaveUp = false;
  private pong: boolean | null = null;
  private processors: ProcessorLook | undefined;
  private share: ProcessorShare | undefined;
  private stoppedByOther = false;
  private outOfMemory = false;
  /** Of a mortal endpoint: taken down before it was ended. */
  private ownCaptures: readonly Connection['capture'][] | undefined;
  private failure: string | undefined;
  private unlisten: () => void = () => undefined;

  constructor(
    private readonly context: TrialContext,
    private readonly host: AdapterHost,
    private readonly slot: TrialSlot,
    private readonly mortal?: MortalEndpoint,
  ) {
    this.used = host.used;
    this.log = host.open(slot.trial);
    this.expanded = expand(slot.kase, slot.part, { nonce: slot.nonce, transport: slot.transport });
    const { bytesPerSecond } = host.session.hello.limits;
    this.patience = new Patience(slot.part, this.expanded, bytesPerSecond);
    this.freezer = new ClientFreezer({
      endpoint: context.endpoint,
      stalls: context.stalls,
      session: host.session,
      trial: slot.trial,
      mostMs: this.patience.budgetMs,
    });
    this.keeper = new ConditionKeeper({ endpoint: context.endpoint, session: host.session, trial: slot.trial });
  }

  async run(): Promise<RunningTrial> {
    const { context, slot, host } = this;
    const { session } = host;
    this.unlisten = context.signals.listen(slot.trial, (signal) => this.onSignal(signal));
    if (this.mortal !== undefined) context.endpoint.onGone(() => this.onMortalGone());
    const onAbort = (): void => this.log.notify();
    context.abort.addEventListener('abort', onAbort);
    try {
      context.endpoint.prepare({
        trial: slot.trial,
        target: slot.target,
        transport: slot.transport,
        script: this.expanded.script,
        offer: this.expanded.offer,
        nonce: slot.nonce,
        pid: session.pid,
        marker: session.marker,
      });
      await session.run(this.command());
      await this.untilOver();
      context.abort.throwIfAborted();
      if (session.mode === 'one-shot') await this.untilSettled();
    } catch (error) {
      await Promise.all([this.freezer.end(), this.keeper.end()]);
      this.unlisten();
      host.finish(slot.trial);
      host.condemn();
      // Nobody waits for it: an endpoint that stands still would hold up an interrupt.
      context.endpoint.collect(slot.trial).catch(() => undefined);
      throw error;
    } finally {
      context.abort.removeEventListener('abort', onAbort);
    }
    // A script may still ask for a freeze when its client has already gone, and the trial with it.
    await Promise.all([this.freezer.end(), this.keeper.end()]);
    if (this.gaveUp) host.condemn();
    const observation = this.observe();
    const captures = async (): Promise<readonly Connection['capture'][]> => {
      await observation;
      return this.ownCaptures ?? context.endpoint.capture(slot.trial);
    };
    return { observation, captures };
  }

  private command() {
    const { slot, context, expanded } = this;
    const { transport, part } = slot;
    const { session } = this.host;
    const scheme = transport === 'plain' ? 'ws' : 'wss';
    return {
      trial: slot.trial,
      url: `${scheme}://${addressOf(context.endpoint, session, transport)}/${slot.trial}`,
      ...(transport === 'plain' ? {} : { caFile: session.caFile ?? context.caFile }),
      requires: [scheme, ...(part.requires ?? [])],
      subprotocols: [],
      deflate: false,
      reactions: expanded.reactions,
      ...(part.keepAlive === undefined ? {} : { keepAlive: part.keepAlive }),
      deadlineMs: this.patience.budgetMs,
    };
  }

  private onSignal(signal: EndpointSignal): void {
    const { progress } = this;
    switch (signal.signal) {
      case 'freeze':
        this.freezer.freeze(signal.duty);
        return;
      case 'thaw':
        this.freezer.thaw();
        return;
      case 'impose':
        this.keeper.impose(signal.condition, signal);
        return;
      case 'lift':
        this.keeper.lift();
        return;
      case 'kill':
        void this.kill();
        return;
      case 'arrival':
        this.freezer.locate(signal.client, signal.server);
        return;
      case 'request':
        progress.requestNs ??= signal.atNs;
        break;
      case 'script-over':
        progress.over = signal;
        break;
      case 'client-gone':
        progress.goneNs = signal.atNs;
        progress.waits = signal.waits;
        break;
      default:
        throw new TypeError(`unknown signal ${String(signal satisfies never)}`);
    }
    this.log.notify();
  }

  /** Where nobody killed it, it died of itself, and there is nothing more to wait for. */
  private onMortalGone(): void {
    if (this.mortal?.dead !== undefined) return;
    this.progress.over ??= {
      signal: 'script-over',
      trial: this.slot.trial,
      atNs: nowNs(),
      status: 'failed',
      ended: true,
    };
    this.log.notify();
  }

  /** The script is over with the endpoint. */
  private async kill(): Promise<void> {
    const { mortal, slot, host, log, progress } = this;
    if (mortal === undefined) return;
    const { habits, limits } = host.session.hello;
    // The Close of a client that goes on its answer draws a reset as well.
    const isTalkative = (limits.keepAliveMs ?? 0) > 0 || habits.includes('closes-on-answer');
    try {
      const { atNs } = await mortal.kill(slot.trial, isTalkative);
      progress.over = { signal: 'script-over', trial: slot.trial, atNs, status: 'complete', ended: true };
    } catch {
      // It had died before: nothing is known of the trial, and its script stays unfinished.
      progress.over = { signal: 'script-over', trial: slot.trial, atNs: nowNs(), status: 'failed', ended: true };
    }
    log.notify();
  }

  /** What the endpoint has seen, dead or alive. */
  private async collect(): Promise<Collected> {
    const { mortal, slot, context } = this;
    if (mortal === undefined) return context.endpoint.collect(slot.trial);
    try {
      const remains = await mortal.dead;
      const collected = remains?.collected ?? (await context.endpoint.collect(slot.trial));
      // Behind the release nobody can be asked any more; without its raw bytes a trial is as good.
      this.ownCaptures = remains?.captures ?? (await context.endpoint.capture(slot.trial).catch(() => []));
      return collected;
    } catch (error) {
      if (!(error instanceof EndpointGone)) throw error;
      this.failure = `the endpoint of the trial died of itself: ${error.message}`;
      this.ownCaptures = [];
      return { connections: [], strays: [], stallMs: 0 };
    } finally {
      await mortal.release();
    }
  }

  /** The longest time in ns that the kit did not run, and did not mean to. */
  private stallOf(endedNs: number): { readonly longestGapNs: number; readonly clockStepMs: number } {
    const { stalls } = this.context;
    const { startedNs } = this;
    const { held } = this.freezer;
    if (held === undefined) return stalls.worst(startedNs, endedNs);
    const parts = [stalls.worst(startedNs, held.fromNs), stalls.worst(held.toNs, endedNs)];
    return {
      longestGapNs: Math.max(...parts.map((part) => part.longestGapNs)),
      clockStepMs: Math.max(...parts.map((part) => Math.abs(part.clockStepMs))),
    };
  }

  /** A one-shot adapter stays 250 ms behind its `done`; one that then does not end by itself is ended. */
  private async untilSettled(): Promise<void> {
    const { session } = this.host;
    const overdue = setTimeout(() => session.abort(this.slot.trial), lingerMs + exitMs);
    await session.settled(this.slot.trial);
    clearTimeout(overdue);
  }

  /** Waits, driven by what is seen, until the trial is over or its time is. */
  private async untilOver(): Promise<void> {
    // Only a trial that takes its time can have starved; the others are spared the look.
    const sample = setTimeout(() => this.sampleDelay(), 1000);
    try {
      await this.watch();
    } finally {
      clearTimeout(sample);
    }
  }

  private sampleDelay(): void {
    const { pid, marker } = this.host.session;
    if (pid !== undefined) this.processors = lookAtProcessors(pid, marker);
  }

  private async watch(): Promise<void> {
    for (;;) {
      if (this.context.abort.aborted) return;
      if (this.isOver()) {
        // A script that failed over a client that is silent: whether that is the client or its adapter has to be asked.
        if (this.isSilent()) await this.giveUp();
        return;
      }
      const { progress, log, startedNs } = this;
      const { standsStill, thawedNs } = this.freezer;
      const course = { ...progress, startedNs, standsStill, thawedNs, exitNs: log.exit?.atNs, log: log.entries };
      const untilNs = this.isEnded() ? this.reactingUntilNs() : this.patience.deadlineNs(course);
      const leftMs = (untilNs - nowNs()) / 1e6;
      if (leftMs <= 0) {
        if (this.isEnded()) continue;
        await this.giveUp();
        return;
      }
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, leftMs + 1);
      });
      await Promise.race([this.log.changed(), timeout]);
      clearTimeout(timer);
    }
  }

  private isOver(): boolean {
    const { log, progress } = this;
    if (log.breach !== undefined || log.has('unsupported')) return true;
    if (log.exit !== undefined) return this.isWireOver();
    if (this.isEnded()) return nowNs() >= this.reactingUntilNs();
    if (log.has('done')) return false;
    return progress.over?.status === 'failed';
  }

  /** All is said and seen; the adapter may still be at what it was ordered to do. */
  private isEnded(): boolean {
    return this.log.has('done') && this.log.exit === undefined && this.isWireOver();
  }

  /** The script need not go on for a client that is gone, nor a client be waited for that has ended. */
  private isWireOver(): boolean {
    const { over, goneNs, requestNs } = this.progress;
    return over !== undefined || goneNs !== undefined || requestNs === undefined;
  }

  private reactingUntilNs(): number {
    // A one-shot adapter ends behind its `done`, whatever it was at.
    if (this.host.session.mode === 'one-shot') return 0;
    return reactingUntilNs(this.expanded.reactions, this.log.entries);
  }

  private isSilent(): boolean {
    const { log } = this;
    if (log.breach !== undefined || log.exit !== undefined) return false;
    return !log.has('done') && !log.has('close') && !log.has('unsupported');
  }

  /** How much of its time the client waited for a processor, from the first look on. */
  private lookForDelay(): void {
    const { pid, marker } = this.host.session;
    if (pid === undefined || this.processors === undefined) return;
    this.share = mostDelayed(this.processors, lookAtProcessors(pid, marker));
  }

  /** Nothing terminal came in time: is it the client, or the adapter, or the machine? */
  private async giveUp(): Promise<void> {
    const { session } = this.host;
    this.gaveUp = true;
    await this.lookForDisturbance();
    if (session.pid !== undefined) this.stoppedByOther ||= isStoppedByOther(session.pid);
    this.lookForDelay();
    // What comes from here on is the answer to the abort, and no longer the client's own.
    const entries = [...this.log.entries];
    this.pong = (await session.ping(5000)) ?? null;
    const late = this.log.entries.slice(entries.length).filter((entry) => entry.event !== 'done');
    session.abort(this.slot.trial);
    if (session.mode === 'one-shot') await session.settled(this.slot.trial);
    this.log.entries.length = 0;
    this.log.entries.push(...entries, ...late);
  }

  /** What was done to the client's container meanwhile; one that was disturbed is of no more use. */
  private async lookForDisturbance(): Promise<void> {
    const disturbance = await this.host.session.cage?.disturbance();
    if (disturbance === undefined) return;
    this.stoppedByOther ||= disturbance === 'held';
    this.outOfMemory ||= disturbance === 'out-of-memory';
    this.host.condemn();
  }

  private async observe(): Promise<Trial> {
    const { slot, host, log } = this;
    if (!this.gaveUp) this.lookForDelay();
    if (!this.gaveUp && host.session.mode === 'resident') {
      await new Promise((resolve) => setTimeout(resolve, lingerMs));
    }
    if (!this.gaveUp) await this.lookForDisturbance();
    const entries = [...log.entries];
    // Where the endpoint is gone, the adapter is none the less free of this trial.
    const collected = await this.collect().finally(() => {
      this.unlisten();
      host.finish(slot.trial);
    });
    return this.assemble(entries, collected);
  }

  private assemble(entries: readonly LogEntry[], collected: Collected): Trial {
    const { slot, host, log } = this;
    const endedNs = nowNs();
    const { longestGapNs, clockStepMs } = this.stallOf(endedNs);
    const { connections, strays } = collected;
    const isEnded = log.exit !== undefined && !(log.exit.code === 0 && entries.some((entry) => entry.event === 'done'));
    return {
      ...headOf(slot),
      startedAtNs: this.startedNs,
      endedAtNs: endedNs,
      connections,
      ...(this.failure === undefined ? {} : { failure: this.failure }),
      strays: connections.length === 0 ? strays : [],
      log: entries.slice(0, 5000),
      adapter: {
        process: host.number,
        pid: host.session.pid ?? null,
        mode: host.session.mode,
        used: this.used,
        // A process that ended in order behind its `done` did all that was asked of it.
        ...(isEnded && log.exit !== undefined ? { exit: log.exit } : {}),
        ...(log.crashBehind === undefined ? {} : { crashBehind: log.crashBehind }),
        ...(log.breach === undefined ? {} : { breach: log.breach }),
        pong: this.pong,
        gaveUp: this.gaveUp,
        ...(this.gaveUp || isEnded || log.breach !== undefined
          ? { stderr: host.session.stderrTail().slice(-2000) }
          : {}),
      },
      host: {
        stallMs: Math.max(longestGapNs / 1e6, collected.stallMs),
        clockStepMs: Math.abs(clockStepMs),
        starved: this.share?.waited ?? null,
        ...(this.share === undefined ? {} : { ran: this.share.ran }),
        stoppedByOther: this.stoppedByOther,
        oomKill: this.outOfMemory || (mayBeForMemory(log.exit) && readOomKills() !== log.oomKills),
      },
    };
  }
}

/** @throws {TypeError} nobody has checked whether the client can reach the endpoint at all */
function addressOf(endpoint: Endpoint, session: AdapterSession, transport: Transport): string {
  const place = session.place ?? 'host';
  const address = endpoint.address(place, transport);
  if (address === undefined) throw new TypeError(`a client on ${place} cannot reach this endpoint`);
  return `${address.host}:${address.port}`;
}
