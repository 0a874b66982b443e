/**
 * Where a reset falls. RFC 9293 §3.10.7.4 lets the receiver drop queued data, so a loss here is no violation by itself
 * unless the script proves that the client had parsed past the answer. `@unacked` needs netem and is not here.
 */
import { transports, type Case } from '../core/case';
import {
  ABANDON,
  ACK,
  close,
  DROP,
  ECHO,
  FIN,
  FRZ,
  message,
  O,
  ping,
  record,
  RST,
  segment,
  STOP_READING,
  stream,
  THW,
  W,
} from '../core/notation';

const pongDrawsRst = record(ping('1'), ping('2'), message('A'), close(1000));

export const rstCases: readonly Case[] = [
  {
    id: 'rst/answer-acked-then-rst',
    title: 'Acknowledged answer, then RST',
    class: 'F',
    level: 'informational',
    transports,
    basis: ['RST', 'FAIL'],
    exposes: 'POLLERR is handled without a last read.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        name: 'live',
        live: true,
        script: [O, segment(record(message('A'))), ACK, RST],
        expect: {
          deliver: ['A'],
          deliverLevel: 'informational',
          close: { reported: 'must', codes: [1006], clean: false },
        },
      },
      {
        name: 'frozen',
        script: [O, segment(record(message('A'))), ACK, RST],
        expect: {
          deliver: ['A'],
          deliverLevel: 'informational',
          close: { reported: 'must', codes: [1006], clean: false },
        },
      },
    ],
  },
  {
    id: 'rst/after-echo',
    title: 'RST instead of FIN after a finished closing handshake',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'ORDER', 'CODE'],
    exposes: 'A late RST rewrites the outcome: the code becomes 1006, queued messages are dropped.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A')), record(close(4001))), ECHO, RST],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [4001] } },
      },
    ],
  },
  {
    id: 'rst/unread-offer',
    title: 'The server closes with the offer unread',
    class: 'F',
    level: 'informational',
    transports,
    basis: ['RST', 'RFC 9293 §3.6.1', 'RFC 6455 §1.4'],
    exposes: 'The commonest accidental RST in the field.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [STOP_READING, W(50), segment(record(message('A'))), ACK, DROP],
        expect: { deliver: ['A'], deliverLevel: 'informational', close: { reported: 'must', codes: [1006] } },
      },
    ],
  },
  {
    id: 'rst/pong-draws-rst',
    title: "The client's own Pongs break the connection",
    class: 'F',
    level: 'mixed',
    transports,
    basis: ['DELIVER', 'RFC 6455 §5.5.2', 'RST'],
    exposes: 'A write error raised inside the read loop discards the rest of the parsed buffer.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        name: 'half',
        script: [O, FRZ, segment(pongDrawsRst), ACK, stream(FIN), THW],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1000] } },
      },
      {
        name: 'abandon',
        script: [O, FRZ, segment(pongDrawsRst), ACK, ABANDON, THW],
        expect: { deliver: ['A'], deliverLevel: 'informational', close: { reported: 'must' } },
      },
    ],
  },
];
