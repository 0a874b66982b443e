/** Faults of how the close is dealt with and reported. */
import { bareFin, endWithResponse, everyCase, neverOpen } from './case-groups';
import type { Conviction, Fault } from './subject';

const misreported = (id: string): Conviction => ({ case: id, outcome: 'misreported', row: '14b' });
const hang = (id: string): Conviction => ({ case: id, outcome: 'hang', row: '14a' });
const crash = (id: string): Conviction => ({ case: id, outcome: 'crash', row: '8' });

/** No Close comes, and the case says how that is reported. */
const abnormalEnds = [
  'close/answer-fin-same-segment',
  'close/answer-cn-fin',
  'freeze/answer-fin',
  'freeze/answer-cn-fin',
  'record/truncated-record',
  'missing/fin-mid-message',
  'rst/answer-acked-then-rst',
  'cross/unanswered-close',
  'hs/close-after-101',
];

export const faultsOfClosing: readonly Fault[] = [
  {
    id: 'defers-open',
    title: 'that it is open is told a turn later, and not at all where the connection is over by then',
    switches: { defersOpen: true },
    convictedBy: [misreported('hs/close-after-101')],
    elsewhere: [
      {
        because: 'a message comes with the 101, and so in front of the open',
        cases: ['freeze/whole-session', 'hs/message-with-101', 'hs/answer-close-with-101', 'hs/101-byte-by-byte'],
      },
    ],
  },
  {
    id: 'm19-waits-for-fin',
    title: 'waits for the FIN for ever: no close timer, and close_notify says nothing',
    switches: { waitsForFin: true },
    convictedBy: [hang('missing/no-fin-after-close'), hang('missing/cn-only'), hang('cross/unanswered-close')],
    elsewhere: [],
  },
  {
    id: 'm20-no-close-on-fin',
    title: 'a bare FIN is never reported',
    switches: { ignoresBareFin: true },
    convictedBy: [hang('close/answer-fin-same-segment'), hang('freeze/answer-fin')],
    elsewhere: [
      {
        because: 'the FIN comes with neither Close nor close_notify',
        cases: [...bareFin, 'missing/fin-mid-message', 'load/server-killed'],
      },
      { because: 'the FIN comes within the 101', cases: ['hs/frame-before-101'] },
      endWithResponse,
    ],
    races: [
      {
        because: 'a reset right behind data is told to a Node program as a FIN',
        cases: ['rst/answer-acked-then-rst', 'rst/unread-offer'],
      },
    ],
  },
  {
    id: 'm21-code-confusion',
    title: '1005 and 1006 become 1000, and a code that is not known becomes 1006',
    switches: { confusesCodes: true },
    convictedBy: [misreported('code/none'), misreported('code/registered')],
    elsewhere: [
      {
        because: 'no Close comes, so 1006 is due',
        cases: [
          ...abnormalEnds,
          'rst/unread-offer',
          'burst/thousand-records-fin',
          'net/fin-overtakes-data',
          'load/server-killed',
          'sig/answer-bye-fin',
          'time/answer-to-end-gap',
          'cross/half-close',
        ],
      },
      { because: 'an illegal Close fails the connection, so 1006 is due', cases: ['code/reason-length'] },
      {
        because: 'the opening handshake fails, so 1006 is due',
        cases: ['hs/frame-before-101', 'hs/http-error-with-body'],
      },
    ],
  },
  {
    id: 'm25-always-clean',
    title: 'wasClean is always true',
    switches: { alwaysClean: true },
    convictedBy: [misreported('close/answer-fin-same-segment'), misreported('code/none')],
    elsewhere: [{ because: 'no closing handshake was done, and the case asks for wasClean', cases: abnormalEnds }],
  },
  {
    id: 'm35-sigpipe',
    title: 'a write to a connection that is gone ends the process by SIGPIPE',
    switches: { writeGapMs: 5, diesOnBrokenPipe: true },
    convictedBy: [crash('rst/pong-draws-rst'), crash('cross/half-close')],
    elsewhere: [
      {
        because: 'the echo draws a reset, and the close_notify behind it meets a closed socket',
        cases: ['close/answer-close-abandon', 'tls12/close-notify-reply', 'time/answer-to-end-gap'],
      },
    ],
    races: [
      {
        because: 'the client’s own close_notify meets a connection that was reset while it read',
        cases: ['rst/answer-acked-then-rst', 'rst/unread-offer', 'missing/everything'],
      },
    ],
  },
  {
    id: 'm36-truncation-overrides-code',
    title: 'a missing close_notify turns a finished closing handshake into 1006',
    switches: { truncationOverridesCode: true },
    isOfTls: true,
    convictedBy: [misreported('missing/no-close-notify')],
    elsewhere: [
      {
        because: 'the FIN comes behind a Close, without close_notify',
        cases: ['close/answer-close-abandon', 'rst/pong-draws-rst', 'time/answer-to-end-gap'],
      },
    ],
  },
  {
    id: 'crashes-on-odd-close',
    title: 'a Close with a code or a body that no server may send ends the process',
    switches: { crashesOnOddClose: true },
    convictedBy: [crash('code/reserved-on-wire'), crash('code/malformed-body')],
    elsewhere: [],
  },
  {
    id: 'cuts-reasons',
    title: 'the reason is cut behind 64 bytes',
    switches: { reasonBytes: 64 },
    convictedBy: [misreported('code/reason-length')],
    elsewhere: [],
  },
  {
    id: 'ends-when-idle',
    title: 'ends TCP of its own accord 5 s behind the answer, and reports a close',
    switches: { endsAfterMs: 5000 },
    convictedBy: [{ case: 'control/answer-then-idle', outcome: 'spurious-close', row: '14c' }],
    elsewhere: [{ because: 'the connection stands for a minute, and should', cases: ['missing/everything'] }],
  },
  {
    id: 'closes-twice',
    title: 'the close is reported twice',
    switches: { closesTwice: true },
    convictedBy: [misreported('control/close-without-answer')],
    elsewhere: [{ because: 'every connection is closed', cases: [...everyCase, ...neverOpen] }],
  },
  {
    id: 'reports-own-code',
    title: 'an application that closes is told its own code, whatever the other side closed with',
    switches: { reportsOwnCode: true },
    convictedBy: [misreported('cross/simultaneous')],
    elsewhere: [{ because: 'the application closes first', cases: ['cross/late-answer', 'cross/unanswered-close'] }],
  },
  {
    id: 'last-close-counts',
    title: 'of several Close frames the last gives the code',
    switches: { lastCloseCounts: true },
    convictedBy: [misreported('cross/two-close-frames')],
    elsewhere: [],
  },
  {
    id: 'sends-after-close',
    title: 'what the application sends when the client has replied to a Close goes out',
    switches: { sendsAfterClose: true },
    convictedBy: [misreported('cross/send-after-peer-close')],
    elsewhere: [],
  },
];
