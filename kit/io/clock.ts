/** The kit's one clock, and a watch over the event loop that reads it. */

/**
 * Monotonic time in ns: the same clock in every thread of the process, unrelated to the wall clock and to other processes'
 * zero. A double holds it exactly up to 2^53 ns, which is 104 days of uptime; later it is rounded to 2 ns.
 */
export function nowNs(): number {
  return Number(process.hrtime.bigint());
}

/** The clocks that a {@link StallMonitor} reads; given as values so that a test can move them. */
export interface Clocks {
  readonly monotonicNs: () => number;
  readonly wallMs: () => number;
}

/** What a {@link StallMonitor} saw in a window of time. */
export interface StallReport {
  /** The longest time in ns in which the event loop did not get round to a tick, of those that touch the window. */
  readonly longestGapNs: number;
  /** The largest step of the wall clock against the monotonic one in ms, signed; 0 below 500 ms. */
  readonly clockStepMs: number;
  /** False where the window begins before the oldest tick still held: the report is then of the rest. */
  readonly isComplete: boolean;
}

const INTERVAL_MS = 50;
const CLOCK_STEP_MS = 500;

/** Watches for stalls of the event loop and for steps of the wall clock. It keeps no process alive. */
export class StallMonitor implements Disposable {
  readonly #clocks: Clocks;
  readonly #ticks: Float64Array;
  readonly #steps: Float64Array;
  readonly #timer: NodeJS.Timeout;
  #count = 0;
  #wallMinusMonotonicMs: number;

  /** @param capacity ticks held; 12,000 are ten minutes */
  constructor(clocks: Clocks = { monotonicNs: nowNs, wallMs: Date.now }, capacity = 12_000) {
    this.#clocks = clocks;
    this.#ticks = new Float64Array(capacity);
    this.#steps = new Float64Array(capacity);
    this.#wallMinusMonotonicMs = clocks.wallMs() - clocks.monotonicNs() / 1e6;
    this.tick();
    this.#timer = setInterval(() => this.tick(), INTERVAL_MS);
    this.#timer.unref();
  }

  /** Notes that the event loop runs now. The monitor's own timer does so every 50 ms. */
  tick(): void {
    const atNs = this.#clocks.monotonicNs();
    const offsetMs = this.#clocks.wallMs() - atNs / 1e6;
    const stepMs = offsetMs - this.#wallMinusMonotonicMs;
    const slot = this.#count % this.#ticks.length;
    this.#ticks[slot] = atNs;
    this.#steps[slot] = Math.abs(stepMs) > CLOCK_STEP_MS ? stepMs : 0;
    // Slow drift (NTP slewing) is followed, or it would add up to a step that never was.
    this.#wallMinusMonotonicMs = offsetMs;
    this.#count += 1;
  }

  /** The worst of the window; a gap still open at `toNs` counts up to `toNs`. */
  worst(fromNs: number, toNs: number): StallReport {
    const oldest = Math.max(0, this.#count - this.#ticks.length);
    let longestGapNs = 0;
    let clockStepMs = 0;
    let nextNs = toNs;
    let stepMs = 0;
    let index = this.#count - 1;
    for (; index >= oldest; index -= 1) {
      const atNs = this.#ticks[index % this.#ticks.length] ?? 0;
      if (atNs <= toNs) {
        longestGapNs = Math.max(longestGapNs, nextNs - atNs);
        // The step noted at the later tick happened in the gap between both.
        if (Math.abs(stepMs) > Math.abs(clockStepMs)) clockStepMs = stepMs;
      }
      if (atNs <= fromNs) break;
      nextNs = atNs;
      stepMs = this.#steps[index % this.#steps.length] ?? 0;
    }
    return { longestGapNs, clockStepMs, isComplete: index >= oldest };
  }

  /** Stops the timer. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
