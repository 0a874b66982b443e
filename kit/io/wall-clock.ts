/** The wall clock to the microsecond, which Node tells to the millisecond: by waiting for it to move on. */
import { nowNs } from './clock';

/** A clock that was set, or runs fast, is noticed where it is off by more than this, in ns. */
const mostOffNs = 3_000_000;
/** Edges that are waited for, about 1 ms each. */
const edges = 3;

/** What has to be added to {@link nowNs} to have the time since 1970, in ns. */
export class WallClock {
  private offset = 0n;

  constructor(
    private readonly wallMs: () => number = Date.now,
    private readonly monotonicNs: () => number = nowNs,
  ) {
    this.measure();
  }

  /** As it was measured. */
  get offsetNs(): bigint {
    return this.offset;
  }

  /** Measures again where the clock has been set meanwhile. */
  check(): void {
    const expectedNs = this.monotonicNs() + Number(this.offset);
    if (Math.abs(this.wallMs() * 1e6 - expectedNs) > mostOffNs) this.measure();
  }

  private measure(): void {
    let best: bigint | undefined;
    for (let edge = 0; edge < edges; edge++) {
      const before = this.wallMs();
      let after = before;
      while (after === before) after = this.wallMs();
      // Whoever was kept waiting behind the edge finds a smaller difference: the largest is the best.
      const found = BigInt(after) * 1_000_000n - BigInt(Math.round(this.monotonicNs()));
      if (best === undefined || found > best) best = found;
    }
    this.offset = best ?? 0n;
  }
}
