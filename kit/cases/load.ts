/** A server that dies, and a client that hardly gets to run. */
import { transports, type Case } from '../core/case';
import { ACK, FIN, IMPOSE, KILL, LIFT, message, O, record, segment, STOP_READING, W } from '../core/notation';

/** Behind this the client runs freely again, so that slowness alone makes nothing late: a twentieth is 200 ms of work. */
const starvedMs = 4000;

export const loadCases: readonly Case[] = [
  {
    id: 'load/server-killed',
    title: 'The server process is killed behind its answer',
    class: 'R',
    level: 'mixed',
    transports,
    basis: ['DELIVER', 'CODE', 'RST'],
    exposes:
      'What handles the loss of the server, a reconnect above all, drops the message that was still to be dispatched.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        name: 'fin',
        script: [O, segment(record(message('A'))), ACK, KILL],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1006] } },
      },
      {
        name: 'unread',
        // RFC 9293 §3.6.1: the kernel resets where bytes of the client lay unread, here its offer.
        script: [STOP_READING, W(50), segment(record(message('A'))), ACK, KILL],
        expect: { deliver: ['A'], deliverLevel: 'informational', close: { reported: 'must', codes: [1006] } },
      },
    ],
  },
  {
    id: 'load/starved-client',
    title: 'The client has 5 % of a processor',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER'],
    exposes: 'A race that a slow thread loses: decrypting, parsing or dispatching behind the end of the connection.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, IMPOSE({ kind: 'cpu', percent: 5 }), segment(record(message('A')), FIN), ACK, W(starvedMs), LIFT],
        expect: { deliver: ['A'], close: { reported: 'must' } },
      },
    ],
  },
];
