/**
 * The packets of one connection as a capturing tool saw them, and whether they are all of them. Pure. Rules:
 *
 * - they begin with the TCP handshake, and no byte is missing between it and the last byte that is there, either way;
 * - they hold what the endpoint knows to have happened: what the kernel said was acknowledged, the client's FIN or RST;
 * - where the endpoint kept the bytes that passed its socket, theirs are the same, and none of these was cut off.
 *
 * What meets this is evidence; anything else is not shown as such.
 */
import { readFrame, type Framed, type TcpFrame } from './ip-frame';
import type { Connection } from './trial';

/** One packet, as it was captured. */
export interface PacketRecord {
  /** On the kit's clock, as all times of a trial are. */
  readonly atNs: number;
  /** From the link layer on. */
  readonly base64: string;
  /** Its length on the wire, where only its beginning was kept. */
  readonly bytes?: number;
}

/** The packets of a connection, in the order in which they were captured. */
export interface ConnectionPackets {
  /** The tool, with its version. */
  readonly by: string;
  /** Where it captured: `lo`. */
  readonly device: string;
  /** As https://www.tcpdump.org/linktypes.html numbers them. */
  readonly linkType: number;
  /** To be added to a time of the kit's clock to have the time since 1970 that the kernel gave, in ns; a whole number. */
  readonly wallMinusMonotonicNs: string;
  readonly packets: readonly PacketRecord[];
}

/** A packet that was read. */
export interface Segment {
  readonly atNs: number;
  readonly framed: Framed;
  readonly direction: 'in' | 'out';
  readonly tcp: TcpFrame;
  /** Of its first byte in the stream of its side; a SYN stands before it, at -1. */
  readonly offset: number;
  /** What it acknowledges of the other side's stream; the FIN counts as one more. */
  readonly acked: number | undefined;
}

/** Segments with offsets instead of sequence numbers; undefined where the TCP handshake is not among them. */
export function segmentsOf({ linkType, packets }: Pick<ConnectionPackets, 'linkType' | 'packets'>) {
  const read = packets.flatMap(({ atNs, base64, bytes }) => {
    const frame = Buffer.from(base64, 'base64');
    const framed: Framed = { bytes: frame, originalBytes: bytes ?? frame.length, linkType };
    const tcp = readFrame(framed);
    return tcp?.kind === 'tcp' ? [{ atNs, framed, tcp }] : [];
  });
  const first = read.find(({ tcp }) => tcp.syn && tcp.ack === undefined)?.tcp;
  const second = read.find(({ tcp }) => tcp.syn && tcp.ack !== undefined)?.tcp;
  if (first === undefined || second === undefined) return undefined;
  return read.map(({ atNs, framed, tcp }): Segment => {
    const isIn = tcp.from.port === first.from.port && tcp.from.address === first.from.address;
    const [own, other] = isIn ? [first.seq, second.seq] : [second.seq, first.seq];
    return {
      atNs,
      framed,
      direction: isIn ? 'in' : 'out',
      tcp,
      // RFC 9293 §3.4: sequence numbers wrap at 2^32, and a SYN takes one.
      offset: (tcp.seq - own - 1) | 0,
      acked: tcp.ack === undefined ? undefined : (tcp.ack - other - 1) | 0,
    };
  });
}

/** Why the packets of a connection are not all of them; undefined: they are. */
export function whyNotWhole(connection: Connection, packets: ConnectionPackets): string | undefined {
  const segments = segmentsOf(packets);
  if (segments === undefined) return 'the capture lacks the TCP handshake of the connection';
  const out = reachOf(segments, 'out');
  const into = reachOf(segments, 'in');
  if (out === undefined || into === undefined) return 'the capture lacks packets in the middle of the connection';
  const { bytesSent, events } = connection;
  const acked = Math.max(0, ...connection.snapshots.map(({ tcp }) => tcp?.bytesAcked ?? 0));
  const most = Math.max(0, ...segments.map((each) => (each.direction === 'in' ? (each.acked ?? 0) : 0)));
  if (out < Math.min(acked, bytesSent)) return 'the capture lacks packets of the endpoint’s';
  if (most < acked) return 'the capture lacks acknowledgements of the client’s';
  const has = (flag: 'fin' | 'rst'): boolean => segments.some((each) => each.direction === 'in' && each.tcp[flag]);
  if (events.some((event) => event.kind === 'client-fin') && !has('fin')) return 'the capture lacks the client’s FIN';
  if (events.some((event) => event.kind === 'client-reset') && !has('rst')) return 'the capture lacks the client’s RST';
  if (!isSame(connection, segments)) return 'the capture differs from what passed the endpoint’s socket';
  const isCut = heldOf(segments, 'out') < Math.min(out, keptOf(connection, 'out').length);
  return isCut || heldOf(segments, 'in') < keptOf(connection, 'in').length
    ? 'the capture holds cut packets, of which the endpoint kept all bytes'
    : undefined;
}

/** What the endpoint kept of a direction, from its first byte on. */
function keptOf({ capture = [] }: Connection, direction: Segment['direction']): Buffer {
  return Buffer.concat(
    capture.flatMap(({ dir, base64 }) => (dir === direction ? [Buffer.from(base64, 'base64')] : [])),
  );
}

/** Of the payload of a packet what was not cut off. */
function payloadOf({ framed, tcp: { payloadAt, payloadBytes } }: Segment): Buffer {
  return framed.bytes.subarray(payloadAt, payloadAt + payloadBytes);
}

/** Bytes of a side from its first on up to the first that was cut off. */
function heldOf(segments: readonly Segment[], direction: Segment['direction']): number {
  const pieces = segments
    .filter((each) => each.direction === direction && each.offset >= 0)
    .toSorted((a, b) => a.offset - b.offset);
  let held = 0;
  for (const each of pieces) if (each.offset <= held) held = Math.max(held, each.offset + payloadOf(each).length);
  return held;
}

/** Bytes of a side from its first on; undefined where there is a hole before one that is there. */
function reachOf(segments: readonly Segment[], direction: Segment['direction']): number | undefined {
  const pieces = segments
    .filter((each) => each.direction === direction && (each.tcp.payloadBytes > 0 || each.tcp.fin) && each.offset >= 0)
    .toSorted((a, b) => a.offset - b.offset);
  let reach = 0;
  for (const { offset, tcp } of pieces) {
    if (offset > reach) return undefined;
    reach = Math.max(reach, offset + tcp.payloadBytes);
  }
  return reach;
}

/** Whether each byte that the endpoint kept is the one of the capture. */
function isSame(connection: Connection, segments: readonly Segment[]): boolean {
  for (const direction of ['in', 'out'] as const) {
    const kept = keptOf(connection, direction);
    let reach = 0;
    for (const each of segments) {
      if (each.direction !== direction || each.offset < 0 || each.tcp.payloadBytes === 0) continue;
      reach = Math.max(reach, each.offset + each.tcp.payloadBytes);
      // A SYN has no payload of the stream, and of a packet that was cut only the beginning is there.
      const payload = payloadOf(each);
      const own = kept.subarray(each.offset, each.offset + payload.length);
      if (!own.equals(payload.subarray(0, own.length))) return false;
    }
    // What a client was read to have sent must have come; what was written to the socket may never have left.
    if (direction === 'in' && reach < kept.length) return false;
  }
  return true;
}
