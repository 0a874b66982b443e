/** Ping and Pong around the close. */
import { transports, type Case } from '../core/case';
import { close, CN, ECHO, FIN, message, O, ping, record, segment, stream } from '../core/notation';

export const pingCases: readonly Case[] = [
  {
    id: 'ping/before-answer-close',
    title: 'Ping, answer and Close in one record',
    class: 'F',
    level: 'must',
    transports,
    basis: ['DELIVER', 'RFC 6455 §5.5.2', 'CODE'],
    exposes: 'A Ping ends the pass in which it was read.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(ping('p'), message('A'), close(1000))), ECHO, stream(CN), stream(FIN)],
        // RFC 6455 §5.5.2: no Pong is owed by a client that has received the Close already.
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1000] } },
      },
    ],
  },
];
