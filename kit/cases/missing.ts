/** What the client does when the peer leaves out a Close frame, a close_notify or a FIN. */
import { transports, type Case, type CasePart, type RecordPlan } from '../core/case';
import { close, CN, ECHO, FIN, fragment, message, O, record, RST, segment, slice, stream, W } from '../core/notation';

/** The answer's frame is 1028 bytes long; 514 of them are its first half. */
const halfFrame = slice([message('A')], 0, 514);
const firstFragment = record(fragment('A', 0, 512, false));

const finMidMessage = (name: string, records: readonly RecordPlan[]): CasePart => ({
  name,
  ...(records.includes(CN) ? { transports: ['tls12', 'tls13'] } : {}),
  script: [O, segment(...records)],
  expect: {
    deliver: [],
    never: { names: ['A'], whatwg: 'must', others: 'must' },
    close: { reported: 'must', codes: [1006], clean: false },
  },
});

export const missingCases: readonly Case[] = [
  {
    id: 'missing/no-close-notify',
    title: 'Closing handshake complete, no close_notify',
    class: 'R',
    level: 'must',
    transports: ['tls12', 'tls13'],
    basis: ['DELIVER', 'CODE', 'CLEAN', 'TRUNC'],
    exposes: 'A TLS short read overrides a finished WebSocket close.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A')), record(close(1000))), ECHO, stream(FIN)],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1000], clean: true } },
      },
    ],
  },
  {
    id: 'missing/no-fin-after-close',
    title: 'TCP held open after the closing handshake',
    class: 'D',
    level: 'must',
    transports,
    basis: ['TCPCLOSE'],
    exposes: "A client that waits for ever for the server's FIN.",
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A')), record(close(1000))), ECHO, stream(CN), W(75_000)],
        expect: {
          deliver: ['A'],
          withinMs: 2000,
          close: { reported: 'kit' },
          wire: [{ wire: 'closes-tcp', level: 'must' }],
        },
        waits: true,
      },
    ],
  },
  {
    id: 'missing/cn-only',
    title: 'close_notify, then silence',
    class: 'D',
    level: 'must',
    transports: ['tls12', 'tls13'],
    basis: ['CN'],
    exposes: 'The zero return of a TLS read is ignored; the client spins or hangs.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        name: 'reply',
        transports: ['tls12'],
        script: [O, segment(record(message('A')), CN), W(75_000)],
        expect: {
          deliver: ['A'],
          withinMs: 2000,
          close: { reported: 'kit' },
          // RFC 5246 §7.2.1: the receiver answers with close_notify and closes at once.
          wire: [
            { wire: 'answers-close-notify', level: 'must', transports: ['tls12'] },
            { wire: 'closes-tcp', level: 'must' },
          ],
        },
        waits: true,
      },
      {
        name: 'half-close',
        // RFC 8446 §6.1: close_notify leaves the other direction open.
        transports: ['tls13'],
        script: [O, segment(record(message('A')), CN), W(75_000)],
        expect: { deliver: ['A'], withinMs: 2000, close: { reported: 'kit' } },
        waits: true,
      },
    ],
  },
  {
    id: 'missing/everything',
    title: 'Answer, then nothing at all',
    class: 'D',
    level: 'must',
    transports,
    basis: ['DELIVER', 'RFC 6455 §7.1.7'],
    exposes: 'Delivery tied to the end of the stream; a spurious close.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A'))), W(60_000), RST],
        expect: { deliver: ['A'], withinMs: 2000, close: { reported: 'must' }, staysOpen: 'should' },
        waits: true,
      },
    ],
  },
  {
    id: 'missing/fin-mid-message',
    title: 'FIN inside a frame or between fragments',
    class: 'F',
    level: 'must',
    transports,
    basis: ['RFC 6455 §6.2', 'CODE'],
    exposes: 'A partial buffer is flushed as a message on close.',
    messages: { A: { kind: 'answer', bytes: 1024 } },
    parts: [
      finMidMessage('a', [halfFrame, FIN]),
      finMidMessage('b', [firstFragment, FIN]),
      finMidMessage('a-cn', [halfFrame, CN, FIN]),
      finMidMessage('b-cn', [firstFragment, CN, FIN]),
    ],
  },
];
