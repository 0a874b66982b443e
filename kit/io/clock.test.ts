import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { nowNs, StallMonitor } from './clock';

const MS = 1e6;

function monitorAt(start: { ns: number; wallMs: number }, capacity?: number): StallMonitor {
  return new StallMonitor({ monotonicNs: () => start.ns, wallMs: () => start.wallMs }, capacity);
}

describe('the clock', () => {
  it('is the same in every thread', async () => {
    const before = nowNs();
    const worker = new Worker(
      'require("node:worker_threads").parentPort.postMessage(Number(process.hrtime.bigint()))',
      { eval: true },
    );
    const [inWorker] = await once(worker, 'message');
    const after = nowNs();
    expect(before).toBeLessThanOrEqual(Number(inWorker));
    expect(Number(inWorker)).toBeLessThanOrEqual(after);
  });
});

describe('the stall monitor', () => {
  it('gives the longest gap of those that touch the window', () => {
    const time = { ns: 0, wallMs: 0 };
    using monitor = monitorAt(time);
    for (const ms of [50, 100, 400, 450, 500]) {
      time.ns = ms * MS;
      time.wallMs = ms;
      monitor.tick();
    }
    expect(monitor.worst(0, 500 * MS)).toEqual({ longestGapNs: 300 * MS, clockStepMs: 0, isComplete: true });
    expect(monitor.worst(200 * MS, 250 * MS)).toMatchObject({ longestGapNs: 300 * MS });
    expect(monitor.worst(420 * MS, 500 * MS)).toMatchObject({ longestGapNs: 50 * MS });
  });

  it('counts a gap that is still open', () => {
    using monitor = monitorAt({ ns: 0, wallMs: 0 });
    expect(monitor.worst(0, 700 * MS)).toMatchObject({ longestGapNs: 700 * MS });
  });

  it('tells a step of the wall clock of more than 500 ms, either way', () => {
    const time = { ns: 0, wallMs: 10_000 };
    using monitor = monitorAt(time);
    for (const [ms, wallMs] of [
      [50, 10_050],
      [100, 9000],
      [150, 9050],
      [200, 9500],
    ] as const) {
      Object.assign(time, { ns: ms * MS, wallMs });
      monitor.tick();
    }
    expect(monitor.worst(0, 200 * MS).clockStepMs).toBe(-1100);
    expect(monitor.worst(140 * MS, 200 * MS).clockStepMs).toBe(0);
  });

  it('says where its memory does not reach back', () => {
    const time = { ns: 0, wallMs: 0 };
    using monitor = monitorAt(time, 3);
    for (const ms of [50, 100, 150]) {
      time.ns = ms * MS;
      monitor.tick();
    }
    expect(monitor.worst(0, 150 * MS).isComplete).toBe(false);
    expect(monitor.worst(50 * MS, 150 * MS).isComplete).toBe(true);
  });

  it('sees a stall of the real event loop', async () => {
    using monitor = new StallMonitor();
    const fromNs = nowNs();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120);
    await new Promise((resolve) => setImmediate(resolve));
    expect(monitor.worst(fromNs, nowNs()).longestGapNs).toBeGreaterThanOrEqual(120 * MS);
  });
});
