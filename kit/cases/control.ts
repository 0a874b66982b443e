/** Calibration arms: they run first and again after every block of trials, and judge the kit and the adapter. */
import { transports, type Case } from '../core/case';
import { close, CN, ECHO, FIN, message, O, record, stream, W } from '../core/notation';

const answerThenLinger: Case = {
  id: 'control/answer-then-linger',
  title: 'Plain success',
  class: 'D',
  level: 'must',
  transports,
  basis: ['DELIVER', 'CODE', 'CLEAN'],
  exposes: 'A broken adapter, a wrong certificate, a wrong URL, a lost event log.',
  messages: { A: { kind: 'answer' } },
  parts: [
    {
      script: [
        O,
        stream(record(message('A'))),
        W(2000),
        stream(record(close(1000, 'done'))),
        ECHO,
        stream(CN),
        stream(FIN),
      ],
      expect: { deliver: ['A'], close: { reported: 'must', codes: [1000], clean: true, reason: 'done' } },
    },
  ],
};

/** The short form of `control/answer-then-linger`: interleaved with other cases as their gate, never judged as a case. */
export const gateCase: Case = {
  ...answerThenLinger,
  parts: answerThenLinger.parts.map((part) => ({
    ...part,
    script: part.script.map((step) => (step.op === 'wait' ? W(50) : step)),
  })),
};

export const controlCases: readonly Case[] = [
  answerThenLinger,
  {
    id: 'control/close-without-answer',
    title: 'Negative control',
    class: 'D',
    level: 'must',
    transports,
    basis: ['CODE', 'CLEAN'],
    exposes: 'An adapter that invents, caches or replays messages; trials that hear each other.',
    messages: {},
    parts: [
      {
        script: [O, stream(record(close(1000))), ECHO, stream(CN), stream(FIN)],
        expect: { deliver: [], close: { reported: 'must', codes: [1000] } },
      },
    ],
  },
  {
    id: 'control/answer-then-idle',
    title: 'Delivery does not depend on closing',
    class: 'D',
    level: 'must',
    transports,
    basis: ['DELIVER', 'RFC 6455 §7.1.7'],
    exposes: 'A message held back until the next read or until the end of the stream; a client that invents a close.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [
          O,
          stream(record(message('A'))),
          W(30_000),
          stream(record(close(1000))),
          ECHO,
          stream(CN),
          stream(FIN),
        ],
        expect: { deliver: ['A'], withinMs: 2000, close: { reported: 'must' }, staysOpen: 'must' },
        waits: true,
      },
    ],
  },
];
