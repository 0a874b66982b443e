/** The end of a standard error, in bounded memory. */

const mostBytes = 16 * 1024;

export class StderrTail {
  #parts: Buffer[] = [];
  #bytes = 0;

  push(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes < 4 * mostBytes) return;
    // A copy: the slice would keep the whole read alive.
    const tail = Buffer.from(Buffer.concat(this.#parts).subarray(-mostBytes));
    this.#parts = [tail];
    this.#bytes = tail.length;
  }

  /** The last 16 KiB. */
  text(): string {
    return Buffer.concat(this.#parts).subarray(-mostBytes).toString();
  }
}
