/** Freezes and thaws the client of one trial as the endpoint asks for it, and gives the endpoint the proof. */
import type { Duty } from '../core/condition';
import type { Endpoint } from '../core/endpoint';
import { ClientEnded, type AdapterSession, type FrozenCage, type TcpEnd } from '../core/target';
import { nowNs, type StallMonitor } from '../io/clock';
import { freezeByTurns } from './freeze-by-turns';
import { confirmFrozen, freezeTree, thawTree } from '../io/freeze';
import { processTree } from '../io/process-tree';
import type { FreezeProof } from '../core/trial';
import { findClientSocket } from './client-socket';

export interface FreezerOptions {
  readonly endpoint: Endpoint;
  readonly stalls: StallMonitor;
  readonly session: AdapterSession;
  readonly trial: string;
  /** The longest that an event loop may be held, in ms. */
  readonly mostMs: number;
}

/** Looks for the emptied socket after a thaw, each twice as late as the one before, from 1 ms. */
const takingLooks = 7;

export class ClientFreezer {
  private frozen: FrozenCage | undefined;
  private ends: { readonly client: TcpEnd; readonly server: TcpEnd } | undefined;
  private isEnded = false;
  private pending: Promise<void> = Promise.resolve();
  private wentOnNs: number | undefined;
  private heldNs: { readonly fromNs: number; readonly toNs: number } | undefined;

  constructor(private readonly options: FreezerOptions) {}

  /** While the event loop was held; undefined where it never was. */
  get held(): { readonly fromNs: number; readonly toNs: number } | undefined {
    return this.heldNs;
  }

  /** Whether the client is frozen now. */
  get standsStill(): boolean {
    return this.frozen !== undefined;
  }

  /** When it last went on; undefined where it was never frozen. */
  get thawedNs(): number | undefined {
    return this.wentOnNs;
  }

  /** A connection of the trial has arrived at an endpoint that cannot see the client's side: says who holds it. */
  locate(client: TcpEnd, server: TcpEnd): void {
    const { endpoint, trial, session } = this.options;
    const { path } = findClientSocket(session, client, server);
    this.ends = { client, server };
    endpoint.answer({ trial, answer: 'located', path });
  }

  /** Freezes the client, unless its trial is over; with `duty` by turns. Never rejects. */
  freeze(duty?: Duty): void {
    this.pending = this.pending.then(() => this.tryFreeze(duty));
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

  private async tryFreeze(duty: Duty | undefined): Promise<void> {
    if (this.isEnded) return;
    const { endpoint, trial, session } = this.options;
    const { pid, marker, freezing, cage, hold } = session;
    if (freezing === 'event-loop') {
      const reason = 'a client in the kit’s own process cannot be stopped and let go by turns';
      if (duty === undefined) this.holdEventLoop();
      else endpoint.answer({ trial, answer: 'unavailable', reason });
      return;
    }
    if (hold === undefined && cage === undefined && pid === undefined) {
      const reason = session.whyUnfrozen ?? 'the client has no process that could be frozen';
      endpoint.answer({ trial, answer: 'failed', reason });
      return;
    }
    try {
      const stop = (): Promise<FrozenCage> => hold?.() ?? cage?.freeze() ?? freezeProcesses(pid ?? 0, marker);
      this.frozen = duty === undefined ? await stop() : await freezeByTurns(stop, duty);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      endpoint.answer({ trial, answer: 'failed', reason: `the client could not be frozen: ${why}` });
      return;
    }
    if (this.isEnded) await this.letGo();
    else endpoint.answer({ trial, answer: 'frozen' });
  }

  /** Does nothing where nothing is frozen. Never rejects. */
  thaw(): void {
    this.pending = this.pending.then(() => this.letGo());
  }

  private async letGo(): Promise<void> {
    const { frozen, ends } = this;
    const { endpoint, trial, session } = this.options;
    if (frozen === undefined) return;
    const peer = ends === undefined ? undefined : findClientSocket(session, ends.client, ends.server).row;
    const proof = await frozen.thaw();
    this.frozen = undefined;
    this.wentOnNs = nowNs();
    endpoint.answer({ trial, answer: 'thawed', proof, ...(peer === undefined ? {} : { peer }) });
    if (peer !== undefined) this.watchTaking(0);
  }

  /** After a thaw: looks a few times whether the client took the bytes from its socket, for an endpoint that cannot. */
  private watchTaking(turn: number): void {
    const { ends } = this;
    const { endpoint, trial, session } = this.options;
    if (this.isEnded || ends === undefined || turn >= takingLooks) return;
    setTimeout(() => {
      const { row } = this.isEnded ? { row: undefined } : findClientSocket(session, ends.client, ends.server);
      if (row === undefined || row.rxQueue > 1) this.watchTaking(turn + 1);
      else endpoint.answer({ trial, answer: 'taken', peer: row });
    }, 2 ** turn).unref();
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

/** Stops a process tree. @throws {ClientEnded} @throws {Error} it does not stand still */
async function freezeProcesses(rootPid: number, marker: string): Promise<FrozenCage> {
  const frozen = await freezeTree({ rootPid, marker });
  if (frozen.kind === 'failed') {
    const why = `${frozen.reason}, ${frozen.detail}`;
    // A launcher may have left, and the client live on below it.
    const hasEnded = frozen.reason === 'exited' && processTree(rootPid, marker).length === 0;
    throw hasEnded ? new ClientEnded(why) : new Error(why);
  }
  const { evidence } = frozen;
  return {
    thaw: () => {
      const confirmed = confirmFrozen(evidence);
      const { atNs } = thawTree(evidence);
      const proof: FreezeProof = {
        frozenAtNs: evidence.atNs,
        thawedAtNs: atNs,
        processes: evidence.pids.length,
        threads: evidence.threads,
        confirmed: confirmed.kind === 'frozen',
        ...(confirmed.kind === 'frozen' ? {} : { reason: confirmed.detail }),
      };
      return Promise.resolve(proof);
    },
  };
}
