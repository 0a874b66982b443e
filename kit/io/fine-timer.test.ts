import { nowNs } from './clock';
import { startTimer } from './fine-timer';

const elapsedOf = (ms: number): Promise<number> =>
  new Promise((resolve) => {
    const startedNs = nowNs();
    startTimer(ms, () => resolve((nowNs() - startedNs) / 1e6));
  });

describe('a fine timer', () => {
  it.each([0, 0.1, 0.5, 1, 3, 25])('runs no sooner than %p ms', async (ms) => {
    // Node may fire a timer of its own up to 1 ms early.
    expect(await elapsedOf(ms)).toBeGreaterThanOrEqual(ms < 20 ? ms : ms - 1);
  });

  it('keeps fractions apart, however busy the machine is', async () => {
    // The best of many: each is late by whatever else runs, and none is early.
    const best = async (ms: number): Promise<number> => {
      let least = Infinity;
      for (let at = 0; at < 50; at += 1) least = Math.min(least, await elapsedOf(ms));
      return least;
    };
    expect(await best(0.2)).toBeLessThan(0.7);
    expect(await best(2.5)).toBeLessThan(3);
  });

  it.each([0.5, 5, 30])('of %p ms that is cancelled does not run', async (ms) => {
    let hasRun = false;
    startTimer(ms, () => {
      hasRun = true;
    }).cancel();
    await elapsedOf(ms + 10);
    expect(hasRun).toBe(false);
  });
});
