/**
 * Reads what a capturing tool writes while it writes it: pcapng, draft-ietf-opsawg-pcapng-03, as `dumpcap` does, or pcap,
 * draft-ietf-opsawg-pcap-06, as `tcpdump` does. Pure. Rules:
 *
 * - bytes come in pieces of any size; a frame is given once all of it is there;
 * - either byte order, and the resolution of time that the file names;
 * - what is no such file is refused at the first byte that shows it, and nothing is read behind it.
 */

/** A frame as it was captured. */
export interface CapturedFrame {
  /** Since 1970, in ns. */
  readonly atNs: bigint;
  /** From the link layer on. */
  readonly bytes: Buffer;
  /** Longer than `bytes` where the tool has cut it. */
  readonly originalBytes: number;
  /** As https://www.tcpdump.org/linktypes.html numbers them; 1 is Ethernet. */
  readonly linkType: number;
}

/** What was read is no capture. */
export class NoCapture extends Error {
  override readonly name = 'NoCapture';
}

/** A frame cannot be longer: the largest that Linux hands to a tap is some 512 KiB, and tools cut at 256 KiB. */
const mostBytes = 1024 * 1024;

const pcapMagic: Readonly<Record<string, { readonly little: boolean; readonly unitNs: bigint }>> = {
  d4c3b2a1: { little: true, unitNs: 1000n },
  a1b2c3d4: { little: false, unitNs: 1000n },
  '4d3cb2a1': { little: true, unitNs: 1n },
  a1b23c4d: { little: false, unitNs: 1n },
};
const sectionType = 0x0a0d0d0a;
const interfaceType = 1;
const packetType = 6;
const resolutionOption = 9;

/** How a file counts time: so many units a second. */
interface Interface {
  readonly linkType: number;
  readonly unitsPerSecond: bigint;
}

export class PcapReader {
  private rest: Buffer = Buffer.alloc(0);
  private format: 'pcap' | 'pcapng' | undefined;
  private little = true;
  private interfaces: Interface[] = [];

  /**
   * Takes what was written next, and gives the frames that are whole by now.
   * @throws {NoCapture}
   */
  push(bytes: Buffer): readonly CapturedFrame[] {
    let data = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    const frames: CapturedFrame[] = [];
    for (;;) {
      const used = this.step(data, frames);
      if (used === 0) break;
      data = data.subarray(used);
    }
    // A copy: what is left is short, and would hold the whole piece.
    this.rest = Buffer.from(data);
    return frames;
  }

  /** Reads one header, block or frame; gives its length, or 0 where it is not whole. */
  private step(data: Buffer, frames: CapturedFrame[]): number {
    if (this.format === undefined) return this.begin(data);
    return this.format === 'pcap' ? this.pcapFrame(data, frames) : this.block(data, frames);
  }

  private begin(data: Buffer): number {
    if (data.length < 4) return 0;
    if (data.readUInt32BE(0) === sectionType) {
      this.format = 'pcapng';
      return this.block(data, []);
    }
    const magic = pcapMagic[data.toString('hex', 0, 4)];
    if (magic === undefined) throw new NoCapture(`it begins with ${data.toString('hex', 0, 4)}, as no capture does`);
    if (data.length < 24) return 0;
    this.format = 'pcap';
    this.little = magic.little;
    // draft-ietf-opsawg-pcap §4: the lower half; the upper tells of a frame check sequence.
    const linkType = this.u32(data, 20) & 0xffff;
    this.interfaces = [{ linkType, unitsPerSecond: 1_000_000_000n / magic.unitNs }];
    return 24;
  }

  private pcapFrame(data: Buffer, frames: CapturedFrame[]): number {
    if (data.length < 16) return 0;
    const length = this.length(data, 8);
    if (data.length < 16 + length) return 0;
    const [first = { linkType: 1, unitsPerSecond: 1_000_000n }] = this.interfaces;
    const fraction = (BigInt(this.u32(data, 4)) * 1_000_000_000n) / first.unitsPerSecond;
    frames.push({
      atNs: BigInt(this.u32(data, 0)) * 1_000_000_000n + fraction,
      bytes: data.subarray(16, 16 + length),
      originalBytes: this.u32(data, 12),
      linkType: first.linkType,
    });
    return 16 + length;
  }

  private block(data: Buffer, frames: CapturedFrame[]): number {
    if (data.length < 12) return 0;
    // §4.1: a section's byte order is its own, and its type reads the same either way.
    if (data.readUInt32BE(0) === sectionType) this.startSection(data);
    const type = this.u32(data, 0);
    const length = this.length(data, 4);
    if (length < 12 || length % 4 !== 0) throw new NoCapture(`a block is ${length} bytes long, as none is`);
    if (data.length < length) return 0;
    const body = data.subarray(8, length - 4);
    if (type === interfaceType && body.length >= 8) this.addInterface(body);
    else if (type === packetType && body.length >= 20) this.addPacket(body, frames);
    return length;
  }

  private startSection(data: Buffer): void {
    this.little = data.readUInt32LE(8) === 0x1a2b3c4d;
    if (!this.little && data.readUInt32BE(8) !== 0x1a2b3c4d) throw new NoCapture('a section has no byte order');
    this.interfaces = [];
  }

  private addInterface(body: Buffer): void {
    const resolution = this.option(body, 8, resolutionOption)?.[0] ?? 6;
    // §4.2: a power of ten, or of two where the highest bit is set.
    const isBinary = resolution >= 0x80;
    const unitsPerSecond = isBinary ? 2n ** BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);
    this.interfaces.push({ linkType: this.u16(body, 0), unitsPerSecond });
  }

  private addPacket(body: Buffer, frames: CapturedFrame[]): void {
    const at = this.interfaces[this.u32(body, 0)];
    const length = this.length(body, 12);
    if (at === undefined || body.length < 20 + length) throw new NoCapture('a packet is of no interface, or too short');
    const units = BigInt(this.u32(body, 4)) * 2n ** 32n + BigInt(this.u32(body, 8));
    frames.push({
      atNs: (units * 1_000_000_000n) / at.unitsPerSecond,
      bytes: body.subarray(20, 20 + length),
      originalBytes: this.u32(body, 16),
      linkType: at.linkType,
    });
  }

  private option(body: Buffer, from: number, wanted: number): Buffer | undefined {
    for (let at = from; at + 4 <= body.length;) {
      const [code, length] = [this.u16(body, at), this.u16(body, at + 2)];
      if (code === 0) return undefined;
      if (code === wanted) return body.subarray(at + 4, at + 4 + length);
      at += 4 + Math.ceil(length / 4) * 4;
    }
    return undefined;
  }

  private length(data: Buffer, at: number): number {
    const length = this.u32(data, at);
    if (length > mostBytes) throw new NoCapture(`something is ${length} bytes long, as nothing in a capture is`);
    return length;
  }

  private u16(data: Buffer, at: number): number {
    return this.little ? data.readUInt16LE(at) : data.readUInt16BE(at);
  }

  private u32(data: Buffer, at: number): number {
    return this.little ? data.readUInt32LE(at) : data.readUInt32BE(at);
  }
}
