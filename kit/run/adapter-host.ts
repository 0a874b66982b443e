/** One adapter process of a lane: started when needed, replaced when due, its lines kept apart by trial. */
import type { AdapterExit, Breach, LogEntry } from '../core/adapter-event';
import type { AdapterSession, Target } from '../core/target';
import { readOomKills } from '../io/oom';

/** What an adapter has said of one trial so far. */
export class TrialLog {
  readonly entries: LogEntry[] = [];
  breach: Breach | undefined;
  exit: AdapterExit | undefined;
  /** The process crashed when a trial was done and only listened on, and this one is it, or had begun: nobody knows which. */
  crashBehind: AdapterExit | undefined;
  private wake: (() => void) | undefined;

  /** @param oomKills the kernel's count of processes killed for want of memory, when this one's process had not begun */
  constructor(readonly oomKills: number | undefined) {}

  /** Resolves at the next change. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  notify(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }

  has(event: LogEntry['event']): boolean {
    return this.entries.some((entry) => entry.event === event);
  }
}

/** Lines for trials that were finished: at most so many are kept for one process. */
const maxLate = 1000;

export class AdapterHost {
  /** Trials that this process had. */
  used = 0;
  private logs = new Map<string, TrialLog>();
  private lateCount = 0;
  private readonly waiting: (() => void)[] = [];
  private hasEnded = false;
  private hasBroken = false;
  /** What was wrong while no trial listened. */
  private unheard: Breach | undefined;
  private readonly oomKills: number | undefined;

  private constructor(
    readonly target: Target,
    readonly number: number,
    private readonly onLate: (trial: string, entries: readonly LogEntry[]) => void,
    private readonly countOomKills: () => number | undefined,
  ) {
    this.oomKills = countOomKills();
  }

  session!: AdapterSession;

  /**
   * Starts an adapter.
   * @param number counts the processes of a run
   * @throws {AdapterRefusal} it says no valid hello
   */
  static async start(
    target: Target,
    number: number,
    onLate: (trial: string, entries: readonly LogEntry[]) => void,
    countOomKills = readOomKills,
  ): Promise<AdapterHost> {
    const host = new AdapterHost(target, number, onLate, countOomKills);
    host.session = await target.launch({
      onEvent: (trial, entry) => host.hear(trial, entry),
      onBreach: (breach) => host.break(breach),
      onExit: (exit) => host.end(exit),
    });
    return host;
  }

  /** False once it has to be replaced before another trial. */
  get isUsable(): boolean {
    if (this.hasBroken) return false;
    if (this.session.mode === 'one-shot') return true;
    return !this.hasEnded && this.used < this.target.recycleAfterTrials;
  }

  /** So close to its last trial that its successor had better be started. */
  get isNearlyDue(): boolean {
    return this.session.mode === 'resident' && this.used >= this.target.recycleAfterTrials * 0.8;
  }

  /** Never to be used again. */
  condemn(): void {
    this.hasBroken = true;
  }

  /** Listens for a trial. */
  open(trial: string): TrialLog {
    // One kill excuses no more than what was running then: another's, long ago, is no reason for a crash.
    const log = new TrialLog(this.session.mode === 'one-shot' ? this.countOomKills() : this.oomKills);
    log.breach = this.unheard;
    this.logs.set(trial, log);
    this.used += 1;
    return log;
  }

  /** The trial is written; what is still said of it goes to `onLate`. */
  finish(trial: string): void {
    this.logs.delete(trial);
    if (this.logs.size === 0) for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Resolves when no trial listens any more. */
  idle(): Promise<void> {
    return this.logs.size === 0 ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));
  }

  async close(): Promise<void> {
    await this.session.close();
  }

  private hear(trial: string, entry: LogEntry): void {
    const log = this.logs.get(trial);
    if (log !== undefined) {
      log.entries.push(entry);
      log.notify();
      return;
    }
    if (++this.lateCount <= maxLate) this.onLate(trial, [entry]);
  }

  private break(breach: Breach): void {
    this.hasBroken = true;
    if (this.logs.size === 0) this.unheard ??= breach;
    for (const log of this.logs.values()) {
      log.breach ??= breach;
      log.notify();
    }
  }

  private end(exit: AdapterExit): void {
    this.hasEnded = true;
    const open = [...this.logs.values()];
    const isOrderly = exit.byKit || (exit.signal === null && exit.code === 0);
    // A trial that is done, and was followed by another, only listens on: the end may be over either.
    const listening = new Set(open.filter((log, at) => log.has('done') && at < open.length - 1));
    for (const log of open) {
      if (listening.size > 0 && !isOrderly) log.crashBehind ??= exit;
      if (listening.has(log)) continue;
      log.exit ??= exit;
      log.notify();
    }
  }
}
