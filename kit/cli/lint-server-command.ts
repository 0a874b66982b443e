/** `lastword lint-server URL`: records what a server puts on the wire when it hangs up, and gives advice, no verdict. */
import { readFileSync } from 'node:fs';
import colors from 'picocolors';
import { describeRecordings } from '../core/describe-recording';
import { KitError } from '../core/kit-error';
import { adviseServer, type Advice, type Habit } from '../core/server-habits';
import { recordingModes, recordingPatience, type RecordingMode, type ServerRecording } from '../core/server-recording';
import { showText } from '../core/timeline-text';
import { recordServer, type RecordOptions } from '../io/record-server';
import { parseServerUrl } from '../io/server-connection';
import { writeJson } from '../../reports/json';
import { wrap } from '../../reports/terminal';
import { exitStatus } from './exit-status';
import { wantsColor } from './screen';

export interface LintWords {
  readonly ca?: string | undefined;
  readonly offer?: string | undefined;
  readonly times: number;
  readonly tls?: '1.2' | '1.3' | undefined;
  readonly header?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
}

const defaultOffer = '{"type":"offer","sdp":"v=0\\r\\no=- 0 0 IN IP4 0.0.0.0\\r\\ns=-\\r\\nt=0 0\\r\\n"}';
/** A recording that took longer than this is not made more than twice: ms. */
const longMs = 1000;
/** After one that took longer than this the user hears that it goes on: ms. */
const slowMs = 3000;

/** Records, prints what was seen and what to do about it; the status is 0 whatever it was. @throws {KitError} */
export async function lintServerCommand(word: string, words: LintWords): Promise<number> {
  const url = parseServerUrl(word);
  const headers = (words.header ?? []).map(checkHeader);
  const ca = words.ca === undefined ? undefined : readCa(words.ca);
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort(130));
  process.once('SIGTERM', () => controller.abort(143));
  const offer = words.offer ?? defaultOffer;
  const tls = words.tls === undefined ? undefined : (`TLSv${words.tls}` as const);
  const recordings = await recordAll({ url, ca, headers, offer, tls, signal: controller.signal }, words.times);
  if (controller.signal.aborted) return Number(controller.signal.reason);
  const advice = adviseServer(recordings);
  process.stdout.write(
    words.json === true
      ? writeJson({ schema: 'lastword/server/1', url: url.href, ...advice, wire: wireOf(recordings), recordings })
      : `${render(url, recordings, advice)}\n`,
  );
  return exitStatus.ok;
}

/** Some recordings in each mode, one after the other. @throws {KitError} */
async function recordAll(
  options: Omit<RecordOptions, 'mode' | 'chatter'> & { readonly signal: AbortSignal },
  times: number,
): Promise<readonly ServerRecording[]> {
  const recordings: ServerRecording[] = [];
  for (const mode of recordingModes) {
    for (let time = 0; time < times; time++) {
      const startMs = performance.now();
      const recording = await recordServer({ ...options, mode, chatter }).catch((error: unknown) => {
        // What was recorded is worth telling; a server that was gone from the start is not there.
        if (!(error instanceof KitError) || recordings.length === 0) throw error;
        process.stderr.write(
          `lastword: recorded ${recordings.length} connections; then: ${showText(error.message, 1000)}\n`,
        );
        return undefined;
      });
      if (options.signal.aborted || recording === undefined) return recordings;
      if (performance.now() - startMs > slowMs) {
        process.stderr.write(`lastword: ${recordings.length + 1} connections recorded; this server takes its time\n`);
      }
      recordings.push(recording);
      if (recordings.length === 1) checkAnswered(recording, options.url);
      if (performance.now() - startMs > longMs && time > 0) break;
    }
  }
  return recordings;
}

function chatter(index: number): string {
  return `{"type":"candidate","index":${index},"candidate":"udp 1 192.0.2.1 9"}`;
}

/** @throws {KitError} `SILENT` */
function checkAnswered({ events, endedByClient }: ServerRecording, url: URL): void {
  if (!endedByClient || events.some((event) => event.kind === 'message')) return;
  throw new KitError(
    'SILENT',
    `${url.host} opened the WebSocket and sent nothing within ${recordingPatience.answerMs / 1000} s of the offer: ` +
      'name a message that it answers by `--offer TEXT`',
  );
}

/** @throws {KitError} `CA` */
function readCa(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new KitError('CA', `\`--ca ${file}\` cannot be read: ${error instanceof Error ? error.message : ''}`);
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new KitError('CA', `\`--ca ${file}\` holds no certificate: expected PEM (-----BEGIN CERTIFICATE-----)`);
}

/** @throws {KitError} `HEADER` */
function checkHeader(word: string): string {
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?[\x20-\x7e]+$/.test(word)) return word;
  throw new KitError('HEADER', '`--header` expects "Name: value" on one line, such as "Authorization: Bearer …"');
}

const modeWords: Readonly<Record<RecordingMode, string>> = {
  prompt: 'a client that echoes a Close at once',
  'no-echo': 'a client that does not echo',
  busy: 'a client that writes on',
  slow: `a client that reads ${recordingPatience.unreadMs} ms late`,
};

function wireOf(recordings: readonly ServerRecording[]) {
  return recordingModes.map((mode) => ({
    mode,
    seen: describeRecordings(recordings.filter((recording) => recording.mode === mode)),
  }));
}

function render(url: URL, recordings: readonly ServerRecording[], { habits, good }: Advice): string {
  const paint = colors.createColors(wantsColor());
  const width = Math.min(process.stdout.columns ?? 100, 100);
  const tls = recordings[0]?.tls;
  const lines = [
    `${paint.bold(showText(url.href, 1000))}  ${tls === undefined ? 'without TLS' : `${tls.version.replace('TLSv', 'TLS ')}, ${tls.cipher}`}, ${recordings.length} connections`,
    'What it put on the wire, behind the offer of',
  ];
  for (const { mode, seen } of wireOf(recordings)) {
    lines.push(`  ${paint.dim(modeWords[mode])}`);
    for (const { text, count, of } of seen)
      lines.push(wrap(`${showText(text, 1000)} (${count} of ${of})`, '    ', { width }));
  }
  lines.push('');
  for (const each of good) lines.push(`  ${paint.green('good')}      ${each}`);
  for (const habit of habits) lines.push(...renderHabit(habit, paint, width));
  if (!recordings.some(({ events }) => events.some((event) => event.kind === 'message'))) {
    lines.push('No answer came, so little can be said: name a message that it answers by `--offer TEXT`.');
  } else if (habits.length === 0) lines.push('Nothing to advise.');
  lines.push(
    '',
    paint.dim('This is advice, and no verdict: a client that loses an answer to a legal habit is at fault itself.'),
  );
  return lines.join('\n');
}

function renderHabit(habit: Habit, paint: ReturnType<typeof colors.createColors>, width: number): readonly string[] {
  const marks = { loses: paint.red('loses'), obscures: paint.yellow('obscures'), hint: paint.cyan('hint') } as const;
  const pad = ' '.repeat(10 - habit.weight.length);
  const clauses = habit.clauses.length === 0 ? '' : ` ${habit.clauses.join(', ')}.`;
  const indent = ' '.repeat(12);
  const seen = wrap(`${habit.seen} (${habit.count} of ${habit.of}).`, indent, { width });
  return [
    `  ${marks[habit.weight]}${pad}${seen.trimStart()}`,
    wrap(`${habit.why}${clauses}`, indent, { width }),
    wrap(`Remedy: ${habit.remedy}`, indent, { width }),
  ];
}
