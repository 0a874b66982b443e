/** Signaling flows: the wire shapes of other families with the content of a real session. */
import { transports, type Case, type StepPlan } from '../core/case';
import type { MessagePlan } from '../core/message';
import { appAck, close, CN, ECHO, FIN, message, O, record, segment, stream } from '../core/notation';

const trickled = Array.from({ length: 20 }, (_, at) => `cand${at + 1}`);

const candidates: Record<string, MessagePlan> = Object.fromEntries(
  trickled.map((name, at) => [name, { kind: 'candidate', index: at + 1 }]),
);

const trickle = (names: readonly string[]): readonly StepPlan[] => [
  O,
  segment(record(...names.map(message)), record(close(1000)), CN, FIN),
];

export const sigCases: readonly Case[] = [
  {
    id: 'sig/answer-trickle-close',
    title: 'Answer, 20 ICE candidates, end-of-candidates, close',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'ORDER'],
    exposes: 'The tail of a burst is lost: the call connects only sometimes.',
    messages: { A: { kind: 'answer' }, ...candidates, eoc: { kind: 'note', type: 'end-of-candidates' } },
    parts: [
      {
        name: 'after',
        script: trickle(['A', ...trickled, 'eoc']),
        expect: { deliver: ['A', ...trickled, 'eoc'], close: { reported: 'must', codes: [1000] } },
      },
      {
        name: 'before',
        script: trickle([...trickled, 'A', 'eoc']),
        expect: { deliver: [...trickled, 'A', 'eoc'], close: { reported: 'must', codes: [1000] } },
      },
    ],
  },
  {
    id: 'sig/error-then-close',
    title: 'Error message, then a 4xxx close',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'CODE'],
    exposes: 'The user sees "connection lost" instead of the reason.',
    messages: { error: { kind: 'note', type: 'error' } },
    parts: [
      {
        script: [O, segment(record(message('error')), record(close(4003, 'unauthorized')), CN, FIN)],
        expect: { deliver: ['error'], close: { reported: 'must', codes: [4003] } },
      },
    ],
  },
  {
    id: 'sig/answer-bye-fin',
    title: 'Answer and "bye" with no WebSocket close',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER'],
    exposes: 'The motivating bug, with two messages.',
    messages: { A: { kind: 'answer' }, bye: { kind: 'note', type: 'bye' } },
    parts: [
      {
        script: [O, segment(record(message('A')), record(message('bye')), FIN)],
        expect: { deliver: ['A', 'bye'], close: { reported: 'must', codes: [1006] } },
      },
    ],
  },
  {
    id: 'sig/app-ack',
    title: 'The server closes only after an application ack',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER'],
    exposes: 'Nothing by itself: a control arm that shows that the loss disappears when the protocol waits.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [
          O,
          segment(record(message('A'))),
          appAck(5000, stream(record(close(4008))), ECHO, stream(CN), stream(FIN)),
          stream(record(close(1000))),
          ECHO,
          stream(CN),
          stream(FIN),
        ],
        expect: {
          deliver: ['A'],
          // 4008 is the code of the Close that a client gets whose ack did not come: rightly reported as such.
          close: { reported: 'must', codes: [1000, 4008] },
          wire: [{ wire: 'acknowledges', level: 'must' }],
        },
        reactions: [{ kind: 'ack', message: 'A' }],
        requires: ['react-send'],
      },
    ],
  },
];
