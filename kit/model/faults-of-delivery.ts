/** Faults of how messages are put together and handed to the application. */
import { bareFin, closeBehindMessage, coalesced, endWithMessage, everyCase, everyDelivery } from './case-groups';
import type { Conviction, Fault } from './subject';

const duplicated = (id: string): Conviction => ({ case: id, outcome: 'duplicated', row: '9' });
const late = (id: string): Conviction => ({ case: id, outcome: 'late', row: '11' });
const lost = (id: string, layer: 'decode' | 'dispatch'): Conviction => ({
  case: id,
  outcome: 'lost',
  row: '13',
  layer,
});

const dropsLast = (percent: string, probability: number): Fault => ({
  id: `m27-drop-${percent}`,
  title: `the last message before the close is dropped in ${probability * 100} % of the connections`,
  switches: { dispatch: 'pass', dropsLast: probability },
  probability,
  convictedBy: [lost('freeze/answer-fin', 'decode'), lost('close/answer-fin-same-segment', 'decode')],
  races: coalesced,
  elsewhere: [{ because: 'the close is seen in the wake-up that brings the last message', cases: endWithMessage }],
});

/** Neither a Close nor a message comes behind the answer. */
const bareCloseNotify = ['close/answer-cn-fin', 'freeze/answer-cn-fin', 'record/empty-records', 'missing/cn-only'];

