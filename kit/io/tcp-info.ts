/**
 * `struct tcp_info` of Linux, as `getsockopt(TCP_INFO)` fills it. It only ever grew at its end, so the length that the
 * kernel answers tells which fields there are.
 */

/** States of a TCP socket as the kernel numbers them. */
export const TCP_STATE = {
  established: 1,
  synSent: 2,
  synReceived: 3,
  finWait1: 4,
  finWait2: 5,
  timeWait: 6,
  /** Also after a reset, sent or received. */
  close: 7,
  closeWait: 8,
  lastAck: 9,
  listen: 10,
  closing: 11,
} as const;

/** The kernel's view of a TCP socket. Fields that its kernel does not have are absent. */
export interface TcpInfo {
  /** One of {@link TCP_STATE}. */
  readonly state: number;
  /** Congestion avoidance: 0 is open, 4 is loss. */
  readonly caState: number;
  /** Of the oldest unacknowledged segment; 0 again once it is acknowledged. */
  readonly retransmits: number;
  readonly sendMssBytes: number;
  readonly receiveMssBytes: number;
  /** Segments sent and not acknowledged; 0 after a reset, whatever was lost. */
  readonly unacked: number;
  readonly lost: number;
  readonly rttUs: number;
  /** In segments. */
  readonly congestionWindow: number;
  readonly totalRetransmits: number;
  /**
   * Stream bytes that the peer has acknowledged. Measured on accepted sockets: exactly the bytes, no 1 for the SYN; an
   * acknowledged FIN adds 1.
   */
  readonly bytesAcked?: number;
  /** Stream bytes received in order; a FIN adds 1. */
  readonly bytesReceived?: number;
  readonly segmentsOut?: number;
  readonly segmentsIn?: number;
  /** Bytes written that no segment carried yet. */
  readonly notSentBytes?: number;
  /** Segments received that carried data. */
  readonly dataSegmentsIn?: number;
  /** Segments sent that carried data, retransmissions included; a FIN alone is none. */
  readonly dataSegmentsOut?: number;
  /** Data bytes sent, retransmissions included. */
  readonly bytesSent?: number;
  readonly bytesRetransmitted?: number;
  /** The peer's window. */
  readonly sendWindowBytes?: number;
}

/** Reads the bytes that the kernel answered; undefined where they are not even the oldest form of the struct. */
export function parseTcpInfo(bytes: Buffer): TcpInfo | undefined {
  if (bytes.length < 104) return undefined;
  return {
    state: bytes.readUInt8(0),
    caState: bytes.readUInt8(1),
    retransmits: bytes.readUInt8(2),
    sendMssBytes: bytes.readUInt32LE(16),
    receiveMssBytes: bytes.readUInt32LE(20),
    unacked: bytes.readUInt32LE(24),
    lost: bytes.readUInt32LE(32),
    rttUs: bytes.readUInt32LE(68),
    congestionWindow: bytes.readUInt32LE(80),
    totalRetransmits: bytes.readUInt32LE(100),
    // Linux 4.1, 4.2, 4.6, 4.19, 5.4.
    ...(bytes.length < 136 ? {} : { bytesAcked: uint64(bytes, 120), bytesReceived: uint64(bytes, 128) }),
    ...(bytes.length < 144 ? {} : { segmentsOut: bytes.readUInt32LE(136), segmentsIn: bytes.readUInt32LE(140) }),
    ...(bytes.length < 160
      ? {}
      : {
          notSentBytes: bytes.readUInt32LE(144),
          dataSegmentsIn: bytes.readUInt32LE(152),
          dataSegmentsOut: bytes.readUInt32LE(156),
        }),
    ...(bytes.length < 216 ? {} : { bytesSent: uint64(bytes, 200), bytesRetransmitted: uint64(bytes, 208) }),
    ...(bytes.length < 232 ? {} : { sendWindowBytes: bytes.readUInt32LE(228) }),
  };
}

/**
 * Which signals ended the client's direction. libuv reports a reset right behind data as a clean end, so a socket's
 * `end` alone is no evidence of a FIN.
 *
 * @param seen bytes read from the socket up to its end, and whether we have sent a FIN: only then a pair of FINs leaves
 *   the state at CLOSE as well
 */
export function readEnding(
  info: TcpInfo,
  seen: { readonly bytesRead: number; readonly hasSentFin: boolean },
): { readonly hasFin: boolean; readonly hasReset: boolean } {
  const hasFin = (info.bytesReceived ?? 0) > seen.bytesRead;
  return { hasFin, hasReset: info.state === TCP_STATE.close && !(hasFin && seen.hasSentFin) };
}

function uint64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}
