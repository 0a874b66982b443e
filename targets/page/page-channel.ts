/**
 * What goes into one page and comes out of it, by the automation channel alone. Rules:
 * - reports are heard in the order in which the page numbered them, whatever the channel did to it;
 * - a page that was left, has crashed or was closed is lost for good; a later one is another channel.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AdapterRefusal } from '../../kit/core/target';
import { settlesWithin } from '../adapter-carrier';
import { excerpt } from '../excerpt';
import { StderrTail } from '../stderr-tail';
import type { DrivenPage } from './driven-page';
import { parseJson } from './parse-json';

/** Why a page cannot be used any more. */
export interface PageLoss {
  readonly kind: 'left' | 'crashed' | 'closed';
  /** One clause for people. */
  readonly detail: string;
}

export interface ChannelListener {
  /** One report of the page, a JSON text. */
  onReport(text: string): void;
  /** Called once. */
  onLoss(loss: PageLoss): void;
}

const tellName = 'lastwordTell';
/** Time in ms for a page to have called `serve`, and to answer. */
const arrivalMs = 30_000;
const lookMs = 50;
/** Reports that wait for one before them. */
const mostEarly = 100_000;

const telling = z.object({ page: z.string(), first: z.int().nonnegative(), texts: z.array(z.string()) });
const greeting = z.object({
  told: z.int().nonnegative(),
  id: z.string(),
  agent: z.string(),
  hello: z.record(z.string(), z.unknown()),
});

type Greeting = z.infer<typeof greeting>;

/** What hears a page, which lets nobody take back what was exposed to it. */
const heard = new WeakMap<DrivenPage, Place>();

interface Place {
  channel: PageChannel;
}

export class PageChannel {
  readonly listeners = new Set<ChannelListener>();
  readonly log = new StderrTail();
  private readonly early = new Map<number, string>();
  private next: number;
  private lost: PageLoss | undefined;
  private readonly waiting: (() => void)[] = [];

  private constructor(
    readonly page: DrivenPage,
    /** What the application said of itself, and what the browser says it is. */
    readonly greeting: Greeting,
    before: PageChannel | undefined,
  ) {
    this.next = greeting.told;
    if (before?.greeting.id !== greeting.id) return;
    // Told by the same document behind its greeting, and heard by the one before: nobody tells it again.
    this.next = Math.max(this.next, before.next);
    for (const [number, text] of before.early) if (number >= this.next) this.early.set(number, text);
    while (this.early.delete(this.next)) this.next += 1;
  }

  /**
   * Waits for the application in the page.
   * @throws {AdapterRefusal} the page does not answer, or has not called `serve` in time
   */
  static async open(page: DrivenPage): Promise<PageChannel> {
    const greeted = await awaitServe(page);
    const place = heard.get(page);
    const channel = new PageChannel(page, greeted, place?.channel);
    if (place === undefined) await attach(page, { channel });
    else place.channel = channel;
    return channel;
  }

  get loss(): PageLoss | undefined {
    return this.lost;
  }

  /** Evaluates a call of what `serve` left in the page. */
  async call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.page.evaluate(`globalThis.lastwordPage.${method}(${args.map((each) => JSON.stringify(each)).join()})`);
  }

  /** Whether the page answers in time, and whether all that it had told until then has come out of it. */
  async ask(timeoutMs: number): Promise<'complete' | 'incomplete' | 'silent'> {
    let told: number | undefined;
    const ask = async (): Promise<void> => {
      told = Number(await this.call('told'));
      while (this.next < told && this.lost === undefined) await this.change();
    };
    const isAll = await settlesWithin(
      ask().catch(() => undefined),
      timeoutMs,
    );
    if (told === undefined || this.lost !== undefined) return 'silent';
    return isAll ? 'complete' : 'incomplete';
  }

  hear(payload: unknown): void {
    const told = telling.safeParse(parseJson(payload));
    // Anything in the page may call what was exposed to it, and a page that was left may have been slow to tell.
    if (!told.success || told.data.page !== this.greeting.id) return;
    const { first, texts } = told.data;
    if (first > this.next + mostEarly) return;
    for (const [index, text] of texts.entries()) if (first + index >= this.next) this.early.set(first + index, text);
    for (let text = this.early.get(this.next); text !== undefined; text = this.early.get(this.next)) {
      this.early.delete(this.next);
      this.next += 1;
      for (const each of this.listeners) each.onReport(text);
    }
    this.notify();
  }

  lose(loss: PageLoss): void {
    if (this.lost !== undefined) return;
    this.lost = loss;
    this.note(loss.detail);
    this.notify();
    for (const each of this.listeners) each.onLoss(loss);
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private notify(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  note(text: string): void {
    this.log.push(Buffer.from(`${excerpt(text, 1000)}\n`));
  }

  /** A document was loaded, or the address alone has changed. */
  async lookAgain(): Promise<void> {
    const id = await this.page.evaluate('globalThis.lastwordPage?.id').catch(() => undefined);
    if (id === this.greeting.id || this.lost !== undefined) return;
    this.lose({ kind: 'left', detail: `the page was left for ${excerpt(this.page.url(), 200)}` });
  }
}

async function attach(page: DrivenPage, place: Place): Promise<void> {
  await page.exposeFunction(tellName, (payload) => place.channel.hear(payload));
  page.on('console', (message: { text(): string }) => place.channel.note(`console: ${message.text()}`));
  page.on('pageerror', (error: unknown) => place.channel.note(`page: ${String(error)}`));
  page.on('close', () => place.channel.lose({ kind: 'closed', detail: 'the page was closed, or its browser ended' }));
  const crash = (): void => place.channel.lose({ kind: 'crashed', detail: 'the page crashed' });
  // Playwright's word, and Puppeteer's.
  page.on('crash', crash);
  page.on('error', crash);
  page.on('framenavigated', (frame: unknown) => {
    if (frame === page.mainFrame()) void place.channel.lookAgain();
  });
  // One that could not be listened to is as good as new.
  heard.set(page, place);
}

const greet = `globalThis.lastwordPage && JSON.stringify((({ id, agent, hello, told }) => ({ id, agent, hello, told: told() }))(globalThis.lastwordPage))`;

async function awaitServe(page: DrivenPage): Promise<Greeting> {
  const untilMs = performance.now() + arrivalMs;
  let why = 'it does not answer';
  while (performance.now() < untilMs) {
    if (page.isClosed()) throw new AdapterRefusal('the page is closed: give `fromPage` a function that opens one');
    let answer: unknown;
    const ask = async (): Promise<void> => {
      answer = await page.evaluate(greet);
      why = `nothing in it (${excerpt(page.url(), 200)}) has called \`serve\` of lastword/page`;
    };
    const asked = ask().catch((error: unknown) => {
      // It may be on its way to another document.
      why = excerpt(String(error), 300);
    });
    await settlesWithin(asked, untilMs - performance.now());
    if (answer !== undefined) return decodeGreeting(answer);
    await sleep(lookMs);
  }
  throw new AdapterRefusal(`the page could not be used within ${arrivalMs / 1000} s: ${why}`);
}

function decodeGreeting(answer: unknown): Greeting {
  const decoded = greeting.safeParse(parseJson(answer));
  if (decoded.success) return decoded.data;
  throw new AdapterRefusal('the page has a `lastwordPage` that `serve` of this lastword did not make');
}
