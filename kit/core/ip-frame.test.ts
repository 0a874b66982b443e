import * as fc from 'fast-check';
import { addressBytes, addressKey } from './ip-address';
import { readFrame } from './ip-frame';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const whole = (bytes: Buffer, linkType: number) => readFrame({ bytes, originalBytes: bytes.length, linkType });

const tcp = '9c40 01bb 00000005 00000007 5019 ffff 0000 0000 686921'.replaceAll(' ', '');
const ipv4 = hex(`4500 002b 0000 4000 40 06 0000 7f000001 7f000001 ${tcp}`);
const ipv6 = hex(`60000000 0017 06 40 ${'00'.repeat(15)}01 ${'00'.repeat(10)}ffff7f000001 ${tcp}`);
const mac = '00'.repeat(12);

const segment = {
  kind: 'tcp',
  from: { address: '7f000001', port: 40_000 },
  to: { address: '7f000001', port: 443 },
  seq: 5,
  ack: 7,
  syn: false,
  fin: true,
  rst: false,
  payloadAt: 40,
  payloadBytes: 3,
};

it.each([
  ['raw IPv4', ipv4, 101, segment],
  ['IPv4 on Ethernet', hex(`${mac} 0800 ${ipv4.toString('hex')}`), 1, { ...segment, payloadAt: 54 }],
  ['IPv4 in a VLAN', hex(`${mac} 8100 0001 0800 ${ipv4.toString('hex')}`), 1, { ...segment, payloadAt: 58 }],
  [
    'IPv6 on Ethernet',
    hex(`${mac} 86dd ${ipv6.toString('hex')}`),
    1,
    { ...segment, from: { address: `${'00'.repeat(15)}01`, port: 40_000 }, payloadAt: 74 },
  ],
])('reads a segment in %s', (_, bytes, linkType, expected) => {
  expect(whole(bytes, linkType)).toEqual(expected);
});

it('tells the length on the wire where the frame was cut, or is longer than IP can say', () => {
  expect(readFrame({ bytes: ipv4.subarray(0, 40), originalBytes: ipv4.length, linkType: 101 })).toMatchObject({
    payloadBytes: 3,
  });
  const unsaid = Buffer.from(ipv4);
  unsaid.writeUInt16BE(0, 2);
  expect(readFrame({ bytes: unsaid, originalBytes: 70_040, linkType: 101 })).toMatchObject({ payloadBytes: 70_000 });
});

it('leaves out the padding that Ethernet adds', () => {
  expect(whole(hex(`${mac} 0800 ${ipv4.toString('hex')} 000000`), 1)).toMatchObject({ payloadBytes: 3 });
});

it('has no acknowledgement in a segment without the flag', () => {
  const syn = Buffer.from(ipv4);
  syn.writeUInt8(2, 33);
  expect(whole(syn, 101)).toMatchObject({ ack: undefined, syn: true, fin: false });
});

it('reads a datagram of UDP', () => {
  const bytes = hex('4500 001e 0000 4000 40 11 0000 7f000001 7f000002 0007 0009 000a 0000 6869');
  expect(whole(bytes, 101)).toEqual({
    kind: 'udp',
    from: { address: '7f000001', port: 7 },
    to: { address: '7f000002', port: 9 },
    payload: Buffer.from('hi'),
  });
});

it.each([
  ['another link layer', ipv4, 113],
  ['ARP', hex(`${mac} 0806 ${'00'.repeat(28)}`), 1],
  ['another protocol', hex(`4500 0014 0000 4000 40 01 0000 7f000001 7f000001`), 101],
  ['half a header', ipv4.subarray(0, 30), 101],
])('reads nothing in %s', (_, bytes, linkType) => {
  expect(whole(bytes, linkType)).toBeUndefined();
});

it('never throws, whatever was captured', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.constantFrom(1, 101), (bytes, linkType) => {
      expect(['tcp', 'udp', undefined]).toContain(whole(Buffer.from(bytes), linkType)?.kind);
      const behind = Buffer.concat([hex(`${mac} 0800 45`), Buffer.from(bytes)]);
      expect(['tcp', 'udp', undefined]).toContain(whole(behind, linkType)?.kind);
    }),
  );
});

it('names an address of IPv4 alike, however a socket has it', () => {
  expect(
    ['127.0.0.1', '::ffff:127.0.0.1', '::1', 'fe80::1%eth0'].map((each) => addressKey(addressBytes(each))),
  ).toEqual(['7f000001', '7f000001', '00000000000000000000000000000001', 'fe800000000000000000000000000001']);
});
