/** What the kernel says of one connection, looked at when something happens, and while something is waited for. */
import type { Snapshot } from '../core/trial';
import { nowNs } from './clock';
import type { KernelView } from './kernel-view';

const maxSnapshots = 60;
/** Looks for the emptied socket after a thaw, each twice as late as the one before, from 1 ms. */
const takingLooks = 7;

/** What the witness has to know of the connection while it watches. */
export interface Watched {
  /** Bytes of TCP whose acknowledgement is waited for, the FIN among them. */
  bytesDue(): number;
  /** Nothing is to be seen any more. */
  isOver(): boolean;
  /** Its client has left. */
  isGone(): boolean;
  /** All was acknowledged, and {@link ConnectionWitness.awaitsAck}. */
  onAcked(): void;
}

export class ConnectionWitness {
  /** Whether somebody waits for the acknowledgement of all. */
  awaitsAck = false;
  private readonly taken: Snapshot[] = [];
  private poll: NodeJS.Timeout | undefined;
  private pollMs = 1;

  constructor(
    private readonly kernel: KernelView,
    private readonly watched: Watched,
  ) {}

  get snapshots(): readonly Snapshot[] {
    return this.taken;
  }

  /** @param peer the client's side, where somebody else saw it */
  snapshot(why: Snapshot['why'], peer?: Snapshot['peer']): void {
    if (this.taken.length >= maxSnapshots && why !== 'final' && why !== 'client-ended') return;
    // The client's own row costs a look-up, and matters where something may lie unread.
    const looksAtPeer = why !== 'request' && why !== 'acked';
    const seen = this.kernel.look(looksAtPeer);
    if (seen === undefined) return;
    this.taken.push({ atNs: nowNs(), why, ...seen, ...(peer === undefined ? {} : { peer }) });
  }

  /** The look before the thaw saw our side only; the run adds the client's. */
  addPeer(peer: NonNullable<Snapshot['peer']>): void {
    const at = this.taken.findLastIndex((each) => each.why === 'before-thaw');
    const seen = this.taken[at];
    if (seen !== undefined) this.taken[at] = { ...seen, peer };
  }

  /** Looks for the acknowledgement of all that was sent: soon, and again until it is there. */
  watchAcks(ms = 1): void {
    if (this.kernel.witness === 'none') return;
    this.pollMs = ms;
    clearTimeout(this.poll);
    this.poll = setTimeout(() => this.pollAcks(), Math.max(ms, this.kernel.pollMs));
  }

  /** After a thaw: looks a few times whether the client took the bytes from its socket. */
  watchTaking(turn = 0): void {
    if (this.watched.isOver() || turn >= takingLooks) return;
    setTimeout(() => {
      if (this.watched.isOver() || this.watched.isGone()) return;
      const seen = this.kernel.look(true);
      if (seen?.peer === undefined || seen.peer.rxQueue > 1) this.watchTaking(turn + 1);
      else this.snapshot('after-thaw');
    }, 2 ** turn).unref();
  }

  stop(): void {
    clearTimeout(this.poll);
  }

  /** The first time that all is acknowledged makes a snapshot. */
  private pollAcks(): void {
    if (this.watched.isOver()) return;
    const acked = this.kernel.bytesAcked();
    if (acked === undefined) return;
    if (acked < this.watched.bytesDue()) {
      this.watchAcks(Math.min(this.pollMs * 1.5, 50));
      return;
    }
    this.snapshot('acked');
    if (this.awaitsAck) this.watched.onAcked();
  }
}
