/** Answers that no socket buffer holds: what the endpoint has written, the client has still to take. */
import { transports, type Case, type Expectation } from '../core/case';
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

export const largeCases: readonly Case[] = [
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
