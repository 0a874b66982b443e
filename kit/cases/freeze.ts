/** Everything is already in the receive buffer: the client is frozen while the endpoint runs to its end. */
import { transports, type Case, type CasePart } from '../core/case';
import { ACK, close, CN, FIN, FRZ, message, O, record, response, segment, THW, W } from '../core/notation';

/** Answer, Close and end arrive one at a time, with a slice of running time between two freezes. */
const stutter = (sliceMs: number): CasePart => ({
  name: `${sliceMs}ms`,
  script: [
    O,
    FRZ,
    segment(record(message('A'))),
    ACK,
    THW,
    W(sliceMs),
    FRZ,
    segment(record(close(4001, 'bye'))),
    ACK,
    THW,
    W(sliceMs),
    FRZ,
    segment(CN, FIN),
    ACK,
    THW,
  ],
  expect: { deliver: ['A'], close: { reported: 'must', codes: [4001] } },
});

export const freezeCases: readonly Case[] = [
  {
    id: 'freeze/answer-fin',
    title: 'Frozen form of the motivating bug',
    class: 'F',
    level: 'must',
    transports,
    basis: ['DELIVER', 'CODE', 'TRUNC'],
    exposes: 'The hang-up flag (EPOLLRDHUP, POLLHUP) or the end of the stream is handled before the read.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, FRZ, segment(record(message('A')), FIN), ACK, THW],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1006], clean: false } },
      },
    ],
  },
  {
    id: 'freeze/answer-cn-fin',
    title: 'Frozen, with close_notify',
    class: 'F',
    level: 'must',
    transports: ['tls12', 'tls13'],
    basis: ['DELIVER', 'CODE', 'CN'],
    exposes: 'The end of the stream is handled before the read, by way of the TLS closure.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, FRZ, segment(record(message('A')), CN, FIN), ACK, THW],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1006], clean: false } },
      },
    ],
  },
  {
    id: 'freeze/answer-close-cn-fin',
    title: 'Frozen, full set',
    class: 'F',
    level: 'must',
    transports,
    basis: ['DELIVER', 'ORDER', 'CODE', 'CLEAN'],
    exposes: 'The close code is replaced by 1006 because the end of the stream was seen first.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, FRZ, segment(record(message('A')), record(close(4001, 'bye')), CN, FIN), ACK, THW],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [4001], reason: 'bye' } },
      },
    ],
  },
  {
    id: 'freeze/whole-session',
    title: '101, answer, Close and FIN all waiting',
    class: 'F',
    level: 'must',
    transports,
    basis: ['DELIVER', 'ORDER', 'RFC 6455 §4.2.2'],
    exposes:
      'Bytes after the 101 are dropped; open and close callbacks race; the library attaches its handlers too late.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [FRZ, segment(record(response), record(message('A')), record(close(1000)), CN, FIN), ACK, THW],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1000] } },
      },
    ],
  },
  {
    id: 'freeze/stutter',
    title: 'Thawed in slices',
    class: 'F',
    level: 'must',
    transports,
    basis: ['DELIVER', 'ORDER', 'CODE'],
    exposes: 'A state machine that is cut at arbitrary points between read, decrypt, parse and dispatch.',
    messages: { A: { kind: 'answer' } },
    parts: [stutter(1), stutter(2), stutter(5)],
  },
  {
    id: 'freeze/timers-expired',
    title: 'Wakes after its own timers are due',
    class: 'D',
    level: 'informational',
    transports,
    basis: ['RFC 6455 §7.1.7'],
    exposes: 'The timeout handler runs before the readable socket is drained.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, FRZ, segment(record(message('A')), record(close(1000)), CN, FIN), ACK, W(35_000), THW],
        expect: {
          deliver: ['A'],
          deliverLevel: 'informational',
          close: { reported: 'kit' },
          staysOpen: 'informational',
        },
        keepAlive: 'shortest',
        waits: true,
      },
    ],
  },
];
