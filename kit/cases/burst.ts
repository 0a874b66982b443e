/** Several messages, then a close. */
import { transports, type Case } from '../core/case';
import type { MessagePlan } from '../core/message';
import { close, CN, FIN, message, O, record, segment, stream } from '../core/notation';

/** `M1` to `Mn`. */
const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `M${at + 1}`);

const candidates = (count: number): Record<string, MessagePlan> =>
  Object.fromEntries(names(count).map((name, at) => [name, { kind: 'candidate', index: at + 1 }]));

export const burstCases: readonly Case[] = [
  {
    id: 'burst/hundred-one-record',
    title: '100 messages and the Close in one record',
    class: 'F',
    level: 'must',
    transports,
    basis: ['DELIVER', 'ORDER', 'CODE'],
    exposes: 'One message a wake-up; a dispatch queue that the close clears.',
    messages: candidates(100),
    parts: [
      {
        script: [O, segment(record(...names(100).map(message), close(1000)), CN, FIN)],
        expect: { deliver: names(100), close: { reported: 'must', codes: [1000] } },
      },
    ],
  },
  {
    id: 'burst/thousand-records-fin',
    title: '1000 messages, one record each, no Close',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'CODE'],
    exposes: 'A bounded queue drops; the tail is lost.',
    messages: candidates(1000),
    parts: [
      {
        script: [O, stream(...names(1000).map((name) => record(message(name))), FIN)],
        expect: { deliver: names(1000), close: { reported: 'must', codes: [1006] } },
      },
    ],
  },
  {
    id: 'burst/mixed-types',
    title: 'Text and binary interleaved, with empty and identical messages',
    class: 'F',
    level: 'must',
    transports,
    basis: ['DELIVER', 'ORDER', 'RFC 6455 §5.6', 'RFC 6455 §6.2'],
    exposes: 'Separate queues for text and binary; de-duplication; an empty payload taken for the end of the stream.',
    messages: {
      T1: { kind: 'text', text: 'T1 ', salted: true },
      B1: { kind: 'binary', bytes: 128 },
      'T-empty': { kind: 'text', text: '', salted: false },
      'B-empty': { kind: 'binary', bytes: 0 },
      B2: { kind: 'binary', bytes: 1024 },
    },
    parts: [
      {
        script: [
          O,
          segment(
            record(...['T1', 'B1', 'T-empty', 'B-empty', 'T1', 'T1', 'B2'].map(message)),
            record(close(1000)),
            CN,
            FIN,
          ),
        ],
        expect: {
          deliver: ['T1', 'B1', 'T-empty', 'B-empty', 'T1', 'T1', 'B2'],
          close: { reported: 'must' },
        },
      },
    ],
  },
  {
    id: 'burst/slow-handler',
    title: 'The handler is busy while the peer closes',
    class: 'F',
    level: 'must',
    transports,
    basis: ['ORDER', 'WHATWG §4'],
    exposes: 'The close runs on another thread and overtakes the handler.',
    messages: candidates(20),
    parts: [
      {
        script: [O, segment(record(...names(20).map(message), close(1000)), CN, FIN)],
        expect: { deliver: names(20), close: { reported: 'must' } },
        reactions: [{ kind: 'slow-handler', sleepMs: 50 }],
        requires: ['react-sleep'],
      },
    ],
  },
];
