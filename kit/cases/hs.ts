/** Edges of the opening handshake. */
import { transports, type Case, type CasePart, type StepPlan } from '../core/case';
import { close, CN, ECHO, FIN, message, O, record, response, segment, stream } from '../core/notation';

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
];
