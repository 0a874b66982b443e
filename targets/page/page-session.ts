/** One run's use of a page: orders go in, and what comes out is taken for what an adapter prints. */
import { z } from 'zod';
import type { Breach, Hello, RunCommand } from '../../kit/core/adapter-event';
import { AdapterRefusal, type AdapterListener, type AdapterSession } from '../../kit/core/target';
import { nowNs } from '../../kit/io/clock';
import { guardTree } from '../../kit/io/guard';
import { isAlive, readProcess } from '../../kit/io/process-table';
import { AdapterOutput } from '../adapter-output';
import { excerpt } from '../excerpt';
import { messageOf } from '../message-event';
import type { ChannelListener, PageChannel, PageLoss } from './page-channel';
import { parseJson } from './parse-json';
import type { PageReach } from './probe-page';

/** The page reconnects by itself, is frozen with its whole browser, and gets one trial at a time: no `parallel`. */
const features = [
  'wss',
  'ws',
  'tls1.2',
  'tls1.3',
  'subprotocol',
  'send-binary',
  'react-send',
  'react-close',
  'react-sleep',
];
/** A client that still has to end what it was ordered to drop, ms. */
const abortMs = 1000;
/** Looks at the network process behind an end that was not clean. */
const networkLooksMs = [20, 100, 200];
/** As the browsers' adapters end when their page has crashed. */
const crashStatus = 70;

const unfound =
  'the processes of the browser are not known: it has to run on this machine (Linux), started by the process that runs the tests';

const reportSchema = z.looseObject({
  trial: z.string(),
  event: z.string(),
  data: z.string().exactOptional(),
  base64: z.base64().exactOptional(),
});

/** What a session is made of. */
export interface PageParts {
  readonly channel: PageChannel;
  readonly reach: PageReach;
  readonly listener: AdapterListener;
}

let sessions = 0;

/** @throws {AdapterRefusal} what `serve` was given is no `hello` */
export class PageSession implements AdapterSession, ChannelListener {
  readonly mode = 'resident';
  readonly freezing = 'processes';
  readonly hello: Hello;
  readonly pid: number | undefined;
  readonly marker: string;
  readonly whyUnfrozen: string;
  readonly #output: AdapterOutput;
  readonly #trials = new Set<string>();
  /** Trials that are not done. */
  readonly #open = new Set<string>();
  readonly #guarded: { release(): void } | undefined;

