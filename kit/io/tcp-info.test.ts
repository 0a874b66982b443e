import { parseTcpInfo } from './tcp-info';

describe('struct tcp_info', () => {
  const full = Buffer.alloc(240);
  full.set([5, 1, 2]);
  for (let at = 16; at < 120; at += 4) full.writeUInt32LE(at, at);
  full.writeBigUInt64LE(5_000_000_000n, 120);
  full.writeBigUInt64LE(128n, 128);
  for (let at = 136; at < 160; at += 4) full.writeUInt32LE(at, at);
  full.writeBigUInt64LE(200n, 200);
  full.writeBigUInt64LE(208n, 208);
  full.writeUInt32LE(228, 228);

  it('is read at its offsets', () => {
    expect(parseTcpInfo(full)).toEqual({
      state: 5,
      caState: 1,
      retransmits: 2,
      sendMssBytes: 16,
      receiveMssBytes: 20,
      unacked: 24,
      lost: 32,
      rttUs: 68,
      congestionWindow: 80,
      totalRetransmits: 100,
      bytesAcked: 5_000_000_000,
      bytesReceived: 128,
      segmentsOut: 136,
      segmentsIn: 140,
      notSentBytes: 144,
      dataSegmentsIn: 152,
      dataSegmentsOut: 156,
      bytesSent: 200,
      bytesRetransmitted: 208,
      sendWindowBytes: 228,
    });
  });

  it('of an older kernel is shorter, and so is what it tells', () => {
    const keysAt = (length: number): number => Object.keys(parseTcpInfo(full.subarray(0, length)) ?? {}).length;
    expect([104, 136, 144, 160, 216, 232].map(keysAt)).toEqual([10, 12, 14, 17, 19, 20]);
    expect(parseTcpInfo(full.subarray(0, 103))).toBeUndefined();
  });
});
