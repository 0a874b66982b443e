/**
 * What a server put on the wire, in words: `answer (1,046 B), Close 1000 in the same read, no echo awaited, close_notify,
 * FIN 0.4 ms later`. Recordings that say the same but for the times are one line, with the median of each time.
 */
import { alertName } from './tls-alert';
import { factsOfRecording } from './recording-facts';
import { recordingPatience as patience, type ServerEvent, type ServerRecording } from './server-recording';

/** One thing in words, and how long after the one before it came. */
interface Phrase {
  readonly text: string;
  /** Absent for what has no time of its own. */
  readonly gapMs?: number;
  /** In one TLS record with what came before. */
  readonly isSameRecord?: boolean;
  /** The first message: its time is told from the offer. */
  readonly isFirst?: boolean;
}

/** Some recordings that say the same, and how many of all they are. */
export interface DescribedRecordings {
  readonly text: string;
  readonly count: number;
  readonly of: number;
}

/** Most messages that are told one by one. */
const mostMessages = 3;

/** Describes recordings of one mode, the most frequent words first. */
export function describeRecordings(recordings: readonly ServerRecording[]): readonly DescribedRecordings[] {
  const groups = new Map<string, (readonly Phrase[])[]>();
  for (const recording of recordings) {
    const phrases = phrasesOf(recording);
    const shape = phrases.map(({ text }) => text).join(', ');
    groups.set(shape, [...(groups.get(shape) ?? []), phrases]);
  }
  return [...groups.values()]
    .toSorted((one, other) => other.length - one.length)
    .map((group) => ({ text: join(group), count: group.length, of: recordings.length }));
}

function join(group: readonly (readonly Phrase[])[]): string {
  const [first = []] = group;
  return first
    .map(({ text, gapMs, isFirst }, at) => {
      if (gapMs === undefined) return text;
      const all = group.flatMap((phrases) => phrases[at] ?? []);
      const gap = median(all.map((phrase) => phrase.gapMs ?? 0));
      if (isFirst === true) return `${text} ${formatMs(gap)} ms behind the offer`;
      if (all.every((phrase) => phrase.isSameRecord === true)) return `${text} in the same record`;
      return gap === 0 ? `${text} in the same read` : `${text} ${formatMs(gap)} ms later`;
    })
    .join(', ');
}

function phrasesOf(recording: ServerRecording): readonly Phrase[] {
  const { offerNs, clientCloseNs, close, end, messages } = factsOfRecording(recording);
  const phrases: Phrase[] = [];
  let last: Placed = { atNs: offerNs };
  let told = 0;
  if (messages.length === 0) phrases.push({ text: 'no message' });
  for (const event of recording.events) {
    const text = wordsOf(event, recording);
    if (event.kind === 'message') told += 1;
    const isLeftOut = event.kind === 'message' && told > mostMessages && told < messages.length;
    if (text === undefined || isLeftOut || (end !== undefined && event.atNs > end.atNs && event.kind !== 'reset'))
      continue;
    if (event === end && close !== undefined && isUnanswered(end, clientCloseNs))
      phrases.push({ text: 'no echo awaited' });
    if (event === end && recording.tls !== undefined && end.kind === 'fin' && !hasCloseNotify(recording, end))
      phrases.push({ text: 'no close_notify' });
    const isFirst = event.kind === 'message' && told === 1;
    phrases.push(placed(text, event, isFirst ? { atNs: offerNs } : last, isFirst));

    if (event.kind !== 'unread') last = event;
  }
  if (end === undefined) phrases.push({ text: `no end of the connection within ${patience.endMs / 1000} s` });
  return phrases;
}

function placed(text: string, event: ServerEvent, last: Placed, isFirst: boolean): Phrase {
  if (event.kind === 'unread') return { text };
  const isSameRecord = 'record' in event && event.record >= 0 && event.record === last.record;
  return { text, gapMs: (event.atNs - last.atNs) / 1e6, isSameRecord, isFirst };
}

interface Placed {
  readonly atNs: number;
  readonly record?: number;
}

function isUnanswered(end: ServerEvent, clientCloseNs: number | undefined): boolean {
  return clientCloseNs === undefined || clientCloseNs > end.atNs;
}

function hasCloseNotify({ events }: ServerRecording, end: ServerEvent): boolean {
  return events.some((event) => event.kind === 'close-notify' && event.atNs <= end.atNs);
}

/** Undefined for what is not worth a word. */
function wordsOf(event: ServerEvent, recording: ServerRecording): string | undefined {
  switch (event.kind) {
    case 'message':
      return nameOf(event, recording);
    case 'close': {
      const code = event.code === 1005 ? 'Close without a code' : `Close ${event.code}`;
      return event.reason === '' ? code : `${code} ${JSON.stringify(event.reason)}`;
    }
    case 'close-notify':
      return 'close_notify';
    case 'alert':
      return `alert ${alertName(event.description)}`;
    case 'illegal':
      return `against the rules: ${event.detail}`;
    case 'fin':
      return 'FIN';
    case 'reset':
      return 'RST';
    case 'end':
      return 'end (FIN or RST)';
    case 'unread':
      return event.hasFin ? 'unread in the socket: all of it, with the FIN' : undefined;
    case 'sent':
      if (event.what !== 'close') return undefined;
      return recording.endedByClient ? 'the client’s own Close' : 'the client’s echo';
    case 'ping':
    case 'pong':
      return undefined;
    default:
      throw new TypeError(`unknown event ${String(event satisfies never)}`);
  }
}

function nameOf(event: ServerEvent & { readonly kind: 'message' }, recording: ServerRecording): string {
  const messages = recording.events.filter((each) => each.kind === 'message');
  const nth = messages.indexOf(event) + 1;
  const size = `${event.bytes.toLocaleString('en-US')} B${event.binary ? ' binary' : ''}`;
  if (messages.length === 1) return `answer (${size})`;
  return nth === messages.length && nth > mostMessages + 1 ? `… message ${nth} (${size})` : `message ${nth} (${size})`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

/** A time in ms with what can be known of it: two digits below 1 ms. */
export function formatMs(ms: number): string {
  if (ms >= 100) return ms.toFixed(0);
  return ms >= 1 ? ms.toFixed(1) : ms.toFixed(2);
}
