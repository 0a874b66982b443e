/** A listener that keeps what an adapter said, and waits for states instead of times. */
import type { AdapterExit, Breach, ClientEvent, LogEntry } from '../../kit/core/adapter-event';
import type { AdapterListener } from '../../kit/core/target';

/** Collects everything, in order; {@link until} waits for a state. */
export class Recorder implements AdapterListener {
  readonly events: { readonly trial: string; readonly entry: LogEntry }[] = [];
  readonly breaches: Breach[] = [];
  readonly exits: AdapterExit[] = [];
  #waiting = new Set<() => void>();

  onEvent(trial: string, entry: LogEntry): void {
    this.events.push({ trial, entry });
    this.#wake();
  }

  onBreach(breach: Breach): void {
    this.breaches.push(breach);
    this.#wake();
  }

  onExit(exit: AdapterExit): void {
    this.exits.push(exit);
    this.#wake();
  }

  /** The events of a trial without positions and clocks. */
  of(trial: string): ClientEvent[] {
    return this.events
      .filter((event) => event.trial === trial)
      .map(({ entry: { line: _line, atNs: _atNs, tNs: _tNs, ...event } }) => event);
  }

  /** The names of a trial's events. */
  namesOf(trial: string): string[] {
    return this.of(trial).map(({ event }) => event);
  }

  hasEnded(trial: string): boolean {
    return this.namesOf(trial).includes('done');
  }

  /** Resolves as soon as the state is reached; the test's own time limit ends what never is. */
  until(isReached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isReached()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  untilDone(trial: string): Promise<void> {
    return this.until(() => this.hasEnded(trial));
  }

  #wake(): void {
    for (const look of this.#waiting) look();
  }
}
