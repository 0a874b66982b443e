/** Cuts a byte stream into lines, holding back at most one unfinished line. */

const lf = 0x0a;

/** What {@link LineSplitter.push} found: lines without their LF, and whether one is longer than allowed. */
export interface SplitLines {
  readonly lines: readonly Buffer[];
  readonly isTooLong: boolean;
}

/** Keeps the bytes after the last LF until more come; nothing is decoded here, so no character is ever cut. */
export class LineSplitter {
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(readonly maxLineBytes: number) {}

  /** Takes what was read. After a line that is too long nothing more should be pushed. */
  push(bytes: Buffer): SplitLines {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(lf); end !== -1; end = bytes.indexOf(lf, start)) {
      const line = this.#finish(bytes.subarray(start, end));
      start = end + 1;
      if (line.length > this.maxLineBytes) return { lines, isTooLong: true };
      lines.push(line);
    }
    if (start < bytes.length) {
      // A copy: the slice would keep the whole read alive.
      this.#held.push(Buffer.from(bytes.subarray(start)));
      this.#heldBytes += bytes.length - start;
    }
    return { lines, isTooLong: this.#heldBytes > this.maxLineBytes };
  }

  /** The bytes of a line that never ended; empty where the stream ended with a LF. */
  rest(): Buffer {
    return Buffer.concat(this.#held);
  }

  #finish(tail: Buffer): Buffer {
    if (this.#heldBytes === 0) return tail;
    const line = Buffer.concat([...this.#held, tail]);
    this.#held = [];
    this.#heldBytes = 0;
    return line;
  }
}
