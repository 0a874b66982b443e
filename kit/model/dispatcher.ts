/** Between the parser and the application: what was parsed waits here for its turn, or is handed over at once. */
import type { Host, ModelEvent } from './host';
import type { Switches } from './switches';

export class Dispatcher {
  #queue: ModelEvent[] = [];
  #isClosing = false;

  constructor(
    private readonly switches: Switches,
    private readonly host: Pick<Host, 'after' | 'random'>,
    private readonly deliver: (event: ModelEvent) => void,
  ) {}

  push(event: ModelEvent): void {
    const { dispatch, queueLimit } = this.switches;
    if (dispatch === undefined) {
      this.deliver(event);
      return;
    }
    if (queueLimit !== undefined && event.kind === 'message' && this.#queue.length >= queueLimit) return;
    this.#queue.push(event);
    if (dispatch !== 'pass') this.host.after(dispatch === 'turn' ? 0 : dispatch, () => this.#next());
  }

  /** A Close or the end of the stream was seen in this pass. */
  closing(): void {
    this.#isClosing = true;
  }

  /** All of a wake-up was handled. */
  endPass(): void {
    if (this.switches.dispatch !== 'pass') return;
    const events = this.#isClosing ? this.#atClose(this.#queue) : this.#queue;
    this.#queue = [];
    this.#isClosing = false;
    for (const event of events) this.deliver(event);
  }

  /** Forgets the messages that wait. */
  clear(): void {
    this.#queue = this.#queue.filter((event) => event.kind !== 'message');
  }

  #next(): void {
    const event = this.#queue.shift();
    if (event !== undefined) this.deliver(event);
  }

  #atClose(queue: readonly ModelEvent[]): readonly ModelEvent[] {
    const { flushesTwice, dropsLast = 0 } = this.switches;
    const messages = queue.filter((event) => event.kind === 'message');
    const others = queue.filter((event) => event.kind !== 'message');
    if (flushesTwice) return [...messages, ...messages, ...others];
    if (messages.length > 0 && this.host.random() < dropsLast) return [...messages.slice(0, -1), ...others];
    return queue;
  }
}
