/** IP and TCP headers around bytes, RFC 791, RFC 8200, RFC 9293 §3.1: checksums right, options none. */
import { isIPv6 } from 'node:net';
import { addressBytes } from '../../kit/core/ip-address';

export interface End {
  /** Numeric. */
  readonly address: string;
  readonly port: number;
}

export interface Segment {
  readonly from: End;
  readonly to: End;
  readonly seq: number;
  /** Absent: no ACK flag. */
  readonly ack?: number;
  readonly flags: readonly ('SYN' | 'FIN' | 'RST' | 'PSH')[];
  readonly payload: Buffer;
}

const flagBits = { FIN: 1, SYN: 2, RST: 4, PSH: 8 } as const;
const ackBit = 16;
const tcp = 6;

/** Payload of one packet. A packet of IPv4 or IPv6 takes four times as much, but Wireshark refuses hundreds of frames in one. */
export const maxPayloadBytes = 16_384;

/** The whole packet. Both ends are of one family. */
export function ipPacket(segment: Segment): Buffer {
  const isV6 = isIPv6(segment.from.address);
  const source = addressBytes(segment.from.address);
  const target = addressBytes(segment.to.address);
  const body = tcpSegment(segment, Buffer.concat([source, target]));
  return Buffer.concat([
    isV6 ? ipv6Header(body.length, source, target) : ipv4Header(body.length, source, target),
    body,
  ]);
}

function tcpSegment({ from, to, seq, ack, flags, payload }: Segment, addresses: Buffer): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt16BE(from.port, 0);
  head.writeUInt16BE(to.port, 2);
  head.writeUInt32BE(seq % 2 ** 32, 4);
  head.writeUInt32BE((ack ?? 0) % 2 ** 32, 8);
  head.writeUInt8(5 << 4, 12);
  const bits = flags.reduce((sum, flag) => sum | flagBits[flag], ack === undefined ? 0 : ackBit);
  head.writeUInt8(bits, 13);
  head.writeUInt16BE(65_535, 14);
  const segment = Buffer.concat([head, payload]);
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(segment.length, 0);
  pseudo.writeUInt32BE(tcp, 4);
  segment.writeUInt16BE(checksum(Buffer.concat([addresses, pseudo, segment])), 16);
  return segment;
}

function ipv4Header(bodyBytes: number, source: Buffer, target: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt8(0x45, 0);
  head.writeUInt16BE(20 + bodyBytes, 2);
  head.writeUInt16BE(0x4000, 6);
  head.writeUInt8(64, 8);
  head.writeUInt8(tcp, 9);
  const whole = Buffer.concat([head, source, target]);
  whole.writeUInt16BE(checksum(whole), 10);
  return whole;
}

function ipv6Header(bodyBytes: number, source: Buffer, target: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(0x6000_0000, 0);
  head.writeUInt16BE(bodyBytes, 4);
  head.writeUInt8(tcp, 6);
  head.writeUInt8(64, 7);
  return Buffer.concat([head, source, target]);
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  if (bytes.length % 2 === 1) sum += (bytes.at(-1) ?? 0) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
