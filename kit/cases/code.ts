/** Close codes and reasons. The answer always comes before the Close, so each case also checks delivery. */
import { transports, type Case, type Expectation, type Piece, type StepPlan } from '../core/case';
import { close, closeWithBody, CN, ECHO, FIN, message, O, record, segment, stream } from '../core/notation';

const answerThen = (closing: Piece): readonly StepPlan[] => [
  O,
  segment(record(message('A')), record(closing)),
  ECHO,
  stream(CN),
  stream(FIN),
];

/** The answer and some close; which code is observed only. */
const anyClose: Expectation = { deliver: ['A'], close: { reported: 'must' } };

// RFC 6455 §7.4.1 and §7.4.2, and the IANA registry for 1012 to 1014.
const registered = [1000, 1001, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
const reserved = [1004, 1005, 1006, 1015, 0, 999, 1016, 2999, 5000, 65535];

/** 117 bytes: characters of two, three and four bytes. */
const reason117 = 'é€😀'.repeat(13);

export const codeCases: readonly Case[] = [
  {
    id: 'code/registered',
    title: '1000, 1001, 1003, 1007-1011, IANA 1012-1014, 3000, 3999, 4000, 4999',
    class: 'D',
    level: 'must',
    transports,
    basis: ['CODE', 'CLEAN', 'RFC 6455 §7.4.1', 'RFC 6455 §7.4.2', 'RFC 6455 §11.7'],
    exposes: 'Lists of allowed codes that are older than 1012 to 1014.',
    messages: { A: { kind: 'answer' } },
    parts: registered.map((code) => ({
      name: String(code),
      script: answerThen(close(code, 'r')),
      expect: {
        deliver: ['A'],
        // RFC 6455 §7.4.1: 1010 "is not used by the server", so that a client may take it for an error.
        close:
          code === 1010
            ? { reported: 'must', codes: [code], codeLevel: 'informational' }
            : { reported: 'must', codes: [code], clean: true },
        // RFC 6455 §5.5.1 says "typically", which requires and recommends nothing.
        wire: [{ wire: 'echoes-code', level: 'informational', code }],
      },
    })),
  },
  {
    id: 'code/none',
    title: 'Empty Close, and no Close at all',
    class: 'D',
    level: 'must',
    transports,
    basis: ['CODE', 'RFC 6455 §7.4.1'],
    exposes: '1005 and 1006 mixed up, or echoed on the wire.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        name: 'a',
        script: answerThen(close()),
        expect: {
          deliver: ['A'],
          close: { reported: 'must', codes: [1005], clean: true },
          wire: [{ wire: 'no-reserved-code', level: 'must' }],
        },
      },
      {
        name: 'b',
        script: [O, segment(record(message('A')), FIN)],
        expect: {
          deliver: ['A'],
          close: { reported: 'must', codes: [1006], clean: false },
          wire: [{ wire: 'no-reserved-code', level: 'must' }],
        },
      },
    ],
  },
  {
    id: 'code/reserved-on-wire',
    title: '1004, 1005, 1006, 1015, 0, 999, 1016, 2999, 5000, 65535',
    class: 'D',
    level: 'must',
    transports,
    basis: ['RFC 6455 §7.4.1', 'RFC 6455 §7.4.2'],
    exposes: 'A crash or a hang on an unexpected code.',
    messages: { A: { kind: 'answer' } },
    parts: reserved.map((code) => ({ name: String(code), script: answerThen(close(code, 'r')), expect: anyClose })),
  },
  {
    id: 'code/malformed-body',
    title: 'One-byte body; bad UTF-8 in the reason; truncated UTF-8',
    class: 'D',
    level: 'must',
    transports,
    basis: ['RFC 6455 §5.5.1', 'RFC 6455 §8.1', 'WHATWG §4'],
    exposes: 'Two bytes read from a body of one; an exception in the decoder.',
    messages: { A: { kind: 'answer' } },
    parts: [
      { name: 'one-byte', script: answerThen(closeWithBody('03')), expect: anyClose },
      { name: 'bad-utf8', script: answerThen(closeWithBody('03e8fffe')), expect: anyClose },
      { name: 'cut-utf8', script: answerThen(closeWithBody('03e8e282')), expect: anyClose },
    ],
  },
  {
    id: 'code/reason-length',
    title: 'Reason of 123 bytes, and of 124',
    class: 'D',
    level: 'must',
    transports,
    basis: ['RFC 6455 §5.5'],
    exposes: 'Fixed buffers.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        name: 'a',
        script: answerThen(close(1000, `${reason117}123456`)),
        expect: {
          deliver: ['A'],
          close: { reported: 'must', codes: [1000], reason: `${reason117}123456`, reasonLevel: 'must' },
        },
      },
      {
        name: 'b',
        // RFC 6455 §5.5: a control frame of 126 bytes is illegal; a client fails the connection, §7.1.7.
        script: answerThen(close(1000, `${reason117}1234567`)),
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1002, 1006], codeLevel: 'should' } },
      },
    ],
  },
];
