/** Freezes and thaws the client of one trial as the endpoint asks for it, and gives the endpoint the proof. */
import type { Endpoint } from '../core/endpoint';
import type { AdapterSession } from '../core/target';
import { nowNs, type StallMonitor } from '../io/clock';
import { confirmFrozen, freezeTree, thawTree, type FreezeEvidence } from '../io/freeze';

export interface FreezerOptions {
  readonly endpoint: Endpoint;
  readonly stalls: StallMonitor;
  readonly session: AdapterSession;
  readonly trial: string;
  /** The longest that an event loop may be held, in ms. */
  readonly mostMs: number;
}

export class ClientFreezer {
  private frozen: FreezeEvidence | undefined;
  private isEnded = false;
  private pending: Promise<void> = Promise.resolve();
  private heldNs: { readonly fromNs: number; readonly toNs: number } | undefined;

  constructor(private readonly options: FreezerOptions) {}

  /** While the event loop was held; undefined where it never was. */
  get held(): { readonly fromNs: number; readonly toNs: number } | undefined {
    return this.heldNs;
  }

  /** Freezes the client, unless its trial is over. Never rejects. */
  freeze(): void {
    this.pending = this.pending.then(() => this.tryFreeze());
  }

  /**
   * The trial is over, and the process is another trial's next: nothing stays frozen, and nothing is frozen any more.
   * Resolves when that is so.
   */
  async end(): Promise<void> {
    this.isEnded = true;
    this.thaw();
    await this.pending;
  }

  private async tryFreeze(): Promise<void> {
    if (this.isEnded) return;
    const { endpoint, trial, session } = this.options;
    const { pid, marker, freezing } = session;
    if (freezing === 'event-loop') {
      this.holdEventLoop();
      return;
    }
    if (pid === undefined) {
      endpoint.answer({ trial, answer: 'failed', reason: 'the client has no process that could be frozen' });
      return;
    }
    const frozen = await freezeTree({ rootPid: pid, marker });
    if (frozen.kind === 'failed') {
      const reason = `the client could not be frozen: ${frozen.reason}, ${frozen.detail}`;
      endpoint.answer({ trial, answer: 'failed', reason });
      return;
    }
    this.frozen = frozen.evidence;
    if (this.isEnded) this.thaw();
    else endpoint.answer({ trial, answer: 'frozen' });
  }

  /** Does nothing where nothing is frozen. */
  thaw(): void {
    const { frozen } = this;
    if (frozen === undefined) return;
    this.frozen = undefined;
    const confirmed = confirmFrozen(frozen);
    const { atNs } = thawTree(frozen);
    this.options.endpoint.answer({
      trial: this.options.trial,
      answer: 'thawed',
      proof: {
        frozenAtNs: frozen.atNs,
        thawedAtNs: atNs,
        processes: frozen.pids.length,
        threads: frozen.threads,
        confirmed: confirmed.kind === 'frozen',
        ...(confirmed.kind === 'frozen' ? {} : { reason: confirmed.detail }),
      },
    });
  }

  /** The client is in this process: nothing of it runs while nothing of the kit does. */
  private holdEventLoop(): void {
    const { endpoint, stalls, trial, mostMs } = this.options;
    if (endpoint.holdUntilThaw === undefined) {
      const reason = 'a client in the kit’s own process can be frozen only beside an embedded endpoint';
      endpoint.answer({ trial, answer: 'failed', reason });
      return;
    }
    const frozenAtNs = nowNs();
    stalls.tick();
    const isThawed = endpoint.holdUntilThaw(() => endpoint.answer({ trial, answer: 'frozen' }), mostMs);
    const thawedAtNs = nowNs();
    stalls.tick();
    // The gap lies between the two ticks; the times are those outside of it.
    this.heldNs = { fromNs: frozenAtNs, toNs: nowNs() };
    const proof = { frozenAtNs, thawedAtNs, processes: 1, threads: 1, how: 'event-loop' as const };
    const reason = 'the endpoint did not ask for the thaw in time';
    const outcome = isThawed ? { confirmed: true } : { confirmed: false, reason };
    endpoint.answer({ trial, answer: 'thawed', proof: { ...proof, ...outcome } });
  }
}
