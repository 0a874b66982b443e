/** A network that loses and delays, on the way to the client: the endpoint's own, where it has one. */
import { transports, type Case } from '../core/case';
import { acked, close, CN, FIN, IMPOSE, LIFT, message, O, record, segment, W } from '../core/notation';

/** Retransmissions of a lossy way take their time, each twice that of the one before. */
const lossyAckMs = 30_000;

const lossy = IMPOSE({
  kind: 'netem',
  delayMs: 50,
  jitterMs: 20,
  lossPercent: 5,
  reorderPercent: 25,
  duplicatePercent: 1,
});

export const netCases: readonly Case[] = [
  {
    id: 'net/loss-reorder-delay',
    title: '5 % loss, 25 % reordering, 50 ms ± 20 ms of delay, duplicates',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'RFC 9293 §3.6'],
    exposes: 'The FIN and the data come in wake-ups of their own.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        name: 'close',
        script: [O, lossy, segment(record(message('A')), record(close(1000)), CN, FIN), acked(lossyAckMs), LIFT],
        expect: { deliver: ['A'], close: { reported: 'must' } },
      },
      {
        name: 'fin',
        script: [O, lossy, segment(record(message('A')), FIN), acked(lossyAckMs), LIFT],
        expect: { deliver: ['A'], close: { reported: 'must' } },
      },
    ],
  },
  {
    id: 'net/fin-overtakes-data',
    title: 'The FIN arrives before the data',
    class: 'D',
    level: 'must',
    transports,
    basis: ['DELIVER', 'RFC 9293 §3.10.7.4', 'CODE'],
    exposes: 'TCP of its own, in user space or on raw packets, that acts on a FIN with a gap in front of it.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        // Whatever of the answer is sent before the hole is closed is lost, and comes again some 200 ms later.
        script: [O, IMPOSE({ kind: 'hole' }), segment(record(message('A'))), segment(FIN), W(50), LIFT, acked(10_000)],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1006] } },
      },
    ],
  },
];
