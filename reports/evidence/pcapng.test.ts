import { ipPacket } from './ip-packet';
import { writePcapng } from './pcapng';

const bare = {
  linkType: 101,
  application: 'a',
  comment: '',
  interfaceName: 'i',
  interfaceDescription: '',
  secrets: [],
  entries: [],
};

it('begins with a section header in little-endian order and an interface of raw IP', () => {
  expect(writePcapng(bare).toString('hex')).toBe(
    '0a0d0d0a2c000000' + // block, 44 bytes
      '4d3c2b1a01000000ffffffffffffffff' + // byte order, version 1.0, length not given
      '01000000' + // an empty comment
      '0400010061000000' + // application "a"
      '000000002c000000' +
      '010000002c000000' + // block, 44 bytes
      '6500000000000000' + // raw IP, no limit
      '0200010069000000' + // name "i"
      '03000000' + // an empty description
      '0900010009000000' + // nanoseconds
      '000000002c000000',
  );
});

it('puts the secrets before the packets', () => {
  const file = writePcapng({ ...bare, secrets: ['CLIENT_RANDOM aa bb'] });
  expect(file.subarray(88).toString('hex')).toBe(
    `0a000000280000004b534c5414000000${Buffer.from('CLIENT_RANDOM aa bb\n').toString('hex')}28000000`,
  );
});

it('writes a packet with its time in two halves, the higher first', () => {
  const bytes = Buffer.from('abcdef', 'hex');
  const file = writePcapng({ ...bare, entries: [{ kind: 'packet', atNs: 0x1_0000_0002n, bytes, comments: ['c'] }] });
  expect(file.subarray(88).toString('hex')).toBe(
    '06000000300000000000000001000000020000000300000003000000abcdef0001000100630000000000000030000000',
  );
});

it('writes what was no packet as a line of the journal, whatever stands in it', () => {
  const entry = { kind: 'journal', atNs: 1500n, message: 'a\nFAKE=b', source: 's' } as const;
  expect(writePcapng({ ...bare, entries: [entry] }).toString('latin1')).toContain(
    '__REALTIME_TIMESTAMP=2\nPRIORITY=6\nSYSLOG_IDENTIFIER=s\nMESSAGE=a FAKE=b\n\n',
  );
});

describe('a packet', () => {
  const segment = { seq: 1, ack: 2, flags: ['PSH'], payload: Buffer.from('hi!') } as const;

  it('of IPv4 has both checksums', () => {
    const bytes = ipPacket({
      ...segment,
      from: { address: '127.0.0.1', port: 443 },
      to: { address: '127.0.0.1', port: 40_000 },
    });
    expect(bytes.toString('hex')).toBe(
      '4500002b0000400040063ccb7f0000017f00000101bb9c4000000001000000025018ffff8a5f0000686921',
    );
  });

  it('of IPv6 may be written short, and may hold IPv4', () => {
    const bytes = ipPacket({
      ...segment,
      from: { address: '2001:db8::1', port: 443 },
      to: { address: '::ffff:192.0.2.1%eth0', port: 1 },
    });
    expect(bytes.subarray(0, 40).toString('hex')).toBe(
      '600000000017064020010db800000000000000000000000100000000000000000000ffffc0000201',
    );
  });
});
