/**
 * The output of a container without a terminal: frames of `stream(1) 0 0 0 length(4, big-endian)` and so many bytes. The
 * engine's client library has this too, by recursion: a container that writes single bytes overflows its stack.
 */

const headerBytes = 8;
/** Of the header's first byte. */
const stderr = 2;

/** Where the bytes of each stream go. */
export interface Streams {
  readonly onStdout: (bytes: Buffer) => void;
  readonly onStderr: (bytes: Buffer) => void;
}

/** Feed it what was read; bytes are passed on as they come, and none are kept but those of a header. */
export class Demux {
  #header = Buffer.alloc(0);
  #stream = 0;
  #left = 0;

  constructor(private readonly streams: Streams) {}

  push(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#left === 0) rest = this.#takeHeader(rest);
      const content = rest.subarray(0, this.#left);
      if (content.length === 0) continue;
      this.#left -= content.length;
      rest = rest.subarray(content.length);
      if (this.#stream === stderr) this.streams.onStderr(content);
      else this.streams.onStdout(content);
    }
  }

  #takeHeader(bytes: Buffer): Buffer {
    const wanted = headerBytes - this.#header.length;
    this.#header = Buffer.concat([this.#header, bytes.subarray(0, wanted)]);
    if (this.#header.length === headerBytes) {
      this.#stream = this.#header.readUInt8(0);
      this.#left = this.#header.readUInt32BE(4);
      this.#header = Buffer.alloc(0);
    }
    return bytes.subarray(wanted);
  }
}
