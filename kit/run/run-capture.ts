/** What a run has of its packets: a capture that runs beside it, or the reason why there is none. */
import type { Endpoint } from '../core/endpoint';
import { KitError } from '../core/kit-error';
import type { Environment } from '../core/report';
import type { Trial } from '../core/trial';
import { remedyFor } from '../io/capture-tool';
import { CaptureClient } from '../io/capture-client';
import { CaptureRefused } from '../io/packet-capture';

export const captureWishes = ['auto', 'real', 'synthesised'] as const;

/** Packets as they are captured where that is possible; as they are captured, or no run; or made of the bytes sent. */
export type CaptureWish = (typeof captureWishes)[number];

export class RunCapture implements AsyncDisposable {
  private constructor(
    /** For the report. */
    readonly words: NonNullable<Environment['capture']>,
    private readonly capture?: CaptureClient,
  ) {}

  /**
   * Begins to capture, where that is wanted.
   * @throws {KitError} `CAPTURE` it has to be real, and cannot be
   */
  static async open(wish: CaptureWish, endpoint: Endpoint): Promise<RunCapture> {
    if (wish === 'synthesised') return new RunCapture({ source: 'synthesised', why: 'asked for' });
    try {
      const site = endpoint.captureSite;
      const capture = await CaptureClient.open(site);
      return new RunCapture({ source: 'captured', by: capture.by, device: site?.device ?? '' }, capture);
    } catch (error) {
      if (!(error instanceof CaptureRefused)) throw error;
      if (wish === 'auto') return new RunCapture({ source: 'synthesised', why: error.message });
      throw new KitError('CAPTURE', `\`--capture real\`: ${error.message}; ${remedyFor(error.reasons)}`);
    }
  }

  /** A trial with its packets in place of its bytes, or with its bytes and why there are no packets. */
  async addPackets(trial: Trial): Promise<Trial> {
    const { capture } = this;
    const main = trial.connections.find((each) => !each.held);
    if (capture === undefined || main === undefined) return trial;
    const found = await capture.cut(main, main.events[0]?.atNs ?? trial.startedAtNs);
    const { capture: bytes, ...rest } = main;
    const kept =
      typeof found === 'string'
        ? { ...rest, ...(bytes === undefined ? {} : { capture: bytes }), packetsMissing: found }
        : { ...rest, packets: found };
    return { ...trial, connections: trial.connections.map((each) => (each === main ? kept : each)) };
  }

  /** Ends it. @returns how many packets the kernel had to drop, where that is known */
  async close(): Promise<number | undefined> {
    return this.capture?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.capture?.[Symbol.asyncDispose]();
  }
}
