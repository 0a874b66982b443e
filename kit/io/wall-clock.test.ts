import { WallClock } from './wall-clock';

/** Clocks that move on by 100 µs each time that they are looked at. */
function clocks() {
  const at = { monotonicNs: 5_000_000_000, wallNs: 1_700_000_000_000_400_000n };
  const pass = (): void => {
    at.monotonicNs += 100_000;
    at.wallNs += 100_000n;
  };
  return {
    wallMs: () => {
      pass();
      return Number(at.wallNs / 1_000_000n);
    },
    monotonicNs: () => at.monotonicNs,
    set: (ns: bigint) => {
      at.wallNs += ns;
    },
    differenceNs: () => at.wallNs - BigInt(at.monotonicNs),
  };
}

it('knows the wall clock better than a millisecond', () => {
  const { wallMs, monotonicNs, differenceNs } = clocks();
  expect(Number(new WallClock(wallMs, monotonicNs).offsetNs - differenceNs())).toBe(0);
});

it('measures again where the clock was set, and only then', () => {
  const { wallMs, monotonicNs, differenceNs, set } = clocks();
  const clock = new WallClock(wallMs, monotonicNs);
  set(500_000n);
  clock.check();
  expect(Number(clock.offsetNs - differenceNs())).toBe(-500_000);
  set(3_600_000_000_000n);
  clock.check();
  expect(Number(clock.offsetNs - differenceNs())).toBe(0);
});
