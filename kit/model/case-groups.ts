/** Cases that have the same thing in common on the wire, so that one explanation holds for all of them. */
import type { Explanation } from './subject';

/** The FIN comes in one burst with a message. */
export const finWithMessage = [
  'close/answer-close-no-wait',
  'close/answer-fin-same-segment',
  'close/answer-cn-fin',
  'close/answer-close-abandon',
  'freeze/answer-fin',
  'freeze/answer-cn-fin',
  'freeze/answer-close-cn-fin',
  'freeze/whole-session',
  'record/one-byte-records',
  'record/split-header',
  'record/empty-records',
  'record/truncated-record',
  'rst/pong-draws-rst',
  'hs/answer-close-with-101',
  'burst/hundred-one-record',
  'burst/thousand-records-fin',
  'burst/mixed-types',
  'burst/slow-handler',
  'frag/three-frames-then-close',
  'frag/control-between',
  'code/none',
  'sig/answer-trickle-close',
  'sig/error-then-close',
  'sig/answer-bye-fin',
  'large/length-boundaries',
  'large/one-to-sixteen-mib',
  'large/zero-window-then-fin',
  'tls12/close-notify-reply',
  'net/loss-reorder-delay',
  'net/fin-overtakes-data',
  'load/starved-client',
  'time/answer-to-end-gap',
  'time/offer-to-answer-gap',
  'cross/half-close',
] as const;

/** close_notify comes in one burst with a message. */
export const closeNotifyWithMessage = [
  'close/answer-close-no-wait',
  'close/answer-cn-fin',
  'freeze/answer-cn-fin',
  'freeze/answer-close-cn-fin',
  'freeze/whole-session',
  'record/one-byte-records',
  'record/split-header',
  'record/empty-records',
  'missing/cn-only',
  'hs/answer-close-with-101',
  'burst/hundred-one-record',
  'burst/mixed-types',
  'burst/slow-handler',
  'frag/three-frames-then-close',
  'frag/control-between',
  'sig/answer-trickle-close',
  'sig/error-then-close',
  'large/length-boundaries',
  'large/one-to-sixteen-mib',
  'large/zero-window-then-fin',
  'tls12/close-notify-reply',
  'net/loss-reorder-delay',
  'time/answer-to-end-gap',
  'time/offer-to-answer-gap',
] as const;

/** A Close follows at once on a message, in the same record, segment or burst. */
export const closeBehindMessage = [
  'close/answer-close-handshake',
  'close/answer-close-one-record',
  'close/answer-close-no-wait',
  'close/answer-close-abandon',
  'close/answer-after-close',
  'freeze/answer-close-cn-fin',
  'freeze/whole-session',
  'freeze/stutter',
  'record/one-byte-records',
  'record/one-byte-segments',
  'record/split-header',
  'missing/no-close-notify',
  'missing/no-fin-after-close',
  'rst/after-echo',
  'rst/pong-draws-rst',
  'hs/message-with-101',
  'hs/answer-close-with-101',
  'hs/101-byte-by-byte',
  'burst/hundred-one-record',
  'burst/mixed-types',
  'burst/slow-handler',
  'frag/three-frames-then-close',
  'frag/control-between',
  'frag/utf8-across-fragments',
  'code/registered',
  'code/none',
  'code/reason-length',
  'sig/answer-trickle-close',
  'sig/error-then-close',
  'large/length-boundaries',
  'large/one-to-sixteen-mib',
  'large/zero-window-then-fin',
  'ping/before-answer-close',
  'tls12/close-notify-reply',
  'net/loss-reorder-delay',
  'time/answer-to-end-gap',
  'time/offer-to-answer-gap',
  'cross/simultaneous',
  'cross/two-close-frames',
  'cross/send-after-peer-close',
] as const;

/** The Close is a segment of its own, some time behind the message. */
const partedFromMessage: ReadonlySet<string> = new Set([
  'freeze/stutter',
  'record/one-byte-segments',
  'hs/101-byte-by-byte',
]);

/** Frozen or not, a message and what ends the connection are found in one wake-up. */
export const endWithMessage = [
  ...new Set<string>([
    ...finWithMessage,
    ...closeNotifyWithMessage,
    ...closeBehindMessage.filter((id) => !partedFromMessage.has(id)),
    'code/reserved-on-wire',
    'code/malformed-body',
  ]),
];

/** TCP ends with neither a Close nor close_notify. */
export const bareFin = [
  'close/answer-fin-same-segment',
  'freeze/answer-fin',
  'record/truncated-record',
  'burst/thousand-records-fin',
  'code/none',
  'sig/answer-bye-fin',
  'net/loss-reorder-delay',
  'net/fin-overtakes-data',
  'load/starved-client',
  'time/answer-to-end-gap',
  'cross/half-close',
] as const;

/** The answer and what ends the connection are parted by the client's reply, which has to come first. */
export const replyAwaited = [
  'close/answer-close-handshake',
  'close/answer-close-one-record',
  'close/answer-after-close',
  'missing/no-close-notify',
  'missing/no-fin-after-close',
  'rst/after-echo',
  'hs/message-with-101',
  'ping/before-answer-close',
  'code/registered',
  'code/none',
  'code/reserved-on-wire',
  'code/malformed-body',
  'code/reason-length',
  'cross/simultaneous',
  'cross/two-close-frames',
  'cross/send-after-peer-close',
] as const;

/** Every case in which a message is delivered. */
export const everyDelivery = [
  ...new Set<string>([
    ...endWithMessage,
    'control/answer-then-linger',
    'control/answer-then-idle',
    'freeze/stutter',
    'freeze/timers-expired',
    'record/one-byte-segments',
    'hs/101-byte-by-byte',
    'missing/everything',
    'rst/answer-acked-then-rst',
    'rst/unread-offer',
    'load/server-killed',
    'frag/illegal-after-answer',
    'sig/app-ack',
    'cross/late-answer',
  ]),
];

/** The FIN comes in one burst with the answer and an illegal frame, which fails the connection before the FIN does. */
export const endWithIllegal = {
  because: 'the FIN is seen in the wake-up that brings the answer and the illegal frame',
  cases: ['frag/illegal-after-answer'],
} as const;

/** The end comes in one flight with the 101, and no message. */
export const endWithResponse = {
  because: 'the end is seen in the wake-up that brings the 101',
  cases: ['hs/close-after-101'],
} as const;

/** No connection opens: the answer to the upgrade is none that a client may accept. */
export const neverOpen = ['hs/frame-before-101', 'hs/http-error-with-body', 'hs/invalid-101'] as const;

/** Every case in which a connection opens. */
export const everyCase = [
  ...everyDelivery,
  'control/close-without-answer',
  'missing/fin-mid-message',
  'cross/unanswered-close',
  'hs/close-after-101',
  'frag/close-mid-message',
];

/** Segments of their own are found in one wake-up where the client is kept from running between them. */
export const coalesced: readonly Explanation[] = [
  {
    because: 'on a busy machine the client finds in one wake-up what was sent in several segments',
    cases: ['record/one-byte-segments', 'freeze/stutter'],
  },
];
