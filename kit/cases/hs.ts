/** Edges of the opening handshake. */
import { transports, type Case, type CasePart, type StepPlan } from '../core/case';
import {
  apart,
  bytewise,
  close,
  CN,
  ECHO,
  FIN,
  message,
  O,
  record,
  response,
  responsePart,
  segment,
  stream,
} from '../core/notation';

const messageWith101 = (name: string, greeting: StepPlan): CasePart => ({
  name,
  script: [greeting, O, stream(record(message('A'))), stream(record(close(1000))), ECHO, stream(CN), stream(FIN)],
  expect: { deliver: ['H', 'A'], close: { reported: 'must' } },
});

export const hsCases: readonly Case[] = [
  {
    id: 'hs/message-with-101',
    title: 'The server speaks first, in the same record as the 101',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'RFC 6455 §4.2.2', 'RFC 6455 §5.1'],
    exposes: 'The HTTP parser swallows the bytes behind the blank line.',
    messages: { H: { kind: 'note', type: 'hello' }, A: { kind: 'answer' } },
    parts: [
      messageWith101('one-record', segment(record(response, message('H')))),
      messageWith101('two-records', segment(record(response), record(message('H')))),
    ],
  },
  {
    id: 'hs/answer-close-with-101',
    title: '101, answer, Close and FIN in one flight',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'ORDER', 'RFC 6455 §4.2.2'],
    exposes: 'The open callback runs when the connection is already gone, and clears state.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [segment(record(response), record(message('A')), record(close(1000)), CN, FIN)],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1000] } },
      },
    ],
  },
  {
    id: 'hs/101-byte-by-byte',
    title: 'The 101 dribbled, the answer glued to its last byte',
    class: 'D',
    level: 'must',
    transports,
    basis: ['RFC 6455 §4.1', 'DELIVER', 'REC'],
    exposes: 'The end of the header is sought within one read; off by one behind it.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [
          apart(bytewise(responsePart(0, -1)), record(responsePart(-1), message('A'))),
          O,
          stream(record(close(1000))),
          ECHO,
          stream(CN),
          stream(FIN),
        ],
        expect: { deliver: ['A'], open: 'must', close: { reported: 'must', codes: [1000] } },
      },
    ],
  },
  {
    id: 'hs/close-after-101',
    title: 'Close or FIN straight behind the 101',
    class: 'R',
    level: 'must',
    transports,
    basis: ['RFC 6455 §4.1', 'CODE', 'WHATWG §4'],
    exposes:
      'A client that hangs sending its offer, never says that it was open, or dies writing from its open handler.',
    messages: {},
    parts: [
      {
        name: 'a',
        script: [segment(record(response), record(close(1001)), CN, FIN)],
        expect: { deliver: [], open: 'must', close: { reported: 'must', codes: [1001] } },
      },
      {
        name: 'b',
        script: [segment(record(response), FIN)],
        expect: { deliver: [], open: 'must', close: { reported: 'must', codes: [1006], clean: false } },
      },
    ],
  },
];
