/**
 * Advice to whoever runs a signaling server: the habits that lose answers at clients that are not perfect, seen in
 * recordings. It is no verdict: most of these habits are legal, and the fault is then the client's that loses the answer.
 *
 *  fin-behind-answer     the TCP connection ends behind the answer, and nothing of the client was waited for
 *  reset-by-unread       what the client writes draws a reset, which may flush what it has not read yet
 *  reset-for-fin         the connection is reset, not closed, although the client wrote nothing
 *  no-close-frame        the end comes without a Close frame
 *  no-close-notify       TLS ends without close_notify
 *  no-application-ack    nothing at the level of the application says that the answer was had
 */
import { formatMs } from './describe-recording';
import { factsOfRecording, type RecordingFacts } from './recording-facts';
import { recordingPatience, type RecordingMode, type ServerRecording } from './server-recording';

export type HabitId =
  | 'fin-behind-answer'
  | 'reset-by-unread'
  | 'reset-for-fin'
  | 'no-close-frame'
  | 'no-close-notify'
  | 'no-application-ack';

export interface Habit {
  readonly habit: HabitId;
  /** `loses`: answers are lost where the client is not perfect; `obscures`: the client reports a failure; `hint`. */
  readonly weight: 'loses' | 'obscures' | 'hint';
  /** What was seen, with its numbers. */
  readonly seen: string;
  /** Recordings that show it, of those that could have. */
  readonly count: number;
  readonly of: number;
  /** What it does to a client. */
  readonly why: string;
  readonly remedy: string;
  readonly clauses: readonly string[];
}

export interface Advice {
  readonly habits: readonly Habit[];
  /** What the server does well, in words. */
  readonly good: readonly string[];
}

/** A FIN that comes later than this behind the answer is a timeout's, and no habit: ms. */
const behindMs = 1000;

interface Seen {
  readonly recording: ServerRecording;
  readonly facts: RecordingFacts;
}

/** What recordings of one server, in all modes, say of its habits. */
export function adviseServer(recordings: readonly ServerRecording[]): Advice {
  const all = recordings.map((recording) => ({ recording, facts: factsOfRecording(recording) }));
  const habits = [finBehindAnswer, resetByUnread, resetForFin, noCloseFrame, noCloseNotify, noApplicationAck];
  return { habits: habits.flatMap((habit) => habit(all) ?? []), good: praise(all) };
}

function inMode(all: readonly Seen[], ...modes: readonly RecordingMode[]): readonly Seen[] {
  return all.filter(({ recording }) => modes.includes(recording.mode));
}

function finBehindAnswer(all: readonly Seen[]): Habit | undefined {
  // An echo that went out before the end hides whether it was waited for.
  const answered = all.filter(({ facts }) => facts.messages.length > 0);
  const asked = answered.filter(({ facts }) => facts.hasHungUp || (facts.close !== undefined && !isEchoed(facts)));
  const shown = asked.filter(({ facts }) => facts.hasHungUp && (facts.endGapMs ?? 0) < behindMs);
  if (shown.length === 0) return undefined;
  // Who reads late learns nothing of the time between.
  const prompt = shown.filter(({ recording }) => recording.mode !== 'slow');
  const gaps = (prompt.length > 0 ? prompt : shown).map(({ facts }) => facts.endGapMs ?? 0);
  const late = inMode(shown, 'slow').filter(({ facts }) => facts.unread?.hasFin === true).length;
  const queued = `; a client that read ${recordingPatience.unreadMs} ms late found the answer and the FIN queued together`;
  const isBare = shown.every(({ facts }) => facts.close === undefined);
  return {
    habit: 'fin-behind-answer',
    weight: 'loses',
    seen: `TCP ended ${rangeOf(gaps)} behind the answer, ${isBare ? 'and nothing of the client was' : 'no echo of its Close was'} awaited${late > 0 ? queued : ''}`,
    count: shown.length,
    of: asked.length,
    why: 'A client that tears down on the FIN drops the answer that it has not handed on yet.',
    remedy: isBare
      ? 'Send a Close, wait for the client’s echo (with a timeout of seconds), and only then close TCP.'
      : 'Wait for the client’s echo of the Close (with a timeout of seconds), and only then close TCP.',
    clauses: ['RFC 6455 §5.5.1', isBare ? 'RFC 6455 §7.1.2' : 'RFC 6455 §7.1.1'],
  };
}

/** The client answered the Close before the end came, at once. */
function isEchoed({ clientCloseNs, close, end }: RecordingFacts): boolean {
  if (clientCloseNs === undefined || close === undefined) return false;
  return clientCloseNs - close.atNs < behindMs * 1e6 && (end === undefined || clientCloseNs <= end.atNs);
}

function resetByUnread(all: readonly Seen[]): Habit | undefined {
  const asked = all.filter(({ facts }) => facts.hasBegunToClose && facts.hasWritten);
  const isHarmful = harmfulReset(all);
  const shown = asked.filter((seen) => seen.facts.isDrawn && isHarmful(seen));
  // A server that resets everybody needs no unread bytes for it.
  if (shown.length === 0 || resetForFin(all) !== undefined) return undefined;
  const candidates = inMode(shown, 'busy').length > 0 ? 'its candidates behind the offer' : undefined;
  const owed = inMode(shown, 'prompt', 'slow').length > 0 ? 'its echo or close_notify' : undefined;
  const what = [candidates, owed].filter((each) => each !== undefined).join(', ');
  return {
    habit: 'reset-by-unread',
    weight: 'loses',
    seen: `what the client wrote (${what}) drew an RST${lostOf(shown)}`,
    count: shown.length,
    of: asked.length,
    why: 'The reset may overtake the answer, and the client’s system may flush what was not read yet.',
    remedy: 'Half-close (`shutdown` for writing), read and discard until the client’s FIN, and only then close.',
    clauses: ['RFC 6455 §7.1.1', 'RFC 9293 §3.6.1', 'RFC 9293 §3.10.7.4'],
  };
}

