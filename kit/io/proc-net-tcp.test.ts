import { endianness } from 'node:os';
import { addressBytes, isMappedIpv4, parseProcNetTcp } from './proc-net-tcp';

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n';

const describeOnLittleEndian = endianness() === 'LE' ? describe : describe.skip;

describeOnLittleEndian('/proc/net/tcp', () => {
  it('is read row by row', () => {
    const text = `${HEADER}   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 16412 1 00000000 100 0 0 10 0
   1: 0100007F:D6E2 0100007F:1F90 08 00000000:000086A1 00:00000000 00000000  1000        0 62265 1 00000000 20 4 30 10 -1
`;
    expect(parseProcNetTcp(text)).toEqual([
      {
        local: { address: '127.0.0.1', port: 8080 },
        remote: { address: '0.0.0.0', port: 0 },
        state: 10,
        txQueue: 0,
        rxQueue: 0,
        uid: 0,
        inode: 16412,
      },
      {
        local: { address: '127.0.0.1', port: 55010 },
        remote: { address: '127.0.0.1', port: 8080 },
        state: 8,
        txQueue: 0,
        rxQueue: 34465,
        uid: 1000,
        inode: 62265,
      },
    ]);
  });

  it('of IPv6 gives addresses in words', () => {
    const text = `   0: 0000000000000000FFFF00000100007F:1F90 00000000000000000000000001000000:D6E2 01 00000010:00000000 00:00000000 00000000 0 0 7 1\n`;
    const [row] = parseProcNetTcp(text);
    expect([row?.local, row?.remote, row?.txQueue]).toEqual([
      { address: '0:0:0:0:0:ffff:7f00:1', port: 8080 },
      { address: '0:0:0:0:0:0:0:1', port: 55010 },
      16,
    ]);
    expect(addressBytes('0:0:0:0:0:ffff:7f00:1')).toEqual(addressBytes('127.0.0.1'));
  });

  it('has no rows in lines that are none', () => {
    expect(parseProcNetTcp(`${HEADER}\nsomething else\n 0: 0100007F:1F90\n`)).toEqual([]);
  });
});

describe('the bytes of an address', () => {
  it('are 16 in every notation', () => {
    expect(addressBytes('192.0.2.1')?.toString('hex')).toBe('00000000000000000000ffffc0000201');
    expect(addressBytes('::ffff:192.0.2.1')?.toString('hex')).toBe('00000000000000000000ffffc0000201');
    expect(addressBytes('::1')?.toString('hex')).toBe('00000000000000000000000000000001');
    expect(addressBytes('2001:db8::a:b')?.toString('hex')).toBe('20010db80000000000000000000a000b');
    expect(addressBytes('fe80::')?.toString('hex')).toBe('fe800000000000000000000000000000');
    expect(addressBytes('1:2:3:4:5:6:7:8')?.toString('hex')).toBe('00010002000300040005000600070008');
  });

  it('are none where it is no address', () => {
    expect(['', 'localhost', '1:2:3', '1::2::3', '1:2:3:4:5:6:7:8:9'].map((text) => addressBytes(text))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('tell IPv4 from IPv6', () => {
    expect(
      ['127.0.0.1', '::ffff:127.0.0.1', '::1'].map((text) => isMappedIpv4(addressBytes(text) ?? Buffer.alloc(16))),
    ).toEqual([true, true, false]);
  });
});
