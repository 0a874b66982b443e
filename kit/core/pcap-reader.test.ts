import * as fc from 'fast-check';
import { NoCapture, PcapReader } from './pcap-reader';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** Frame `abcdef` at 1.000000002 s, of 5 bytes on the wire. */
const files = {
  'pcap, little-endian, ns': hex(`4d3cb2a1 0200 0400 00000000 00000000 00000400 01000000
    01000000 02000000 03000000 05000000 abcdef`),
  'pcap, big-endian, ns': hex(`a1b23c4d 0002 0004 00000000 00000000 00040000 00000001
    00000001 00000002 00000003 00000005 abcdef`),
  'pcapng, little-endian, ns': hex(`0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000
    01000000 20000000 0100 0000 00000400 0900 0100 09000000 0000 0000 20000000
    06000000 24000000 00000000 00000000 02ca9a3b 03000000 05000000 abcdef00 24000000`),
  'pcapng, big-endian, ns, with a block that nobody knows':
    hex(`0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c
    00000001 00000020 0001 0000 00040000 0009 0001 09000000 0000 0000 00000020
    0000beef 00000010 01020304 00000010
    00000006 00000024 00000000 00000000 3b9aca02 00000003 00000005 abcdef00 00000024`),
};

const frame = { atNs: 1_000_000_002n, bytes: hex('abcdef'), originalBytes: 5, linkType: 1 };

describe.each(Object.entries(files))('%s', (_, file) => {
  it('gives the frame', () => {
    expect(new PcapReader().push(file)).toEqual([frame]);
  });

  it('gives the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: file.length }), { maxLength: 12 }), (cuts) => {
        const reader = new PcapReader();
        const edges = [0, ...cuts.toSorted((a, b) => a - b), file.length];
        const read = edges.slice(1).flatMap((to, at) => reader.push(file.subarray(edges[at], to)));
        expect(read).toEqual([frame]);
      }),
    );
  });
});

it('counts microseconds where the file says nothing else', () => {
  const pcap = hex(`d4c3b2a1 0200 0400 00000000 00000000 00000400 65000000 01000000 02000000 01000000 01000000 ab`);
  const pcapng = hex(`0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000
    01000000 14000000 6500 0000 00000400 14000000
    06000000 24000000 00000000 00000000 42420f00 01000000 01000000 ab000000 24000000`);
  for (const file of [pcap, pcapng])
    expect(new PcapReader().push(file)).toEqual([
      { atNs: 1_000_002_000n, bytes: hex('ab'), originalBytes: 1, linkType: 101 },
    ]);
});

it('counts powers of two where the file says so', () => {
  const file = hex(`0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000
    01000000 20000000 0100 0000 00000400 0900 0100 8a000000 0000 0000 20000000
    06000000 24000000 00000000 00000000 00060000 01000000 01000000 ab000000 24000000`);
  expect(new PcapReader().push(file)[0]?.atNs).toBe(1_500_000_000n);
});

it.each([
  ['text', Buffer.from('dumpcap: no such device\n')],
  ['a block that is longer than any', hex('0a0d0d0a ffffffff 4d3c2b1a')],
  ['a block of 3 bytes', hex('0a0d0d0a 03000000 4d3c2b1a')],
  ['a section without a byte order', hex('0a0d0d0a 1c000000 00000000')],
  [
    'a frame that is longer than any',
    hex(`4d3cb2a1 0200 0400 ${'00'.repeat(12)} 01000000 ${'00'.repeat(8)} 00000010 05000000`),
  ],
  [
    'a packet of no interface',
    hex(`0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000
      06000000 24000000 07000000 00000000 00000000 03000000 05000000 abcdef00 24000000`),
  ],
])('refuses %s', (_, bytes) => {
  expect(() => new PcapReader().push(bytes)).toThrow(NoCapture);
});

it('either reads or refuses what comes behind a true beginning', () => {
  const begin = files['pcapng, little-endian, ns'];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const reader = new PcapReader();
      reader.push(begin);
      expect(outcomeOf(() => reader.push(Buffer.from(bytes)))).toBe('read or refused');
    }),
  );
});

function outcomeOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (!(error instanceof NoCapture)) return String(error);
  }
  return 'read or refused';
}
