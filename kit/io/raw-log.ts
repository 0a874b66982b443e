/** Raw bytes kept of a connection for a capture. */
const maxCaptureBytes = 256 * 1024;

/** Raw bytes with their times, bounded. */
export class RawLog {
  readonly entries: { readonly atNs: number; readonly dir: 'in' | 'out'; readonly bytes: Buffer }[] = [];
  bytesOut = 0;
  private kept = 0;
  private isFull = false;

  add(dir: 'in' | 'out', bytes: Buffer, atNs: number): void {
    if (dir === 'out') this.bytesOut += bytes.length;
    // Without a gap: what is kept is the beginning of the connection, so that each byte has its place.
    this.isFull ||= this.kept + bytes.length > maxCaptureBytes;
    if (this.isFull) return;
    this.kept += bytes.length;
    this.entries.push({ atNs, dir, bytes: Buffer.from(bytes) });
  }
}