export const faultsOfDelivery: readonly Fault[] = [
  {
    id: 'm09-reset-kills-queue',
    title: 'messages are dispatched 60 ms later; ECONNRESET or EPIPE behind the echo clears them',
    switches: { dispatch: 60, resetClearsQueue: true, writeGapMs: 20 },
    convictedBy: [
      lost('close/answer-close-abandon', 'dispatch'),
      lost('rst/after-echo', 'dispatch'),
      lost('tls12/close-notify-reply', 'dispatch'),
    ],
    elsewhere: [
      {
        because: 'the reset behind the echo finds the answer in the queue where the gap is short',
        cases: ['time/answer-to-end-gap'],
      },
    ],
  },
  {
    id: 'reconnect-drops-queue',
    title: 'messages are dispatched 200 ms later; a connection that is lost is made anew, with an empty queue',
    switches: { dispatch: 200, lossClearsQueue: true },
    convictedBy: [lost('load/server-killed', 'decode')],
    elsewhere: [
      { because: 'the connection ends without a Close behind a message', cases: [...bareFin, ...bareCloseNotify] },
      {
        because: 'an illegal frame fails the connection',
        cases: ['frag/illegal-after-answer', 'code/reserved-on-wire', 'code/malformed-body', 'code/reason-length'],
      },
    ],
  },
  {
    id: 'm10-close-overtakes',
    title: 'control frames bypass the queue of messages',
    switches: { dispatch: 20, closeOvertakes: true },
    convictedBy: [late('close/answer-close-handshake'), late('burst/slow-handler'), late('sig/error-then-close')],
    elsewhere: [{ because: 'a Close follows while a message is still in the queue', cases: closeBehindMessage }],
  },
  {
    id: 'm13-double-flush',
    title: 'the queue is flushed twice at the close',
    switches: { dispatch: 'pass', flushesTwice: true },
    convictedBy: [duplicated('burst/mixed-types'), duplicated('close/answer-fin-same-segment')],
    races: coalesced,
    elsewhere: [
      {
        because: 'the close is seen in the wake-up that brings the message',
        cases: [
          ...endWithMessage,
          'freeze/timers-expired',
          'rst/answer-acked-then-rst',
          'rst/unread-offer',
          'cross/late-answer',
        ],
      },
    ],
  },
  {
    id: 'm14-partial-flush',
    title: 'an unfinished message is delivered at the close',
    switches: { deliversPartial: true },
    convictedBy: [
      { case: 'missing/fin-mid-message', outcome: 'corrupted', row: '9' },
      { case: 'frag/close-mid-message', outcome: 'corrupted', row: '9' },
    ],
    elsewhere: [],
  },
  {
    id: 'm15-silent-truncation',
    title: 'a message above 256 KiB is cut there, and delivered',
    switches: { cutsBehindBytes: 256 * 1024 },
    convictedBy: [
      { case: 'large/one-to-sixteen-mib', outcome: 'corrupted', row: '9' },
      { case: 'large/zero-window-then-fin', outcome: 'corrupted', row: '9' },
    ],
    elsewhere: [],
  },
  {
    id: 'delivers-fragments',
    title: 'every fragment is delivered as if it were a message',
    switches: { deliversFragments: true },
    convictedBy: [{ case: 'frag/three-frames-then-close', outcome: 'corrupted', row: '9' }],
    elsewhere: [
      {
        because: 'a message comes in fragments, or the first of them',
        cases: [
          'missing/fin-mid-message',
          'frag/control-between',
          'frag/utf8-across-fragments',
          'frag/close-mid-message',
          'frag/illegal-after-answer',
        ],
      },
    ],
  },
  {
    id: 'checks-frames-for-utf8',
    title: 'UTF-8 is checked a frame at a time, and a character that is cut fails the connection',
    switches: { checksFramesForUtf8: true },
    convictedBy: [lost('frag/utf8-across-fragments', 'decode')],
    elsewhere: [],
  },
  {
    id: 'm16-ping-resets-assembler',
    title: 'a control frame clears the fragments of the unfinished message',
    switches: { controlResetsAssembler: true },
    convictedBy: [{ case: 'frag/control-between', outcome: 'corrupted', row: '9' }],
    elsewhere: [],
  },
  {
    id: 'm22-delivers-after-close',
    title: 'frames behind the Close are dispatched',
    switches: { deliversAfterClose: true },
    convictedBy: [{ case: 'close/answer-after-close', outcome: 'forbidden', row: '9' }],
    elsewhere: [],
  },
  {
    id: 'm26-use-after-free',
    title: 'a close frees what a busy handler and a later send use, and the process aborts',
    switches: { crashesWhenOvertaken: true },
    convictedBy: [
      { case: 'burst/slow-handler', outcome: 'crash', row: '8' },
      { case: 'cross/send-after-peer-close', outcome: 'crash', row: '8' },
    ],
    elsewhere: [{ because: 'the application sends on when the connection is over', cases: ['cross/half-close'] }],
  },
  dropsLast('80', 0.8),
  dropsLast('10', 0.1),
  dropsLast('01', 0.01),
  {
    id: 'm30-bounded-queue',
    title: 'messages beyond 64 of one pass are dropped',
    switches: { dispatch: 'pass', queueLimit: 64 },
    convictedBy: [lost('burst/hundred-one-record', 'dispatch'), lost('burst/thousand-records-fin', 'decode')],
    elsewhere: [],
  },
  {
    id: 'duplicates-every-last-message',
    title: 'the last message is delivered once more at the close',
    switches: { repeatsLast: true },
    convictedBy: [duplicated('control/answer-then-linger'), duplicated('close/answer-fin-same-segment')],
    elsewhere: [{ because: 'every connection that had a message has a last one', cases: everyDelivery }],
  },
  {
    id: 'invents-a-message',
    title: 'a message that nobody sent is delivered at the open',
    switches: { inventsMessage: true },
    convictedBy: [{ case: 'control/close-without-answer', outcome: 'corrupted', row: '9' }],
    elsewhere: [{ because: 'every connection opens', cases: everyCase }],
  },
  {
    id: 'loses-replies',
    title: 'what the application sends from within the handler of a message never leaves',
    switches: { losesReplies: true },
    convictedBy: [{ case: 'sig/app-ack', outcome: 'misreported', row: '14b' }],
    elsewhere: [],
  },
];
