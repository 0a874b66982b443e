/** The run's side of the thread that captures packets. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CaptureSite } from '../core/endpoint';
import type { ConnectionPackets } from '../core/packets';
import type { Connection } from '../core/trial';
import type { CaptureThreadData, FromCapture, ToCapture } from './capture-messages';
import { guardProcess } from './guard';
import { CaptureRefused } from './packet-capture';

/** Time that the thread has to end, and the tool before it, in ms. */
const closeMs = 10_000;

type Found = ConnectionPackets | string;

/** A capture that runs, in a thread of its own. */
export class CaptureClient implements AsyncDisposable {
  private readonly waiting = new Map<number, (found: Found) => void>();
  private readonly guarded = new Map<number, { release(): void }>();
  private readonly ended: Promise<void>;
  private lastId = 0;
  private version = '';
  private dropped: number | undefined;
  private isOver = false;
  private onOpen: (refused?: CaptureRefused) => void = () => undefined;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (message: FromCapture) => this.hear(message));
    this.ended = new Promise((resolve) => {
      const end = (why: string): void => {
        this.isOver = true;
        this.onOpen(new CaptureRefused([why]));
        for (const answer of this.waiting.values()) answer(why);
        this.waiting.clear();
        resolve();
      };
      worker.once('error', (error) => end(`the thread that captures failed: ${String(error).slice(0, 160)}`));
      worker.once('exit', () => end('the capture has ended'));
    });
  }

  /**
   * Starts to capture; resolves once packets are seen to be captured.
   * @param site undefined: the endpoint's packets cannot be seen from here
   * @throws {CaptureRefused} nothing can be captured
   */
  static async open(site: CaptureSite | undefined): Promise<CaptureClient> {
    if (process.platform !== 'linux') throw new CaptureRefused(['packets are captured on Linux only']);
    if (site === undefined) throw new CaptureRefused(['the packets of this endpoint cannot be seen from here']);
    const data: CaptureThreadData = { site };
    // What it keeps lies in buffers, which do not count here.
    const resourceLimits = { maxYoungGenerationSizeMb: 4 };
    const client = new CaptureClient(new Worker(threadFile(), { workerData: data, resourceLimits }));
    const refused = await new Promise<CaptureRefused | undefined>((resolve) => {
      client.onOpen = resolve;
    });
    if (refused === undefined) return client;
    await client[Symbol.asyncDispose]();
    throw refused;
  }

  /** The tool and its version. */
  get by(): string {
    return this.version;
  }

  /**
   * What was captured of a connection, all of it.
   * @param beganNs when it was first heard of, on the kit's clock
   * @returns why not, where it is not there or not whole
   */
  cut(connection: Connection, beganNs: number): Promise<Found> {
    if (this.isOver) return Promise.resolve('the capture has ended');
    return new Promise((resolve) => {
      const id = ++this.lastId;
      this.waiting.set(id, resolve);
      this.say({ op: 'cut', id, connection, beganNs });
    });
  }

  /** Ends the tool and the thread. @returns how many packets the kernel had to drop, where the tool tells */
  async close(): Promise<number | undefined> {
    if (!this.isOver) this.say({ op: 'close' });
    // Where it does not answer, the guard ends the tool.
    const late = setTimeout(() => void this.worker.terminate(), closeMs);
    await this.ended;
    clearTimeout(late);
    return this.dropped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private say(message: ToCapture): void {
    this.worker.postMessage(message);
  }

  private hear(message: FromCapture): void {
    switch (message.op) {
      case 'process':
        if (message.isRunning) this.guarded.set(message.pid, guardProcess(message.pid));
        else this.guarded.get(message.pid)?.release();
        return;
      case 'open':
        this.version = message.by;
        this.onOpen();
        return;
      case 'refused':
        this.onOpen(new CaptureRefused(message.reasons));
        void this.worker.terminate();
        return;
      case 'cut':
        this.waiting.get(message.id)?.(message.found);
        this.waiting.delete(message.id);
        return;
      case 'closed':
        this.dropped = message.dropped;
        void this.worker.terminate();
        return;
      default:
        throw new TypeError(`unknown message ${String(message satisfies never)}`);
    }
  }
}

/** Tests run the TypeScript, a thread needs the build. */
function threadFile(): string {
  const built = join(__dirname, 'capture-thread.js');
  return existsSync(built) ? built : join(__dirname, '../../dist/kit/io/capture-thread.js');
}