function resetForFin(all: readonly Seen[]): Habit | undefined {
  const asked = inMode(all, 'prompt', 'no-echo', 'slow').filter(({ facts }) => facts.hasBegunToClose);
  const shown = asked.filter(({ facts }) => facts.reset !== undefined && !facts.isDrawn);
  if (shown.length === 0) return undefined;
  return {
    habit: 'reset-for-fin',
    weight: 'loses',
    seen: `the connection was reset although the client had written nothing behind its offer${lostOf(all)}`,
    count: shown.length,
    of: asked.length,
    why: 'A reset may flush what the client has not read yet; nothing that was sent right before it is safe.',
    remedy: 'Close with a FIN: no SO_LINGER of 0, no `resetAndDestroy`, nothing left unread.',
    clauses: ['RFC 6455 §7.1.1', 'RFC 9293 §3.10.7.4'],
  };
}

/** In how many recordings a reset came and no answer. */
function lostOf(shown: readonly Seen[]): string {
  const lost = shown.filter(({ facts }) => facts.reset !== undefined && facts.messages.length === 0).length;
  return lost === 0 ? '' : `; in ${lost} the answer never came`;
}

function noCloseFrame(all: readonly Seen[]): Habit | undefined {
  const asked = all.filter(({ facts }) => facts.hasBegunToClose);
  const shown = asked.filter(({ facts }) => facts.close === undefined);
  if (shown.length === 0) return undefined;
  return {
    habit: 'no-close-frame',
    weight: 'obscures',
    seen: 'the connection ended without a Close frame',
    count: shown.length,
    of: asked.length,
    why: 'Every client has to report 1006, as if the connection had failed.',
    remedy: 'Send a Close with a code (1000) behind the answer.',
    clauses: ['RFC 6455 §7.1.2', 'RFC 6455 §7.1.5'],
  };
}

function noCloseNotify(all: readonly Seen[]): Habit | undefined {
  const asked = all.filter(({ recording, facts }) => recording.tls !== undefined && facts.end?.kind === 'fin');
  const shown = asked.filter(({ facts }) => facts.closeNotify === undefined);
  if (shown.length === 0) return undefined;
  const versions = new Set(shown.map(({ recording }) => recording.tls?.version));
  return {
    habit: 'no-close-notify',
    weight: 'obscures',
    seen: 'the FIN came without a close_notify',
    count: shown.length,
    of: asked.length,
    why: 'A client cannot tell this end from a truncation; some report an error, and drop what they had.',
    remedy: 'End TLS (`SSL_shutdown`, `end`, not `destroy`) before the socket.',
    clauses: [
      ...(versions.has('TLSv1.3') ? ['RFC 8446 §6.1'] : []),
      ...(versions.has('TLSv1.2') ? ['RFC 5246 §7.2.1'] : []),
    ],
  };
}

function noApplicationAck(all: readonly Seen[]): Habit | undefined {
  const asked = inMode(all, 'prompt', 'no-echo', 'slow').filter(({ facts }) => facts.messages.length > 0);
  const shown = asked.filter(({ facts }) => facts.hasBegunToClose);
  if (shown.length === 0) return undefined;
  return {
    habit: 'no-application-ack',
    weight: 'hint',
    seen: 'the server began to close behind its answer without a word of the client',
    count: shown.length,
    of: asked.length,
    why: 'WebSocket acknowledges no message, and the echo of a Close comes from the library, not from the application.',
    remedy: 'Let the client say in your own protocol that it has the answer, and let the client, or this ack, end it.',
    clauses: [],
  };
}

/** As a client that echoes nothing shows. */
function awaitsEcho(all: readonly Seen[]): boolean {
  const silent = inMode(all, 'no-echo').filter(({ facts }) => facts.close !== undefined);
  return silent.length > 0 && silent.every(({ facts }) => !facts.hasHungUp || (facts.endGapMs ?? 0) >= behindMs);
}

/** Whoever echoes has read the answer: a reset behind an echo that was waited for takes nothing from anybody. */
function harmfulReset(all: readonly Seen[]): (seen: Seen) => boolean {
  const waits = awaitsEcho(all);
  return ({ facts: { reset, clientCloseNs } }) =>
    reset !== undefined && !(waits && clientCloseNs !== undefined && clientCloseNs < reset.atNs);
}

function praise(all: readonly Seen[]): readonly string[] {
  const waits = awaitsEcho(all);
  const busy = inMode(all, 'busy').filter(({ facts }) => facts.hasBegunToClose);
  const drains = busy.length > 0 && !all.some(harmfulReset(all));
  const ended = all.filter(({ recording, facts }) => recording.tls !== undefined && facts.end?.kind === 'fin');
  const notifies = ended.length > 0 && ended.every(({ facts }) => facts.closeNotify !== undefined);
  return [
    ...(waits ? ['it waits for the echo of its Close'] : []),
    ...(drains ? ['it lets a client that writes on finish: no reset'] : []),
    ...(notifies ? ['it sends close_notify before its FIN'] : []),
    ...(all.length > 0 && all.every(({ recording }) => recording.endedByClient)
      ? [`it does not hang up on its own within ${recordingPatience.idleMs / 1000} s of its last message`]
      : []),
  ];
}

function rangeOf(gaps: readonly number[]): string {
  const [low, high] = [formatMs(Math.min(...gaps)), formatMs(Math.max(...gaps))];
  return low === high ? `${low} ms` : `${low} to ${high} ms`;
}
