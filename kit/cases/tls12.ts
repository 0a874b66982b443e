/** What only TLS 1.2 says. */
import type { Case } from '../core/case';
import { ABANDON, close, CN, message, O, record, segment } from '../core/notation';

export const tls12Cases: readonly Case[] = [
  {
    id: 'tls12/close-notify-reply',
    title: 'The reply to close_notify meets a closed socket',
    class: 'R',
    level: 'must',
    transports: ['tls12'],
    basis: ['RFC 5246 §7.2.1', 'DELIVER', 'ORDER', 'CODE'],
    exposes: 'That the reply to close_notify could not be sent is reported as an error of reading.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A')), record(close(1000)), CN), ABANDON],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1000] } },
      },
    ],
  },
];
