/** Closes that cross, and a client that closes or sends of its own accord: because its application asks for it. */
import { transports, type Case, type CloseOrder, type StepPlan } from '../core/case';
import { ABANDON, close, CN, ECHO, FIN, message, O, record, segment, stream, W } from '../core/notation';

/** A code that no endpoint sends: whoever reports it reports its own. */
const closesOn = (on: CloseOrder['on']): CloseOrder => ({ kind: 'close', on, code: 4002, reason: 'enough' });

/**
 * Time in ms between the client's Close and the end of TCP: a client that waits for the endpoint (RFC 6455 §7.1.1) can
 * be told from one that does not, and what an application still sends meets an open socket.
 */
const linger = W(50);

const afterPeerClose: readonly StepPlan[] = [
  O,
  segment(record(message('A')), record(close(1000))),
  ECHO,
  linger,
  stream(CN),
  stream(FIN),
];

const halfClose = {
  expect: { deliver: ['A'], close: { reported: 'must', codes: [1006] } },
  reactions: [{ kind: 'send-candidates', count: 10, everyMs: 100 }],
  requires: ['react-send'],
} as const;

export const crossCases: readonly Case[] = [
  {
    id: 'cross/simultaneous',
    title: 'Both sides send Close at once',
    class: 'R',
    level: 'must',
    transports,
    basis: ['RFC 6455 §5.5.1', 'CODE', 'CLEAN'],
    exposes: "The client's own code is reported; a second Close; a deadlock.",
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A'))), segment(record(close(4001))), ECHO, linger, stream(CN), stream(FIN)],
        expect: {
          deliver: ['A'],
          close: { reported: 'must', codes: [4001], clean: true },
          // No clause forbids a second Close, but none has a use for it: RFC 6455 §7.1.2.
          wire: [{ wire: 'one-close', level: 'should' }],
        },
        reactions: [closesOn('message')],
        requires: ['react-close'],
      },
    ],
  },
  {
    id: 'cross/late-answer',
    title: 'Answer after the client has closed',
    class: 'D',
    level: 'informational',
    transports,
    basis: ['WHATWG §4', 'RFC 6455 §5.5.1', 'CODE'],
    exposes: 'Nothing: a client may drop what comes behind its own Close, and a browser has to.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, ECHO, stream(record(message('A')), record(close(1000))), linger, stream(CN), stream(FIN)],
        expect: { deliver: ['A'], deliverLevel: 'informational', close: { reported: 'must', codes: [1000] } },
        reactions: [closesOn('open')],
        requires: ['react-close'],
      },
    ],
  },
  {
    id: 'cross/unanswered-close',
    title: "The server never answers the client's Close",
    class: 'D',
    level: 'kit',
    transports,
    basis: ['CODE', 'CLEAN', 'RFC 6455 §7.1.1', 'KIT'],
    exposes: 'A client that waits for ever.',
    messages: {},
    parts: [
      {
        name: 'a',
        script: [O, ECHO, W(75_000)],
        expect: { deliver: [], close: { reported: 'kit' } },
        reactions: [closesOn('open')],
        requires: ['react-close'],
        waits: true,
      },
      {
        name: 'b',
        script: [O, ECHO, stream(FIN)],
        expect: { deliver: [], close: { reported: 'must', codes: [1006], clean: false } },
        reactions: [closesOn('open')],
        requires: ['react-close'],
      },
    ],
  },
  {
    id: 'cross/two-close-frames',
    title: 'Two Close frames with different codes',
    class: 'D',
    level: 'must',
    transports,
    basis: ['DELIVER', 'RFC 6455 §7.1.5', 'RFC 6455 §5.5.1'],
    exposes: 'The second Close overwrites the first.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A'), close(1000), close(4001))), ECHO, stream(CN), stream(FIN)],
        expect: {
          deliver: ['A'],
          // To take a second Close for an error is a reading of the standard as well.
          close: { reported: 'must', codes: [1000], codeLevel: 'should', tolerated: [1002, 1006] },
        },
      },
    ],
  },
  {
    id: 'cross/send-after-peer-close',
    title: "The client goes on sending after the server's Close",
    class: 'R',
    level: 'must',
    transports,
    basis: ['RFC 6455 §5.5.1', 'DELIVER', 'CODE'],
    exposes: 'The error path of a send tears down the receive path; an exception that nobody handles.',
    messages: { A: { kind: 'answer' } },
    parts: (
      [
        ['at-once', 0],
        ['trickle', 2],
      ] as const
    ).map(([name, everyMs]) => ({
      name,
      script: afterPeerClose,
      expect: {
        deliver: ['A'],
        close: { reported: 'must', codes: [1000] },
        wire: [{ wire: 'no-data-after-close', level: 'must' }],
      },
      reactions: [{ kind: 'send-candidates', count: 10, everyMs }],
      requires: ['react-send'],
    })),
  },
  {
    id: 'cross/half-close',
    title: 'The client keeps sending into a half-closed connection',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'RFC 9293 §3.6.1', 'RFC 6455 §7.1.4'],
    exposes: 'A send on a dying connection kills the process or the receive path.',
    messages: { A: { kind: 'answer' } },
    parts: [
      // The endpoint reads on for as long as the trial lasts, which the client's last candidate belongs to.
      { name: 'fin', script: [O, segment(record(message('A')), FIN)], ...halfClose },
      { name: 'abandon', script: [O, segment(record(message('A'))), ABANDON], ...halfClose },
    ],
  },
];
