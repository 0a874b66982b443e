/**
 * What a captured frame says of TCP, or of UDP, from its link layer on. Pure. Everything in a frame is hostile: what is
 * no whole header of a known kind gives undefined.
 *
 *   link type 1     Ethernet: addresses(12) type(2), a VLAN tag of 4 bytes before the type skipped
 *   link type 101   raw IP
 */
import { addressKey } from './ip-address';

/** One side of a connection: its address in hex, `7f000001`, as `addressKey` gives it. */
export interface FrameEnd {
  readonly address: string;
  readonly port: number;
}

interface Datagram {
  readonly protocol: number;
  readonly source: string;
  readonly target: string;
  /** Of its payload in the frame. */
  readonly at: number;
  /** Of its payload on the wire: a tool may have cut it. */
  readonly bytes: number;
}

/** A segment of TCP. */
export interface TcpFrame {
  readonly kind: 'tcp';
  readonly from: FrameEnd;
  readonly to: FrameEnd;
  readonly seq: number;
  readonly ack: number | undefined;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  /** Of its payload in the frame. */
  readonly payloadAt: number;
  /** Of its payload on the wire. */
  readonly payloadBytes: number;
}

/** A datagram of UDP. */
export interface UdpFrame {
  readonly kind: 'udp';
  readonly from: FrameEnd;
  readonly to: FrameEnd;
  readonly payload: Buffer;
}

export interface Framed {
  readonly bytes: Buffer;
  readonly originalBytes: number;
  readonly linkType: number;
}

const linkTypes = { ethernet: 1, rawIp: 101 } as const;
const etherTypes = { ipv4: 0x0800, ipv6: 0x86dd, vlan: 0x8100 } as const;
const protocols = { tcp: 6, udp: 17 } as const;
const bits = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;

/** Undefined: it is neither, or not whole. */
export function readFrame(framed: Framed): TcpFrame | UdpFrame | undefined {
  const datagram = datagramOf(framed);
  if (datagram === undefined) return undefined;
  if (datagram.protocol === protocols.tcp) return tcpOf(framed.bytes, datagram);
  return datagram.protocol === protocols.udp ? udpOf(framed.bytes, datagram) : undefined;
}

function datagramOf({ bytes, originalBytes, linkType }: Framed): Datagram | undefined {
  if (linkType === linkTypes.rawIp) return ipOf(bytes, originalBytes, 0);
  if (linkType !== linkTypes.ethernet || bytes.length < 18) return undefined;
  const at = bytes.readUInt16BE(12) === etherTypes.vlan ? 18 : 14;
  const type = bytes.readUInt16BE(at - 2);
  return type === etherTypes.ipv4 || type === etherTypes.ipv6 ? ipOf(bytes, originalBytes, at) : undefined;
}

function ipOf(bytes: Buffer, originalBytes: number, at: number): Datagram | undefined {
  if (bytes.length < at + 20) return undefined;
  const first = bytes.readUInt8(at);
  const version = first >> 4;
  if (version === 4) {
    const headBytes = (first & 15) * 4;
    if (headBytes < 20 || bytes.length < at + headBytes) return undefined;
    const source = addressKey(bytes.subarray(at + 12, at + 16));
    const target = addressKey(bytes.subarray(at + 16, at + 20));
    // Segments that the kernel has yet to cut into packets of the wire may be longer than the field can say: it is 0.
    const total = bytes.readUInt16BE(at + 2) || originalBytes - at;
    const whole = { source, target, at: at + headBytes, bytes: total - headBytes };
    return whole.bytes < 0 ? undefined : { ...whole, protocol: bytes.readUInt8(at + 9) };
  }
  if (version !== 6 || bytes.length < at + 40) return undefined;
  const source = addressKey(bytes.subarray(at + 8, at + 24));
  const target = addressKey(bytes.subarray(at + 24, at + 40));
  const body = bytes.readUInt16BE(at + 4) || originalBytes - at - 40;
  return { source, target, at: at + 40, bytes: body, protocol: bytes.readUInt8(at + 6) };
}

function tcpOf(frame: Buffer, { source, target, at, bytes }: Datagram): TcpFrame | undefined {
  if (frame.length < at + 20) return undefined;
  const headBytes = (frame.readUInt8(at + 12) >> 4) * 4;
  if (headBytes < 20 || bytes < headBytes) return undefined;
  const flags = frame.readUInt8(at + 13);
  return {
    kind: 'tcp',
    from: { address: source, port: frame.readUInt16BE(at) },
    to: { address: target, port: frame.readUInt16BE(at + 2) },
    seq: frame.readUInt32BE(at + 4),
    ack: (flags & bits.ack) === 0 ? undefined : frame.readUInt32BE(at + 8),
    syn: (flags & bits.syn) !== 0,
    fin: (flags & bits.fin) !== 0,
    rst: (flags & bits.rst) !== 0,
    payloadAt: at + headBytes,
    payloadBytes: bytes - headBytes,
  };
}

function udpOf(frame: Buffer, { source, target, at, bytes }: Datagram): UdpFrame | undefined {
  if (bytes < 8 || frame.length < at + 8) return undefined;
  return {
    kind: 'udp',
    from: { address: source, port: frame.readUInt16BE(at) },
    to: { address: target, port: frame.readUInt16BE(at + 2) },
    payload: frame.subarray(at + 8, at + bytes),
  };
}
