import type { AdapterSession, Target } from '../core/target';
import { AdapterPool } from './adapter-pool';

const session = { mode: 'resident', close: () => Promise.resolve() } as AdapterSession;

describe('the adapter processes of a target', () => {
  it('a successor that did not come up is started again by whoever needs it', async () => {
    const launches = [Promise.resolve(session), undefined, Promise.resolve(session)];
    const target: Target = {
      name: 'five-trials',
      inProcess: false,
      recycleAfterTrials: 5,
      digest: undefined,
      // An interrupt ends a start by its own reason.
      launch: () => launches.shift() ?? Promise.reject(new Error('SIGINT')),
    };
    const pool = new AdapterPool(
      target,
      () => undefined,
      () => undefined,
    );
    const first = await pool.start();
    for (const trial of ['1', '2', '3', '4']) first.open(trial);
    expect(await pool.usable(first)).toBe(first);
    first.open('5');
    const second = await pool.usable(first);
    expect(second?.number).toBe(3);
    expect(launches).toEqual([]);
    await pool.retireAll();
  });
});
