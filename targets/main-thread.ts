/** The application's thread of a client, held by its adapter while the rest of the client goes on. */
import type { FreezeProof } from '../kit/core/trial';
import { ClientEnded, type FrozenCage } from '../kit/core/target';
import { nowNs } from '../kit/io/clock';
import type { HoldAnswer } from './adapter-line';

/** For the thread to stand still, or to go on; a page may be at work for a while. */
const answerMs = 10_000;

/** Holds the thread by orders to the adapter; feed it the answers. */
export class MainThread {
  #holds = 0;
  #hasEnded = false;
  /** It went on before it was told to. */
  #slipped: HoldAnswer | undefined;
  #awaited: { readonly id: number; readonly settle: (answer: HoldAnswer | undefined) => void } | undefined;

  constructor(private readonly tell: (order: object) => void) {}

  hear(answer: HoldAnswer): void {
    if (answer.id === this.#awaited?.id) this.#awaited.settle(answer);
    else if (answer.id === this.#holds && answer.state === 'released') this.#slipped = answer;
  }

  /** The adapter is gone. */
  end(): void {
    this.#hasEnded = true;
    this.#awaited?.settle(undefined);
  }

  /** @throws {ClientEnded} @throws {Error} it does not stand still */
  async hold(): Promise<FrozenCage> {
    const id = ++this.#holds;
    this.#slipped = undefined;
    const held = await this.#ask({ op: 'hold', id });
    if (held === undefined && this.#hasEnded) throw new ClientEnded('the adapter has ended');
    if (held?.state !== 'held') {
      this.tell({ op: 'release', id });
      throw new Error(held?.reason ?? 'the adapter did not say `held`');
    }
    const frozenAtNs = nowNs();
    return { thaw: () => this.#release(id, frozenAtNs) };
  }

  async #release(id: number, frozenAtNs: number): Promise<FreezeProof> {
    const thawedAtNs = nowNs();
    const slipped = this.#slipped;
    const released = slipped === undefined ? await this.#ask({ op: 'release', id }) : { ...slipped, confirmed: false };
    const proof = { frozenAtNs, thawedAtNs, processes: 1, threads: 1, how: 'main-thread' as const };
    // What has ended while it was held stood still to its end, and how it ended says the rest.
    const hasStoodStill = released === undefined && slipped === undefined && this.#hasEnded;
    const isConfirmed = released?.state === 'released' && released.confirmed;
    if (isConfirmed || hasStoodStill) return { ...proof, confirmed: true };
    return {
      ...proof,
      confirmed: false,
      reason:
        released?.reason ?? (slipped === undefined ? 'the adapter did not say `released`' : 'it went on by itself'),
    };
  }

  async #ask(order: { readonly op: string; readonly id: number }): Promise<HoldAnswer | undefined> {
    if (this.#hasEnded) return undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<HoldAnswer | undefined>((settle) => {
        this.#awaited = { id: order.id, settle };
        timer = setTimeout(settle, answerMs, undefined);
        this.tell(order);
      });
    } finally {
      clearTimeout(timer);
      this.#awaited = undefined;
    }
  }
}
