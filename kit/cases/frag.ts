/** Fragmentation and control frames in between. */
import { transports, type Case, type CasePart, type Piece, type RecordPlan } from '../core/case';
import { opcodes } from '../core/frame';
import {
  close,
  CN,
  ECHO,
  FIN,
  fragment,
  message,
  O,
  oddFrame,
  ping,
  pong,
  record,
  segment,
  slice,
  stream,
} from '../core/notation';

/** Payload bytes 500 to 563 of the answer, one a fragment. */
const oneByteFragments = Array.from({ length: 64 }, (_, at) => fragment('A', 500 + at, 501 + at, false));

/**
 * Payload bytes of the text of many widths within a character: behind a fixed head of 52 bytes and one of ASCII lie
 * characters of 2, 3, 4, 2, 3, 4 and 2 bytes, and each of them is cut at every place.
 */
const withinCharacters = [54, 56, 57, 59, 60, 61, 63, 65, 66, 68, 69, 70, 72] as const;

const bounds = [0, ...withinCharacters, undefined];

/** The text cut there into fragments. */
const cutFragments = bounds
  .slice(0, -1)
  .map((from, at) => fragment('U', from ?? 0, bounds[at + 1], at === withinCharacters.length));

/** RFC 6455 §5.2: of a frame whose length takes seven bits. */
const shortHeaderBytes = 2;

/** The text as one frame, cut there into records. */
const cutRecords = bounds.slice(0, -1).map((from, at) => {
  const to = bounds[at + 1];
  const start = from === 0 ? 0 : (from ?? 0) + shortHeaderBytes;
  return slice([message('U')], start, to === undefined ? undefined : to + shortHeaderBytes);
});

const utf8Part = (name: string, records: readonly RecordPlan[]): CasePart => ({
  name,
  script: [O, segment(...records), stream(record(close(1000))), ECHO, stream(CN), stream(FIN)],
  expect: { deliver: ['U'], close: { reported: 'must', codes: [1000] } },
});

/** A good answer, and what no server may send behind it: RFC 6455 §7.1.7 has the client fail the connection there. */
const illegalPart = (name: string, never: readonly string[], ...pieces: readonly Piece[]): CasePart => ({
  name,
  // RFC 6455 §7.1.7: no data is processed any more, so that what follows shows who went on.
  script: [O, segment(record(message('A'), ...pieces, message('D')), FIN)],
  expect: {
    deliver: ['A'],
    never: { names: [...never, 'D'], whatwg: 'must', others: 'must' },
    close: { reported: 'must' },
  },
});

const B = { name: 'B' };
const fewBytes = { hex: '6f6464' };

export const fragCases: readonly Case[] = [
  {
    id: 'frag/three-frames-then-close',
    title: 'The answer in three frames',
    class: 'F',
    level: 'must',
    transports,
    basis: ['RFC 6455 §5.4', 'RFC 6455 §6.2'],
    exposes: 'Continuations are dropped, or the first fragment is delivered alone.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [
          O,
          segment(
            record(fragment('A', 0, 400, false)),
            record(fragment('A', 400, 800, false)),
            record(fragment('A', 800, undefined, true)),
            record(close(1000)),
            CN,
            FIN,
          ),
        ],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1000] } },
      },
    ],
  },
  {
    id: 'frag/control-between',
    title: 'Ping, Pong, empty and one-byte fragments in between',
    class: 'F',
    level: 'must',
    transports,
    basis: ['RFC 6455 §5.4'],
    exposes: 'A control frame resets the assembler or leaks into the payload.',
    messages: { A: { kind: 'answer', bytes: 1024 } },
    parts: [
      {
        script: [
          O,
          segment(
            record(
              fragment('A', 0, 500, false),
              ping('1'),
              fragment('A', 500, 500, false),
              pong('2'),
              ...oneByteFragments,
              ping('3'),
              fragment('A', 564, undefined, true),
              close(1000),
            ),
            CN,
            FIN,
          ),
        ],
        expect: { deliver: ['A'], close: { reported: 'must' } },
      },
    ],
  },
  {
    id: 'frag/utf8-across-fragments',
    title: 'Characters of many bytes, cut by fragments and by records',
    class: 'D',
    level: 'must',
    transports,
    basis: ['RFC 6455 §5.6', 'RFC 6455 §5.4', 'REC'],
    exposes: 'UTF-8 is checked a frame, or a read, at a time.',
    messages: { U: { kind: 'unicode' } },
    parts: [
      utf8Part('fragments', [record(...cutFragments)]),
      utf8Part('records', cutRecords),
      utf8Part(
        'both',
        cutFragments.map((piece) => record(piece)),
      ),
    ],
  },
  {
    id: 'frag/close-mid-message',
    title: 'Close between two fragments',
    class: 'D',
    level: 'must',
    transports,
    basis: ['RFC 6455 §6.2', 'RFC 6455 §5.5.1', 'CODE'],
    exposes: 'An unfinished buffer is delivered on close.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(fragment('A', 0, 512, false)), record(close(1000))), ECHO, stream(CN), stream(FIN)],
        expect: {
          deliver: [],
          never: { names: ['A'], whatwg: 'must', others: 'must' },
          close: { reported: 'must', codes: [1000] },
        },
      },
    ],
  },
  {
    id: 'frag/illegal-after-answer',
    title: 'Good answer, then an illegal frame',
    class: 'F',
    level: 'must',
    transports,
    basis: ['RFC 6455 §5.1', 'RFC 6455 §5.2', 'RFC 6455 §5.4', 'RFC 6455 §5.5', 'RFC 6455 §8.1', 'FAIL', 'DELIVER'],
    exposes: 'Missing checks; failing the connection before earlier messages are handed over.',
    messages: {
      A: { kind: 'answer' },
      B: { kind: 'candidate', index: 1 },
      C: { kind: 'candidate', index: 2 },
      D: { kind: 'candidate', index: 3 },
    },
    parts: [
      illegalPart('masked', ['B'], oddFrame({ opcode: opcodes.text, maskHex: '01020304', payload: B })),
      illegalPart('rsv2', ['B'], oddFrame({ opcode: opcodes.text, rsv: 2, payload: B })),
      // RFC 7692 gives it a meaning, and nobody negotiated that.
      illegalPart('rsv1', ['B'], oddFrame({ opcode: opcodes.text, rsv: 4, payload: B })),
      illegalPart('opcode-3', ['B'], oddFrame({ opcode: 3, payload: B })),
      illegalPart('opcode-11', [], oddFrame({ opcode: 11, payload: fewBytes })),
      illegalPart('text-in-message', ['B', 'C'], fragment('B', 0, 60, false), message('C')),
      illegalPart('ping-in-fragments', [], oddFrame({ opcode: opcodes.ping, fin: false, payload: fewBytes })),
      illegalPart('ping-of-126', [], oddFrame({ opcode: opcodes.ping, payload: { hex: '70'.repeat(126) } })),
      illegalPart('not-utf8', [], oddFrame({ opcode: opcodes.text, payload: { hex: 'cebae1bdb9cf83ceed' } })),
    ],
  },
];
