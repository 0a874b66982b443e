/** Coalescing and splitting: message boundaries depend neither on TLS records nor on TCP segments. */
import { transports, type Case, type CasePart, type Piece, type RecordPlan, type StepPlan } from '../core/case';
import {
  bytewise,
  close,
  CN,
  dribble,
  empty,
  FIN,
  halfRecord,
  message,
  O,
  record,
  segment,
  slice,
  W,
} from '../core/notation';

/** RFC 8446 §5.1, RFC 5246 §6.2.1: the most plaintext that one record carries. */
const maxRecordBytes = 16_384;

/** `C(1000)` has two bytes of header and two of code. */
const closeFrameBytes = 4;

/** The smallest payload whose length takes ten bytes of header. */
const longPayloadBytes = 65_536;

/** `{"type":"answer","nonce":"…"}` with its 32 hex digits. */
const notePayloadBytes = 60;

const splitPart = (name: string, answer: string, script: readonly StepPlan[]): CasePart => ({
  name,
  script: [O, ...script],
  expect: { deliver: [answer], close: { reported: 'must', codes: [1000] } },
});

/** All bytes of the pieces from `from` on, `total` bytes in all, in as many full records as that takes. */
function fullRecords(pieces: readonly Piece[], from: number, total: number): RecordPlan[] {
  const records: RecordPlan[] = [];
  for (let at = from; at < total; at += maxRecordBytes) {
    records.push(at + maxRecordBytes < total ? slice(pieces, at, at + maxRecordBytes) : slice(pieces, at));
  }
  return records;
}

/** Cuts behind byte 1, 2 … of the header of a message; `frameBytes` is the length of its frame. */
function headerCuts(answer: string, headerBytes: number, frameBytes: number): CasePart[] {
  const pieces = [message(answer), close(1000)];
  return Array.from({ length: headerBytes }, (_, at) => at + 1).map((cut) =>
    splitPart(`a${headerBytes}-${cut}`, answer, [
      segment(slice(pieces, 0, cut)),
      segment(...fullRecords(pieces, cut, frameBytes + closeFrameBytes)),
      segment(CN, FIN),
    ]),
  );
}

/** Cuts behind byte 1, 2 and 3 of the Close frame: in its header, behind it, and in the code. */
function closeCuts(): CasePart[] {
  const pieces = [message('A4'), close(1000)];
  return [1, 2, 3].map((cut) =>
    splitPart(`c-${cut}`, 'A4', [
      segment(slice(pieces, 0, cut - closeFrameBytes)),
      segment(slice(pieces, cut - closeFrameBytes)),
      segment(CN, FIN),
    ]),
  );
}

export const recordCases: readonly Case[] = [
  {
    id: 'record/one-byte-records',
    title: 'Every plaintext byte in its own record',
    class: 'F',
    level: 'must',
    transports: ['tls12', 'tls13'],
    basis: ['DELIVER', 'REC'],
    exposes: 'One read a wake-up; a parser that needs a whole frame in one record; quadratic buffering.',
    messages: { A: { kind: 'answer', bytes: 580 } },
    parts: [
      {
        script: [O, segment(bytewise(message('A')), bytewise(close(1000)), CN, FIN)],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1000] } },
      },
    ],
  },
  {
    id: 'record/one-byte-segments',
    title: 'Ciphertext dribbled one byte a segment',
    class: 'D',
    level: 'must',
    transports,
    basis: ['DELIVER', 'REC'],
    exposes: 'A partial record at wake-up is treated as an error or as the end of the stream.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, dribble(record(message('A')), record(close(1000)), CN, FIN)],
        expect: { deliver: ['A'], close: { reported: 'must', codes: [1000] } },
      },
    ],
  },
  {
    id: 'record/split-header',
    title: 'Frame header split everywhere',
    class: 'D',
    level: 'must',
    transports,
    basis: ['DELIVER', 'REC'],
    exposes: 'The length field or the close code is read past the end of the buffer.',
    messages: {
      A2: { kind: 'note', type: 'answer' },
      A4: { kind: 'answer', bytes: 1024 },
      A10: { kind: 'answer', bytes: longPayloadBytes },
    },
    parts: [
      ...headerCuts('A2', 2, 2 + notePayloadBytes),
      ...headerCuts('A4', 4, 4 + 1024),
      ...headerCuts('A10', 10, 10 + longPayloadBytes),
      ...closeCuts(),
      splitPart('tail', 'A4', [
        segment(slice([message('A4')], 0, -3)),
        W(20),
        segment(slice([message('A4'), close(1000)], -3 - closeFrameBytes), CN, FIN),
      ]),
    ],
  },
  {
    id: 'record/empty-records',
    title: 'Zero-length application data around the answer',
    class: 'D',
    level: 'must',
    transports: ['tls12', 'tls13'],
    basis: ['REC'],
    exposes: 'A read of zero bytes is taken for the end of the stream.',
    messages: { A: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(empty, empty, empty, record(message('A')), empty, empty, empty, CN, FIN)],
        expect: { deliver: ['A'], close: { reported: 'must' } },
      },
    ],
  },
  {
    id: 'record/truncated-record',
    title: 'Half a record, then FIN',
    class: 'F',
    level: 'must',
    transports: ['tls12', 'tls13'],
    basis: ['DELIVER', 'TRUNC', 'CODE'],
    exposes: 'A truncation error discards earlier authenticated data; or unauthenticated bytes surface.',
    messages: { A: { kind: 'answer' }, B: { kind: 'answer' } },
    parts: [
      {
        script: [O, segment(record(message('A')), halfRecord(message('B')), FIN)],
        expect: {
          deliver: ['A'],
          never: { names: ['B'], whatwg: 'must', others: 'must' },
          close: { reported: 'must', codes: [1006], clean: false },
        },
      },
    ],
  },
];