  constructor(private readonly parts: PageParts) {
    const { channel, reach, listener } = parts;
    let wrong: Breach | undefined;
    this.#output = new AdapterOutput({
      listener: {
        onEvent: (trial, entry) => listener.onEvent(trial, entry),
        onBreach: (breach) => {
          if (this.#output.hello === undefined) wrong ??= breach;
          else listener.onBreach(breach);
        },
        onHello: () => undefined,
        onPong: () => undefined,
      },
      nowNs,
      onFlood: () => undefined,
    });
    this.#print(helloOf(channel, reach));
    if (this.#output.hello === undefined) {
      throw new AdapterRefusal(`what \`serve\` of the page was given cannot be used: ${wrong?.detail ?? ''}`);
    }
    this.hello = this.#output.hello;
    this.pid = reach.pid;
    this.whyUnfrozen = reach.whyUnfrozen ?? unfound;
    sessions += 1;
    // Nothing carries it: of somebody else's browser only what descends from its root is known.
    this.marker = `LASTWORD_PROCESS=page-${process.pid}-${sessions}`;
    this.#guarded = this.pid === undefined ? undefined : guardTree(this.pid, this.marker);
    channel.listeners.add(this);
  }

  run(command: RunCommand): Promise<void> {
    const { trial, requires } = command;
    const { channel } = this.parts;
    this.#trials.add(trial);
    this.#output.expect(trial);
    const missing = requires.find((feature) => !this.hello.features.includes(feature));
    if (missing !== undefined) {
      this.#print({ trial, event: 'unsupported', feature: missing });
      return Promise.resolve();
    }
    this.#open.add(trial);
    // Not awaited: a page that is busy, or frozen, answers later. One that is gone is told by its loss.
    channel.call('run', command).catch((error: unknown) => channel.note(String(error)));
    return Promise.resolve();
  }

  async ping(timeoutMs: number): Promise<boolean> {
    const answer = await this.parts.channel.ask(timeoutMs);
    if (answer === 'incomplete') this.#break('silent', 'what the page told did not come out of it');
    return answer === 'complete';
  }

  abort(trial: string): void {
    this.parts.channel.call('abort', trial).catch(() => undefined);
    setTimeout(() => this.#finish(trial), abortMs);
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  /** The page stays open: it is not the kit's. */
  close(): Promise<void> {
    const { channel } = this.parts;
    channel.listeners.delete(this);
    // Nobody waits for the end of a trial any more.
    this.#open.clear();
    this.#guarded?.release();
    if (channel.loss === undefined && channel.listeners.size === 0) channel.call('retireAll').catch(() => undefined);
    return Promise.resolve();
  }

  stderrTail(): string {
    return this.parts.channel.log.text();
  }

  onReport(text: string): void {
    const report = reportSchema.safeParse(parseJson(text));
    if (!report.success) return this.#break('malformed-line', excerpt(text));
    const { trial, event, data, base64, ...fields } = report.data;
    // Of a session before this one, in the same page.
    if (!this.#trials.has(trial)) return undefined;
    if (event === 'no-socket' || event === 'wrong') {
      return this.#break(event === 'wrong' ? 'malformed-line' : 'no-socket', excerpt(String(fields['message']), 400));
    }
    if (event === 'error' || (event === 'close' && fields['wasClean'] !== true)) this.#lookForNetwork();
    if (event === 'done') return this.#finish(trial);
    const payload = event === 'message' ? messageOf(data ?? Buffer.from(base64 ?? '', 'base64')) : { event };
    return this.#print({ ...fields, ...payload, trial });
  }

  onLoss({ kind, detail }: PageLoss): void {
    this.#guarded?.release();
    // Who closed a page, or led it elsewhere, cannot be told.
    const outside = kind === 'crashed' ? {} : { outside: detail };
    this.parts.listener.onExit({ code: crashStatus, signal: null, byKit: false, atNs: nowNs(), ...outside });
  }

  /**
   * The death of the process that holds the sockets looks to a page like a connection that ended. A process that dies
   * closes them before it is gone, so it is looked for again while the kit still listens to the trial.
   */
  #lookForNetwork(): void {
    const { channel, reach } = this.parts;
    const { holder } = reach;
    if (holder === undefined) return;
    const look = (): void => {
      const row = readProcess(holder);
      if (row !== undefined && isAlive(row.state)) return;
      channel.lose({ kind: 'closed', detail: 'the browser’s network process ended' });
    };
    look();
    for (const ms of networkLooksMs) setTimeout(look, ms).unref();
  }

  #finish(trial: string): void {
    if (this.#open.delete(trial)) this.#print({ trial, event: 'done' });
  }

  #print(event: object): void {
    this.#output.push(Buffer.from(`${JSON.stringify(event)}\n`));
  }

  #break(kind: Breach['kind'], detail: string): void {
    this.parts.listener.onBreach({ kind, detail, atNs: nowNs() });
  }
}

function helloOf({ greeting }: PageChannel, { plain }: PageReach): object {
  const { hello, agent } = greeting;
  return {
    observes: ['code', 'reason', 'wasClean', 'error'],
    ...hello,
    event: 'hello',
    protocol: 1,
    api: 'callback',
    features: features.filter((feature) => plain || feature !== 'ws'),
    client: {
      ...(typeof hello['client'] === 'object' ? hello['client'] : {}),
      runtime: excerpt(agent, 200),
      trust: 'certificate errors ignored',
      platform: `${process.platform} ${process.arch}`,
    },
  };
}
