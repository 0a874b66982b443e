/** The adapter processes of one target: started when a lane needs one, replaced when due, ended when nobody listens. */
import type { LogEntry } from '../core/adapter-event';
import { AdapterRefusal, type Target } from '../core/target';
import { AdapterHost } from './adapter-host';

/** Attempts to start an adapter that was admitted once. */
const startAttempts = 3;

export class AdapterPool {
  private readonly hosts = new Set<AdapterHost>();
  /** By the process that it follows. */
  private readonly successors = new Map<AdapterHost, Promise<AdapterHost | undefined>>();
  private processes = 0;
  private refusal: AdapterRefusal | undefined;

  constructor(
    private readonly target: Target,
    /** Hears what is said of a trial that was finished. */
    private readonly onLate: (trial: string, entries: readonly LogEntry[]) => void,
    /** Is given work that nobody waits for, so that an end of the run can. */
    private readonly track: (work: Promise<void>) => void,
  ) {}

  /** Why the adapter cannot be started any more; undefined while it can. */
  get broken(): AdapterRefusal | undefined {
    return this.refusal;
  }

  /** Any process that could do another trial. */
  get idle(): AdapterHost | undefined {
    return [...this.hosts].find((each) => each.isUsable);
  }

  /** Starts one. @throws {AdapterRefusal} it says no valid hello */
  async start(): Promise<AdapterHost> {
    const host = await AdapterHost.start(this.target, ++this.processes, this.onLate);
    this.hosts.add(host);
    return host;
  }

  /** The lane's process, or the one that replaces it; undefined where the adapter does not start any more. */
  async usable(host: AdapterHost | undefined): Promise<AdapterHost | undefined> {
    if (host?.isUsable === true) {
      if (host.isNearlyDue) this.successors.set(host, this.successors.get(host) ?? this.startAhead());
      return host;
    }
    const ready = host === undefined ? undefined : this.successors.get(host);
    if (host !== undefined) {
      this.successors.delete(host);
      this.release(host);
    }
    for (let attempt = 1; ; attempt++) {
      try {
        const started = attempt === 1 ? await ready : undefined;
        return started?.isUsable === true ? started : await this.start();
      } catch (error) {
        if (!(error instanceof AdapterRefusal)) throw error;
        if (attempt < startAttempts) continue;
        this.refusal = error;
        return undefined;
      }
    }
  }

  /** Ends an adapter once the trials that still listen to it are written. */
  release(host: AdapterHost): void {
    this.track(host.idle().then(() => this.retire(host)));
  }

  /** Ends all, whatever they are at. */
  async retireAll(): Promise<void> {
    await Promise.allSettled(this.successors.values());
    this.successors.clear();
    await Promise.all([...this.hosts].map((host) => this.retire(host)));
  }

  /** The next process of a lane, started while the last one still works; undefined where it does not come up. */
  private async startAhead(): Promise<AdapterHost | undefined> {
    try {
      return await this.start();
    } catch {
      // Whoever needs it tries again, and has the right to the error; an interrupt leaves nobody who does.
      return undefined;
    }
  }

  private async retire(host: AdapterHost): Promise<void> {
    this.hosts.delete(host);
    await host.close();
  }
}
