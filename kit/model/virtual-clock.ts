/** Time that passes only when the next event is due; events of one instant happen in the order they were asked for. */
export class VirtualClock {
  #nowMs = 0;
  #order = 0;
  #due: { readonly atMs: number; readonly order: number; readonly run: () => void; isCancelled: boolean }[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  get nowNs(): number {
    return Math.round(this.#nowMs * 1e6);
  }

  /** Runs something at a time, now at the earliest; gives what cancels it. */
  at(atMs: number, run: () => void): () => void {
    const event = { atMs: Math.max(atMs, this.#nowMs), order: this.#order++, run, isCancelled: false };
    const place = this.#due.findLastIndex((each) => each.atMs <= event.atMs);
    this.#due.splice(place + 1, 0, event);
    return () => {
      event.isCancelled = true;
    };
  }

  /** Runs what is due up to a time, or until there is nothing more, or `isOver` says so. */
  run(untilMs: number, isOver: () => boolean = () => false): void {
    while (!isOver()) {
      const event = this.#due[0];
      if (event === undefined || event.atMs > untilMs) return;
      this.#due.shift();
      this.#nowMs = event.atMs;
      if (!event.isCancelled) event.run();
    }
  }
}
