/** Edges of the opening handshake. */
import { transports, type Case, type CasePart, type Expectation, type StepPlan } from '../core/case';
import {
  apart,
  badResponse,
  bytewise,
  close,
  CN,
  ECHO,
  FIN,
  message,
  O,
  record,
  refusal,
  response,
  responsePart,
  segment,
  stream,
  W,
} from '../core/notation';

const messageWith101 = (name: string, greeting: StepPlan): CasePart => ({
  name,
  script: [greeting, O, stream(record(message('A'))), stream(record(close(1000))), ECHO, stream(CN), stream(FIN)],
  expect: { deliver: ['H', 'A'], close: { reported: 'must' } },
});

/** No open, no message, and a failure that is reported: RFC 6455 §4.1, §7.1.5. */
const refused: Expectation = {
  open: 'never',
  deliver: [],
  // RFC 6455 §7.1.5 speaks of connections that were there; an API may tell of a failed handshake in a code of its own.
  close: { reported: 'must', codes: [1006], tolerated: 'failures', toleratedOf: 'others' },
};
const withoutA: Expectation = { ...refused, never: { names: ['A'], whatwg: 'must', others: 'must' } };

const neverOpen = (name: string, script: readonly StepPlan[], expect = withoutA): CasePart => ({
  name,
  script,
  expect,
});

const half = badResponse('half');

/** What a server has to send with each: RFC 9110 §11.6.1, §15.5.22, §7.8, §10.2.3, RFC 9112 §9.6. */
const refusals: readonly (readonly [number, string, ...(readonly (readonly [string, string])[])])[] = [
  [401, 'Unauthorized', ['WWW-Authenticate', 'Basic realm="lastword"'], ['Connection', 'close']],
  [403, 'Forbidden', ['Connection', 'close']],
  [404, 'Not Found', ['Connection', 'close']],
  [
    426,
    'Upgrade Required',
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade, close'],
    ['Sec-WebSocket-Version', '13'],
  ],
  [429, 'Too Many Requests', ['Retry-After', '1'], ['Connection', 'close']],
  [503, 'Service Unavailable', ['Retry-After', '1'], ['Connection', 'close']],
];

const defects = [
  'wrong-accept',
  'no-upgrade',
  'no-connection',
  'unoffered-extension',
  'unoffered-subprotocol',
] as const;

/** The offer is the application's to send when it hears of the open; the client may have replied to the Close by then. */
const noDataAfterClose = [{ wire: 'no-data-after-close', level: 'must' }] as const;

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
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1000] }, wire: noDataAfterClose },
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
        expect: { deliver: [], open: 'must', close: { reported: 'must', codes: [1001] }, wire: noDataAfterClose },
      },
      {
        name: 'b',
        script: [segment(record(response), FIN)],
        expect: { deliver: [], open: 'must', close: { reported: 'must', codes: [1006], clean: false } },
      },
    ],
  },
  {
    id: 'hs/frame-before-101',
    title: 'Data before or inside the 101',
    class: 'D',
    level: 'must',
    transports,
    basis: ['RFC 6455 §4.1', 'RFC 6455 §5.1', 'CODE'],
    exposes: 'A scanner for frames that resynchronises on what is no answer to the upgrade.',
    messages: { A: { kind: 'answer' } },
    parts: [
      neverOpen('a', [segment(record(message('A')), record(response), FIN)]),
      neverOpen('b', [segment(record(half), record(message('A')), FIN)]),
      neverOpen('c', [segment(record(half), FIN)], refused),
    ],
  },
  {
    id: 'hs/http-error-with-body',
    title: 'Refusal that looks like an answer',
    class: 'D',
    level: 'must',
    transports,
    basis: ['RFC 6455 §4.1', 'WHATWG §2.2', 'CODE'],
    exposes: 'The body of a refusal is parsed as frames, or the client waits for more headers.',
    messages: { A: { kind: 'answer' } },
    parts: refusals.map(([status, phrase, ...headers]) =>
      neverOpen(String(status), [segment(record(refusal(status, phrase, headers, 'A')), FIN)]),
    ),
  },
  {
    id: 'hs/invalid-101',
    title: '101 that must be refused',
    class: 'D',
    level: 'must',
    transports,
    basis: ['RFC 6455 §4.1'],
    exposes: 'Missing validation: the answer is delivered on a connection that nobody agreed to.',
    messages: { A: { kind: 'answer' } },
    // RFC 6455 §7.1.7: the client is the one to end it, and a trial is over when it has. One that does not gets a second.
    parts: defects.map((defect) => ({
      ...neverOpen(defect, [segment(record(badResponse(defect), message('A'))), W(1000), stream(CN), stream(FIN)]),
      expect: { ...withoutA, close: { reported: 'must' } },
    })),
  },
];
