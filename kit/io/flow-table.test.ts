import { ipPacket } from '../../reports/evidence/ip-packet';
import { readFrame } from '../core/ip-frame';
import { FlowTable } from './flow-table';

const server = { address: '127.0.0.1', port: 443 };

interface Told {
  readonly port: number;
  readonly seq: number;
  readonly flags?: readonly 'SYN'[];
  readonly bytes?: number;
  readonly out?: boolean;
}

function add(table: FlowTable, atNs: number, { port, seq, flags = [], bytes = 0, out = false }: Told): void {
  const client = { address: '127.0.0.1', port };
  const [from, to] = out ? [server, client] : [client, server];
  const ack = flags.length > 0 ? {} : { ack: 1 };
  const packet = ipPacket({ from, to, seq, flags, payload: Buffer.alloc(bytes), ...ack });
  const frame = { atNs: BigInt(atNs), bytes: packet, originalBytes: packet.length, linkType: 101 };
  const tcp = readFrame(frame);
  if (tcp?.kind === 'tcp') table.add(frame, tcp);
}

const timesOf = (table: FlowTable, port: number, byNs: number): readonly number[] | undefined =>
  table.find({ address: '::ffff:127.0.0.1', port }, BigInt(byNs))?.frames.map((each) => Number(each.atNs));

it('keeps both ways of a connection, from its SYN on', () => {
  const table = new FlowTable([443]);
  add(table, 1, { port: 5000, seq: 7 });
  add(table, 2, { port: 5000, seq: 9, flags: ['SYN'] });
  add(table, 3, { port: 5000, seq: 9, flags: ['SYN'] });
  add(table, 4, { port: 5000, seq: 1, out: true, bytes: 3 });
  expect(timesOf(table, 5000, 9)).toEqual([2, 3, 4]);
});

it('tells connections of one port apart', () => {
  const table = new FlowTable([443]);
  add(table, 1, { port: 5000, seq: 7, flags: ['SYN'] });
  add(table, 2, { port: 5000, seq: 900, flags: ['SYN'] });
  add(table, 3, { port: 5000, seq: 901 });
  expect([timesOf(table, 5000, 1), timesOf(table, 5000, 2), timesOf(table, 5000, 0)]).toEqual([[1], [2, 3], undefined]);
});

it('keeps no packet of other ports', () => {
  const table = new FlowTable([8443]);
  add(table, 1, { port: 5000, seq: 7, flags: ['SYN'] });
  expect(timesOf(table, 5000, 9)).toBeUndefined();
});

it('forgets the oldest connection where there is no room', () => {
  const table = new FlowTable([443], 3000);
  for (const port of [5000, 5001, 5002]) {
    add(table, port, { port, seq: 1, flags: ['SYN'] });
    add(table, port, { port, seq: 2, bytes: 1000 });
  }
  expect([5000, 5001, 5002].map((port) => timesOf(table, port, 9999)?.length)).toEqual([undefined, 2, 2]);
});

it('keeps the headers of what is much, and counts what is too much', () => {
  const table = new FlowTable([443]);
  add(table, 0, { port: 5000, seq: 1, flags: ['SYN'] });
  for (let nth = 0; nth < 4001; nth++) add(table, nth + 1, { port: 5000, seq: 2 + nth * 1000, bytes: 1000 });
  const flow = table.find({ address: '127.0.0.1', port: 5000 }, 1n);
  expect(flow?.frames.at(-1)).toMatchObject({ originalBytes: 1040, bytes: { length: 128 } });
  expect(flow?.leftOut).toBe(2);
});
