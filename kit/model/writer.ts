/** The client's direction: frames, close_notify and FIN, at once or one by one with a gap between them. */
import { buildFrame } from '../core/frame';
import type { Host } from './host';
import type { Switches } from './switches';

export class Writer {
  #waiting: (() => void)[] = [];
  #isEnded = false;

  constructor(
    private readonly switches: Switches,
    private readonly isTls: boolean,
    private readonly host: Host,
  ) {}

  frame(opcode: number, payload: Uint8Array): void {
    // RFC 6455 §5.3: a client masks, each frame with a key of its own.
    const bytes = buildFrame({ opcode, payload, maskingKey: randomBytes(this.host, 4) });
    this.#do(() => this.host.write(bytes));
  }

  /** close_notify, where there is TLS, and FIN; once. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.isTls) this.#do(() => this.host.closeNotify());
    this.#do(() => this.host.end());
  }

  /** The connection is gone: there is nothing left to end. */
  abandon(): void {
    this.#isEnded = true;
  }

  #do(perform: () => void): void {
    const { writeGapMs } = this.switches;
    if (writeGapMs === undefined) {
      perform();
      return;
    }
    this.#waiting.push(perform);
    if (this.#waiting.length === 1) this.host.after(writeGapMs, () => this.#next(writeGapMs));
  }

  #next(gapMs: number): void {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) this.host.after(gapMs, () => this.#next(gapMs));
  }
}

/** Bytes from the host's dice. */
export function randomBytes(host: Pick<Host, 'random'>, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => Math.floor(host.random() * 256)));
}
