import { ipPacket, type Segment } from '../../reports/evidence/ip-packet';
import { segmentsOf, whyNotWhole, type ConnectionPackets } from './packets';
import type { Connection, Snapshot } from './trial';

const client = { address: '127.0.0.1', port: 40_000 };
const server = { address: '127.0.0.1', port: 443 };
const none = Buffer.alloc(0);

type Told = Pick<Segment, 'flags' | 'seq'> & { readonly ack?: number; readonly payload?: string };

const fromClient = (told: Told): Buffer =>
  ipPacket({ ...told, from: client, to: server, payload: Buffer.from(told.payload ?? '') });
const fromServer = (told: Told): Buffer =>
  ipPacket({ ...told, from: server, to: client, payload: Buffer.from(told.payload ?? '') });

const syn = fromClient({ flags: ['SYN'], seq: 999 });
const synAck = fromServer({ flags: ['SYN'], seq: 0xffff_fffe, ack: 1000 });
const offer = fromClient({ flags: ['PSH'], seq: 1000, ack: 0xffff_ffff, payload: 'offer' });
/** The stream of the endpoint begins one short of where sequence numbers wrap. */
const answer = fromServer({ flags: ['PSH'], seq: 0xffff_ffff, ack: 1005, payload: 'answer' });
const fin = fromServer({ flags: ['FIN'], seq: 5, ack: 1005 });
const ack = fromClient({ flags: [], seq: 1005, ack: 6 });
const clientFin = fromClient({ flags: ['FIN'], seq: 1005, ack: 6 });
const all = [syn, synAck, offer, answer, fin, ack, clientFin];

const packets = (frames: readonly Buffer[]): ConnectionPackets => ({
  by: 'dumpcap 4.0.17',
  device: 'lo',
  linkType: 101,
  wallMinusMonotonicNs: '0',
  packets: frames.map((bytes, at) => ({ atNs: at, base64: bytes.toString('base64') })),
});

const acked: Snapshot = {
  atNs: 0,
  why: 'acked',
  tcp: { state: 5, unacked: 0, notsentBytes: 0, bytesAcked: 7, dataSegsOut: 1, totalRetrans: 0 },
};

const connection: Connection = {
  index: 0,
  nonce: 'n',
  held: false,
  peer: client,
  path: 'direct',
  script: { status: 'complete', at: 1, steps: 1, lapses: [] },
  events: [{ atNs: 6, kind: 'client-fin' }],
  sent: [],
  snapshots: [acked],
  witness: 'tcp-info',
  freezes: [],
  bytesSent: 6,
  capture: [
    { atNs: 2, dir: 'in', base64: Buffer.from('offer').toString('base64') },
    { atNs: 3, dir: 'out', base64: Buffer.from('answer').toString('base64') },
  ],
};

it('counts in the stream of a side, also where sequence numbers wrap', () => {
  const told = segmentsOf(packets(all))?.map(({ direction, offset, acked: of }) => [direction, offset, of]);
  expect(told).toEqual([
    ['in', -1, undefined],
    ['out', -1, 0],
    ['in', 0, 0],
    ['out', 0, 5],
    ['out', 6, 5],
    ['in', 5, 7],
    ['in', 5, 7],
  ]);
});

it('is whole where no byte is missing', () => {
  expect(whyNotWhole(connection, packets(all))).toBeUndefined();
});

it('is whole where segments overtook each other, or came twice', () => {
  const halves = [
    fromServer({ flags: ['PSH'], seq: 2, ack: 1005, payload: 'wer' }),
    fromServer({ flags: [], seq: 0xffff_ffff, ack: 1005, payload: 'ans' }),
  ];
  expect(
    whyNotWhole(connection, packets([syn, synAck, offer, ...halves, answer, fin, ack, clientFin])),
  ).toBeUndefined();
});

/** The capture with the answer cut to `ans` or so. */
function cutAnswer(bytes: number): ConnectionPackets {
  const { packets: records, ...rest } = packets(all);
  const cut = records.map((each, at) =>
    at === 3 ? { ...each, base64: answer.subarray(0, bytes).toString('base64'), bytes: answer.length } : each,
  );
  return { ...rest, packets: cut };
}

it('is whole where of a packet was cut off what the endpoint did not keep either', () => {
  const [offered] = connection.capture ?? [];
  const capture = offered === undefined ? [] : [offered, { atNs: 3, dir: 'out' as const, base64: 'YW5z' }];
  expect(whyNotWhole({ ...connection, capture }, cutAnswer(43))).toBeUndefined();
});

it('is not whole where of a packet was cut off what the endpoint kept', () => {
  expect(whyNotWhole(connection, cutAnswer(42))).toBe(
    'the capture holds cut packets, of which the endpoint kept all bytes',
  );
});

it('is whole where what was cut off came again', () => {
  const { packets: records, ...rest } = cutAnswer(42);
  const again = { atNs: 9, base64: answer.toString('base64') };
  expect(whyNotWhole(connection, { ...rest, packets: [...records, again] })).toBeUndefined();
});

it.each([
  [
    'the TCP handshake',
    [synAck, offer, answer, fin, ack, clientFin],
    'the capture lacks the TCP handshake of the connection',
  ],
  [
    'the answer',
    [syn, synAck, offer, fin, ack, clientFin],
    'the capture lacks packets in the middle of the connection',
  ],
  ['the answer and what follows', [syn, synAck, offer, ack, clientFin], 'the capture lacks packets of the endpoint’s'],
  [
    'the offer',
    [syn, synAck, answer, fin, ack, clientFin],
    'the capture lacks packets in the middle of the connection',
  ],
  ['the offer and what follows', [syn, synAck, answer, fin, ack], 'the capture lacks the client’s FIN'],
  ['the ACK', [syn, synAck, offer, answer, fin], 'the capture lacks acknowledgements of the client’s'],
  ['the client’s FIN', [syn, synAck, offer, answer, fin, ack], 'the capture lacks the client’s FIN'],
])('is not whole without %s', (_, frames, why) => {
  expect(whyNotWhole(connection, packets(frames))).toBe(why);
});

it('is not whole with a hole', () => {
  const late = fromServer({ flags: ['PSH'], seq: 2, ack: 1005, payload: 'wer' });
  expect(whyNotWhole(connection, packets([syn, synAck, offer, late, fin, ack, clientFin]))).toBe(
    'the capture lacks packets in the middle of the connection',
  );
});

it('is not whole without the client’s RST', () => {
  const reset: Connection = { ...connection, events: [{ atNs: 6, kind: 'client-reset' }] };
  expect(whyNotWhole(reset, packets(all))).toBe('the capture lacks the client’s RST');
});

it('is not that of another connection', () => {
  const other: Connection = {
    ...connection,
    capture: [{ atNs: 3, dir: 'out', base64: Buffer.from('annual').toString('base64') }],
  };
  expect(whyNotWhole(other, packets(all))).toBe('the capture differs from what passed the endpoint’s socket');
});

it('reads nothing of frames that hold no TCP', () => {
  expect(segmentsOf(packets([none, Buffer.from('junk')]))).toBeUndefined();
});

it('is not whole without what the endpoint has read', () => {
  const silent: Connection = { ...connection, events: [] };
  expect(whyNotWhole(silent, packets([syn, synAck, answer, fin, ack]))).toBe(
    'the capture differs from what passed the endpoint’s socket',
  );
});
