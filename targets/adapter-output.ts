/**
 * What one adapter process prints, turned into validated events and breaches. Rules:
 * - lines keep their order and their number; a blank line is no line;
 * - nothing an adapter prints can make the kit keep more than a bounded amount of memory;
 * - after a flood, or a line without end, nothing more is read (the process has to be killed);
 * - breaches of one kind are told ten times an order at most, further ones say nothing new.
 */
import type { Breach, Hello } from '../kit/core/adapter-event';
import type { AdapterListener } from '../kit/core/target';
import { decodeLine, maxLineBytes, type HoldAnswer } from './adapter-line';
import { excerpt, excerptOfBytes } from './excerpt';
import { LineSplitter } from './line-splitter';

const mostLinesOfTrial = 20_000;
const mostBytesOfTrial = 16 * 1024 * 1024;
const mostBytesBetweenOrders = 64 * 1024 * 1024;
const mostBreachesOfKind = 10;
const rememberedTrials = 10_000;

/** Where the output of one process goes. */
export interface OutputListener extends Pick<AdapterListener, 'onEvent' | 'onBreach'> {
  /** A valid hello, the first of this process. */
  onHello(hello: Hello): void;
  onPong(id: number): void;
  /** Absent where no thread is ever held. */
  onHold?(answer: HoldAnswer): void;
}

interface OutputOptions {
  readonly listener: OutputListener;
  readonly nowNs: () => number;
  /** The process prints without end: kill it. Called once, after the breach that tells why. */
  readonly onFlood: () => void;
}

/** Decodes the standard output of one adapter process. Feed it what was read, then {@link end}. */
export class AdapterOutput {
  #splitter = new LineSplitter(maxLineBytes);
  #utf8 = new TextDecoder('utf-8', { fatal: true });
  #line = 0;
  #hello: Hello | undefined;
  #isMute = false;
  #bytesSinceOrder = 0;
  #linesOfNoTrial = 0;
  #given = new Map<string, { lines: number; bytes: number; events: number }>();
  #told = new Map<Breach['kind'], number>();

  constructor(private readonly options: OutputOptions) {}

  get hello(): Hello | undefined {
    return this.#hello;
  }

  /** How many lines came so far, blank ones left out. */
  get lineCount(): number {
    return this.#line;
  }

  /** How many valid events of this trial came so far. */
  eventsOf(trial: string): number {
    return this.#given.get(trial)?.events ?? 0;
  }

  /** A trial was given to the process: its events are expected from now on, and the counts start again. */
  expect(trial: string): void {
    this.#given.set(trial, { lines: 0, bytes: 0, events: 0 });
    if (this.#given.size > rememberedTrials) {
      for (const oldest of this.#given.keys()) {
        this.#given.delete(oldest);
        break;
      }
    }
    this.#bytesSinceOrder = 0;
    this.#linesOfNoTrial = 0;
    this.#told.clear();
  }

  push(bytes: Buffer): void {
    if (this.#isMute) return;
    const atNs = this.options.nowNs();
    const { lines, isTooLong } = this.#splitter.push(bytes);
    for (const line of lines) {
      this.#take(line, atNs);
      if (this.#isMute) return;
    }
    if (isTooLong) this.#mute('line-too-long', `a line longer than ${maxLineBytes} bytes`, atNs);
    this.#bytesSinceOrder += bytes.length;
    if (this.#bytesSinceOrder > mostBytesBetweenOrders) {
      this.#mute('flood', `more than ${mostBytesBetweenOrders} bytes without a new order`, atNs);
    }
  }

  /** The stream ended. A rest that no LF ends is a breach, unless it was the kit that cut it off. */
  end({ isCut }: { readonly isCut: boolean }): void {
    const rest = this.#splitter.rest();
    if (this.#isMute || rest.length === 0 || isCut) return;
    this.#breach(
      'unfinished-line',
      `the output ends within a line: ${excerptOfBytes(rest, 160)}`,
      this.options.nowNs(),
    );
  }

  #take(bytes: Buffer, atNs: number): void {
    const text = this.#decode(bytes, atNs);
    if (text === undefined || text.trim() === '') {
      this.#countNoTrial(atNs);
      return;
    }
    const line = decodeLine(text);
    const number = this.#line++;
    if (line.kind === 'event') {
      this.#takeEvent(line, { line: number, atNs, bytes: bytes.length });
      return;
    }
    if (line.kind === 'hello') this.#takeHello(line.hello, atNs);
    else if (line.kind === 'pong') this.options.listener.onPong(line.id);
    else if (line.kind === 'hold') this.options.listener.onHold?.(line.answer);
    else this.#breach(line.breach, line.detail, atNs);
    this.#countNoTrial(atNs);
  }

  #decode(bytes: Buffer, atNs: number): string | undefined {
    try {
      return this.#utf8.decode(bytes);
    } catch {
      this.#line += 1;
      this.#breach('malformed-line', `not UTF-8: ${excerptOfBytes(bytes, 160)}`, atNs);
      return undefined;
    }
  }

  #takeHello(hello: Hello, atNs: number): void {
    if (this.#hello) {
      this.#breach('second-hello', `a second hello, of "${excerpt(hello.client.name, 100)}"`, atNs);
      return;
    }
    this.#hello = hello;
    this.options.listener.onHello(hello);
  }

  #takeEvent(
    { trial, event, tNs }: Extract<ReturnType<typeof decodeLine>, { kind: 'event' }>,
    { line, atNs, bytes }: { readonly line: number; readonly atNs: number; readonly bytes: number },
  ): void {
    const counts = this.#given.get(trial);
    if (!this.#hello) {
      this.#breach('no-hello', `\`${event.event}\` before any hello`, atNs);
      this.#countNoTrial(atNs);
      return;
    }
    if (!counts) {
      this.#breach('unknown-trial', `\`${event.event}\` of trial "${excerpt(trial, 100)}", never given`, atNs);
      this.#countNoTrial(atNs);
      return;
    }
    counts.lines += 1;
    counts.bytes += bytes;
    if (counts.lines > mostLinesOfTrial || counts.bytes > mostBytesOfTrial) {
      this.#mute('flood', `more than ${mostLinesOfTrial} lines or ${mostBytesOfTrial} bytes of one trial`, atNs);
      return;
    }
    counts.events += 1;
    this.options.listener.onEvent(trial, { ...event, line, atNs, ...(tNs === undefined ? {} : { tNs }) });
  }

  #countNoTrial(atNs: number): void {
    this.#linesOfNoTrial += 1;
    if (this.#linesOfNoTrial > mostLinesOfTrial) {
      this.#mute('flood', `more than ${mostLinesOfTrial} lines that belong to no trial`, atNs);
    }
  }

  #mute(kind: Breach['kind'], detail: string, atNs: number): void {
    if (this.#isMute) return;
    this.#isMute = true;
    this.#breach(kind, detail, atNs);
    this.options.onFlood();
  }

  #breach(kind: Breach['kind'], detail: string, atNs: number): void {
    const told = (this.#told.get(kind) ?? 0) + 1;
    this.#told.set(kind, told);
    if (told <= mostBreachesOfKind) this.options.listener.onBreach({ kind, detail, atNs });
  }
}
