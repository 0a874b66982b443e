/** Faults of how a client takes bytes from its transport and makes frames of them. */
import {
  bareFin,
  closeNotifyWithMessage,
  coalesced,
  endWithIllegal,
  endWithResponse,
  finWithMessage,
  replyAwaited,
} from './case-groups';
import type { Conviction, Fault } from './subject';

const lost = (id: string, layer: 'socket' | 'decode' | 'dispatch'): Conviction => ({
  case: id,
  outcome: 'lost',
  row: '13',
  layer,
});

/** Cases in which the bytes that a client leaves unread were acknowledged a moment ago, if at all. */
const resetRaces: readonly string[] = ['large/zero-window-then-fin', 'net/loss-reorder-delay', 'load/starved-client'];

const forbidden = (id: string): Conviction => ({ case: id, outcome: 'forbidden', row: '9' });

export const faultsOfReading: readonly Fault[] = [
  {
    id: 'm01-fin-unhooks-tls',
    title: 'the handler of the TCP end takes away the receive callback of TLS, while ciphertext waits',
    switches: { finUnhooksTls: true },
    isOfTls: true,
    convictedBy: [
      lost('close/answer-fin-same-segment', 'decode'),
      lost('freeze/answer-fin', 'decode'),
      lost('sig/answer-bye-fin', 'decode'),
    ],
    races: coalesced,
    elsewhere: [
      { because: 'the FIN is seen in the wake-up that brings the data', cases: finWithMessage },
      endWithIllegal,
      endWithResponse,
    ],
  },
  {
    id: 'm02-hup-first',
    title: 'EPOLLRDHUP is handled before EPOLLIN: the socket is closed with its bytes unread',
    switches: { hangUpFirst: true },
    convictedBy: [lost('freeze/answer-fin', 'socket'), lost('freeze/answer-cn-fin', 'socket')],
    races: [
      ...coalesced,
      { because: 'its own reset may come before the acknowledgement of the FIN was seen', cases: resetRaces },
    ],
    elsewhere: [
      {
        because: 'the FIN is seen in the wake-up that brings the data',
        cases: finWithMessage.filter((id) => !resetRaces.includes(id)),
      },
      endWithIllegal,
      endWithResponse,
    ],
  },
  {
    id: 'm03-one-read-per-wake',
    title: 'one read of 4 KiB a wake-up, and then the hang-up is handled',
    switches: { readsOnceBytes: 4096 },
    convictedBy: [
      lost('record/one-byte-records', 'decode'),
      lost('burst/hundred-one-record', 'decode'),
      lost('large/length-boundaries', 'decode'),
    ],
    races: coalesced,
    elsewhere: [
      {
        because: 'the last of many wake-ups brings more than 4 KiB and the FIN',
        cases: ['large/one-to-sixteen-mib', 'large/zero-window-then-fin'],
      },
      {
        because: 'more than 4 KiB come in one burst with the FIN',
        cases: ['record/split-header', 'burst/thousand-records-fin'],
      },
    ],
  },
  {
    id: 'm04-one-frame-per-read',
    title: 'only the first frame of a buffer is parsed',
    switches: { oneFramePerRead: true },
    convictedBy: [
      { case: 'close/answer-close-one-record', outcome: 'misreported', row: '14b' },
      lost('burst/hundred-one-record', 'decode'),
    ],
    races: coalesced,
    elsewhere: [
      {
        because: 'one record holds several frames',
        cases: [
          'close/answer-after-close',
          'record/split-header',
          'rst/pong-draws-rst',
          'burst/mixed-types',
          'burst/slow-handler',
          'frag/control-between',
          'frag/utf8-across-fragments',
          'ping/before-answer-close',
          'sig/answer-trickle-close',
        ],
      },
      {
        because: 'on plain `ws` one read gives several frames, whatever writes they came in',
        cases: [
          'close/answer-close-handshake',
          'close/answer-close-no-wait',
          'close/answer-close-abandon',
          'freeze/answer-close-cn-fin',
          'freeze/whole-session',
          'hs/answer-close-with-101',
          'frag/three-frames-then-close',
          'frag/close-mid-message',
          'large/length-boundaries',
          'large/one-to-sixteen-mib',
          'missing/no-fin-after-close',
          'rst/after-echo',
          'burst/thousand-records-fin',
          'large/zero-window-then-fin',
          'code/registered',
          'code/none',
          'code/reason-length',
          'cross/send-after-peer-close',
          'sig/error-then-close',
          'sig/answer-bye-fin',
          'time/answer-to-end-gap',
          'time/offer-to-answer-gap',
        ],
      },
    ],
  },
  {
    id: 'm05-drops-after-101',
    title: 'what was read together with the 101 is thrown away behind the blank line',
    switches: { dropsBehindResponse: true },
    // The reply to the Close proves that the client had read past the message: the layer is the last one possible.
    convictedBy: [
      lost('hs/message-with-101', 'dispatch'),
      lost('freeze/whole-session', 'decode'),
      lost('hs/answer-close-with-101', 'decode'),
    ],
    elsewhere: [
      { because: 'the answer lies behind the last byte of the 101', cases: ['hs/101-byte-by-byte'] },
      { because: 'the Close lies behind the 101', cases: ['hs/close-after-101'] },
    ],
  },
  {
    id: 'head-waits-for-one-read',
    title: 'the end of the 101 is sought in each read alone, and one that was cut is waited for',
    switches: { headInOneRead: 'waits' },
    convictedBy: [lost('hs/101-byte-by-byte', 'decode')],
    elsewhere: [
      { because: 'what came in front of the 101, in another read, is forgotten', cases: ['hs/frame-before-101'] },
    ],
  },
  {
    id: 'head-refused-unless-one-read',
    title: 'a 101 that does not come in one read is refused',
    switches: { headInOneRead: 'refuses' },
    convictedBy: [{ case: 'hs/101-byte-by-byte', outcome: 'rejected', row: '7' }],
    elsewhere: [],
  },
  {
    id: 'ping-ends-read',
    title: 'the rest of a read is thrown away behind a Ping',
    switches: { pingEndsRead: true },
    convictedBy: [lost('ping/before-answer-close', 'decode')],
    elsewhere: [
      { because: 'a Ping is read with what is behind it', cases: ['rst/pong-draws-rst', 'frag/control-between'] },
    ],
  },
  {
    id: 'm06-eof-drops-batch',
    title: 'plaintext of the pass that ends in a zero return is thrown away',
    switches: { eofDropsBatch: true },
    isOfTls: true,
    convictedBy: [lost('close/answer-cn-fin', 'decode'), lost('freeze/answer-cn-fin', 'decode')],
    races: coalesced,
    elsewhere: [
      { because: 'close_notify is read in the pass that opens the message', cases: closeNotifyWithMessage },
      endWithResponse,
    ],
  },
  {
    id: 'm07-no-ssl-pending',
    title: 'polls the socket while decrypted bytes wait within TLS',
    switches: { leavesPendingBytes: 1024 },
    isOfTls: true,
    convictedBy: [
      { case: 'control/answer-then-idle', outcome: 'stalled', row: '11' },
      { case: 'missing/everything', outcome: 'stalled', row: '11' },
    ],
    elsewhere: [
      { because: 'nothing more comes until the client has replied to a Close that waits as well', cases: replyAwaited },
    ],
  },
  {
    id: 'm08-truncation-is-fatal',
    title: 'a missing close_notify clears the queue of messages',
    switches: { dispatch: 'pass', truncationClearsQueue: true },
    isOfTls: true,
    convictedBy: [lost('close/answer-fin-same-segment', 'decode'), lost('record/truncated-record', 'decode')],
    races: coalesced,
    elsewhere: [
      { because: 'a message is queued when the FIN comes without close_notify', cases: bareFin },
      {
        because: 'the FIN comes without close_notify, although a Close was there',
        cases: ['close/answer-close-abandon', 'rst/pong-draws-rst'],
      },
    ],
  },
  {
    id: 'm18-empty-record-is-eof',
    title: 'a record of zero length ends the stream',
    switches: { emptyReadIsEof: true },
    isOfTls: true,
    convictedBy: [lost('record/empty-records', 'decode')],
    elsewhere: [],
  },
  {
    id: 'needs-whole-frame',
    title: 'a read that ends within a frame is thrown away',
    switches: { needsWholeFrame: true },
    convictedBy: [lost('record/split-header', 'decode'), lost('record/one-byte-records', 'decode')],
    elsewhere: [
      {
        because: 'a message takes many records',
        cases: [
          'frag/utf8-across-fragments',
          'large/length-boundaries',
          'large/one-to-sixteen-mib',
          'large/zero-window-then-fin',
        ],
      },
      {
        because: 'on plain `ws` a read ends where the segment or the buffer does',
        cases: ['record/one-byte-segments', 'burst/thousand-records-fin'],
      },
    ],
  },
  {
    id: 'acts-on-early-fin',
    title: 'TCP in user space: a FIN counts when it comes, although the bytes in front of it are missing',
    switches: { actsOnEarlyFin: true },
    isOfModel: true,
    convictedBy: [lost('net/fin-overtakes-data', 'decode')],
    elsewhere: [],
  },
  {
    id: 'edge-triggered-end',
    title: 'an end that comes together with data is never noticed, and no timer closes',
    switches: { missesEndBehindData: true },
    convictedBy: [{ case: 'freeze/timers-expired', outcome: 'hang', row: '14a' }],
    races: coalesced,
    elsewhere: [
      {
        because: 'the end is seen in the wake-up that brings the data',
        cases: [...finWithMessage, 'missing/cn-only', 'missing/fin-mid-message'],
      },
      endWithResponse,
      { because: 'without TLS only a timer ends the connection', cases: ['missing/no-fin-after-close'] },
      { because: 'only a timer ends a connection whose other end is silent', cases: ['cross/unanswered-close'] },
      { because: 'a reset is an end as well', cases: ['rst/answer-acked-then-rst', 'rst/unread-offer'] },
      { because: 'the FIN comes with a 101 that breaks off', cases: ['hs/frame-before-101'] },
    ],
  },
  {
    id: 'm32-accepts-anything',
    title: 'a 101 is accepted whatever its headers say, and so are masked frames and reserved bits',
    switches: { acceptsAnything: true },
    convictedBy: [forbidden('hs/invalid-101'), forbidden('frag/illegal-after-answer')],
    elsewhere: [],
  },
  {
    id: 'ignores-status',
    title: 'an answer that is no 101 opens the connection as well, and its body is read as frames',
    switches: { ignoresStatus: true },
    convictedBy: [forbidden('hs/http-error-with-body')],
    elsewhere: [{ because: 'a head that begins with a frame is no 101 either', cases: ['hs/frame-before-101'] }],
  },
  {
    id: 'reads-refusal-as-frames',
    title: 'the body of a refusal is parsed as frames, and what it holds delivered, before the failure is reported',
    switches: { readsRefusal: true },
    convictedBy: [forbidden('hs/http-error-with-body')],
    elsewhere: [{ because: 'the answer lies behind a 101 that is refused as well', cases: ['hs/invalid-101'] }],
  },
  {
    id: 'resynchronises',
    title: 'what lies in front of the 101 is skipped, and its head is over where a frame seems to begin',
    switches: { resynchronises: true },
    convictedBy: [forbidden('hs/frame-before-101')],
    elsewhere: [],
  },
];
