/** Reply, then close: the basic orderings, live. */
import { transports, type Case } from '../core/case';
import { ABANDON, close, CN, ECHO, FIN, message, O, ping, pong, record, segment, stream } from '../core/notation';

export const closeCases: readonly Case[] = [
  {
    id: 'close/answer-close-handshake',
    title: 'Full polite close, back to back',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'ORDER', 'ECHO', 'CODE', 'CLEAN'],
    exposes: 'A Close frame that is handled ahead of a queued message.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A'))), segment(record(close(1000))), ECHO, segment(CN), segment(FIN)],
        expect: {
          deliver: ['A'],
          close: { reported: 'must', codes: [1000], clean: true },
          wire: [{ wire: 'one-close', level: 'must' }],
        },
      },
    ],
  },
  {
    id: 'close/answer-close-one-record',
    title: 'Answer and Close in one TLS record',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'ORDER', 'CODE'],
    exposes: 'Only the first frame of a read is parsed, or a Close found while scanning the buffer wins.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A'), close(1000))), ECHO, segment(CN, FIN)],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1000], clean: true } },
      },
    ],
  },
  {
    id: 'close/answer-close-no-wait',
    title: 'The server does not wait for the echo',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'ORDER', 'CODE', 'CLEAN'],
    exposes:
      'End of stream or close_notify outruns data; wasClean derived from the FIN rather than from the handshake.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A')), record(close(1000)), CN, FIN)],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1000] } },
      },
    ],
  },
  {
    id: 'close/answer-fin-same-segment',
    title: 'No Close frame, no close_notify, FIN on the data segment',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'CODE', 'CLEAN', 'TRUNC'],
    exposes: 'The motivating bug: the TCP close tears down the TLS receive path before the bytes are decrypted.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A')), FIN)],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1006], clean: false } },
      },
    ],
  },
  {
    id: 'close/answer-cn-fin',
    title: 'close_notify and FIN, no Close frame',
    class: 'R',
    level: 'must',
    transports: ['tls12', 'tls13'],
    basis: ['DELIVER', 'CODE', 'CN'],
    exposes: 'A TLS read returns data and then zero in the same pass, and the batch is thrown away.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A')), CN, FIN)],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1006], clean: false } },
      },
    ],
  },
  {
    id: 'close/answer-close-abandon',
    title: 'The server closes the socket outright',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'ORDER', 'CODE', 'RFC 6455 §1.4', 'RST'],
    exposes: 'The reset that follows the echo clears messages that were parsed but not yet dispatched.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A')), record(close(1000))), ABANDON],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1000] } },
      },
    ],
  },
  {
    id: 'close/answer-after-close',
    title: 'Data after the Close frame',
    class: 'D',
    level: 'must',
    transports,
    basis: ['AFTERCLOSE'],
    exposes: 'A frame loop that keeps dispatching after the Close.',
    messages: { A1: { kind: 'answer' }, A2: { kind: 'answer' } },
    parts: [
      {
        script: [
          O,
          segment(record(pong('before'), message('A1'), close(1000), message('A2'), ping('after'))),
          ECHO,
          stream(CN),
          stream(FIN),
        ],
        expect: {
          deliver: ['A1'],
          never: { names: ['A2'], whatwg: 'must', others: 'should' },
          close: { reported: 'must' },
        },
      },
    ],
  },
];
