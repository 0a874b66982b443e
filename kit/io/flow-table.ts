/**
 * The packets of the last connections, in bounded memory: the oldest connection goes first. Of one that carries much, the
 * beginning is kept whole, and of what follows the headers.
 */
import { addressBytes, addressKey } from '../core/ip-address';
import type { FrameEnd, TcpFrame } from '../core/ip-frame';
import type { CapturedFrame } from '../core/pcap-reader';

/** What is kept of all, and of one connection whole, in bytes. */
const mostBytes = 32 * 1024 * 1024;
const wholeBytes = 320 * 1024;
/** Link layer, IP, TCP with all options. */
const headBytes = 128;
const mostFrames = 4000;
/** What a frame weighs beside its bytes. */
const frameOverhead = 160;

export interface FlowFrame {
  /** Since 1970, in ns. */
  readonly atNs: bigint;
  readonly bytes: Buffer;
  readonly originalBytes: number;
}

/** A TCP connection, from its SYN on. */
export interface Flow {
  readonly key: string;
  readonly linkType: number;
  readonly seq: number;
  readonly frames: FlowFrame[];
  bytes: number;
  /** Frames that were too many to keep. */
  leftOut: number;
}

export class FlowTable {
  /** In the order of their SYNs. */
  private readonly flows: Flow[] = [];
  private readonly latest = new Map<string, Flow>();
  private bytes = 0;
  private readonly ports: ReadonlySet<number>;

  /** @param ports of the server's side */
  constructor(
    ports: readonly number[],
    private readonly limitBytes = mostBytes,
  ) {
    this.ports = new Set(ports);
  }

  add(frame: CapturedFrame, tcp: TcpFrame): void {
    const isIn = this.ports.has(tcp.to.port);
    if (!isIn && !this.ports.has(tcp.from.port)) return;
    const key = keyOf(isIn ? tcp.from : tcp.to);
    const known = this.latest.get(key);
    const isBegin = isIn && tcp.syn && tcp.ack === undefined && known?.seq !== tcp.seq;
    const flow = isBegin ? this.begin(key, frame.linkType, tcp.seq) : known;
    // Of a connection that was there before the capture, or was forgotten, the rest is of no use.
    if (flow === undefined) return;
    this.append(flow, frame);
    this.forgetOldest();
  }

  /** The connection of a client's port that had begun by then, the last of them. */
  find(client: { readonly address: string; readonly port: number }, byNs: bigint): Flow | undefined {
    const key = keyOf({ address: addressKey(addressBytes(client.address)), port: client.port });
    return this.flows.findLast((each) => each.key === key && (each.frames[0]?.atNs ?? byNs) <= byNs);
  }

  private begin(key: string, linkType: number, seq: number): Flow {
    const flow: Flow = { key, linkType, seq, frames: [], bytes: 0, leftOut: 0 };
    this.flows.push(flow);
    this.latest.set(key, flow);
    return flow;
  }

  private append(flow: Flow, { atNs, bytes, originalBytes }: CapturedFrame): void {
    if (flow.frames.length >= mostFrames) {
      flow.leftOut += 1;
      return;
    }
    // Copies: a piece of a frame would hold all that was read with it.
    const kept = Buffer.from(flow.bytes + bytes.length > wholeBytes ? bytes.subarray(0, headBytes) : bytes);
    flow.frames.push({ atNs, bytes: kept, originalBytes });
    flow.bytes += kept.length;
    this.bytes += kept.length + frameOverhead;
  }

  private forgetOldest(): void {
    while (this.bytes > this.limitBytes && this.flows.length > 1) {
      const oldest = this.flows.shift();
      if (oldest === undefined) return;
      this.bytes -= oldest.bytes + oldest.frames.length * frameOverhead;
      if (this.latest.get(oldest.key) === oldest) this.latest.delete(oldest.key);
    }
  }
}

function keyOf({ address, port }: FrameEnd): string {
  return `${address}:${port}`;
}
