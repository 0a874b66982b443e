/** Answers that no socket buffer holds: what the endpoint has written, the client has still to take. */
import { transports, type Case, type CasePart, type Expectation } from '../core/case';
import type { MessagePlan } from '../core/message';
import {
  ACK,
  acked,
  close,
  CN,
  DUTY,
  FIN,
  FRZ,
  fullRecords,
  message,
  O,
  queued,
  record,
  segment,
  THW,
  W,
} from '../core/notation';

/** A client takes these in a second or so; one that is stopped nine tenths of the time needs ten. */
const drainMs = 60_000;

/** 8 MiB: 512 full records, and the last of them ends the message. */
const frameBytes = 8 << 20;
/** RFC 6455 §5.2: of a frame whose length takes eight bytes. */
const headerBytes = 10;

const answerThenEnd = queued(fullRecords(message('A')), record(close(1000)), CN, FIN);

/** RFC 6455 §10.4: a client may limit what it takes, and then says so. */
const deliveredOrRefused: Expectation = {
  deliver: ['A'],
  mayRefuseSize: true,
  close: { reported: 'must', codes: [1000] },
};

/** Around RFC 6455 §5.2's three forms of a length, and RFC 8446 §5.1's largest record. */
const boundaries = [0, 1, 125, 126, 127, 16_383, 16_384, 16_385, 65_535, 65_536] as const;

/** What a frozen client's socket holds for sure. */
const frozenBytes = 59_000;

const ofLength = (bytes: number): MessagePlan =>
  bytes < 125 ? { kind: 'text', text: 'x'.repeat(bytes), salted: false } : { kind: 'answer', bytes };

const lengthPart = (bytes: number): CasePart => {
  const name = `A${bytes}`;
  const tail = [record(close(1000)), CN, FIN];
  const all = bytes < 16_383 ? [record(message(name)), ...tail] : [fullRecords(message(name)), ...tail];
  return {
    name: `${bytes}-bytes`,
    script:
      bytes < frozenBytes
        ? [O, FRZ, segment(...all), ACK, THW]
        : // A window that shuts in front of the last of it opens with the thaw.
          [O, FRZ, queued(...all), ACK, THW, ACK],
    expect: {
      deliver: [name],
      ...(bytes < 16_383 ? {} : { mayRefuseSize: true }),
      close: { reported: 'must', codes: [1000] },
    },
  };
};

const mebibytes = (count: number): CasePart => {
  const name = `A${count}`;
  return {
    name: `${count}-mib`,
    script: [O, queued(fullRecords(message(name)), record(close(1000)), CN, FIN), acked(drainMs)],
    expect: { ...deliveredOrRefused, deliver: [name] },
  };
};

export const largeCases: readonly Case[] = [
  {
    id: 'large/length-boundaries',
    title: 'Sizes around every boundary of an encoding',
    class: 'F',
    level: 'must',
    transports,
    basis: ['DELIVER', 'RFC 6455 §5.2', 'REC', 'RFC 6455 §10.4'],
    exposes: 'Errors in the length field; a message that crosses the limit of 2^14 bytes of a record.',
    messages: Object.fromEntries(boundaries.map((bytes) => [`A${bytes}`, ofLength(bytes)])),
    parts: boundaries.map(lengthPart),
  },
  {
    id: 'large/one-to-sixteen-mib',
    title: '1, 4 and 16 MiB, then close',
    class: 'R',
    level: 'must',
    transports,
    basis: ['DELIVER', 'RFC 6455 §6.2', 'RFC 6455 §10.4'],
    exposes: 'A message that is cut at a limit, and delivered as if it were complete.',
    messages: Object.fromEntries(
      [1, 4, 16].map((count) => [`A${count}`, { kind: 'bulk', bytes: count << 20 } satisfies MessagePlan]),
    ),
    parts: [1, 4, 16].map(mebibytes),
  },
  {
    id: 'large/zero-window-then-fin',
    title: 'More than the socket buffer, behind a frozen client',
    class: 'F',
    level: 'must',
    transports,
    basis: ['DELIVER', 'RFC 9293 §3.9.1.4', 'RFC 6455 §10.4'],
    exposes: 'The reader stops at the first short read after the FIN was announced.',
    messages: { A: { kind: 'bulk', bytes: frameBytes - headerBytes } },
    parts: [
      {
        name: 'frozen',
        // The window shuts at some 124 KiB; all that lies behind it is acknowledged after the thaw.
        script: [O, FRZ, answerThenEnd, W(500), THW, acked(drainMs)],
        expect: deliveredOrRefused,
      },
      {
        name: 'duty10',
        script: [O, DUTY(45, 5), answerThenEnd, acked(drainMs), THW, ACK],
        expect: deliveredOrRefused,
      },
    ],
  },
];
