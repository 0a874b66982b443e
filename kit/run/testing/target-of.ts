/** A target as a literal, for tests: what its adapter does is the caller's. */
import type { AdapterListener, AdapterSession, Target } from '../../core/target';

/** @param sessionOf what is launched, as far as the test needs it */
export function targetOf(sessionOf: (listener: AdapterListener) => Partial<AdapterSession>): Target {
  return {
    name: 'test',
    inProcess: false,
    recycleAfterTrials: 10,
    digest: undefined,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a part of one, and no more is asked of it
    launch: (listener) => Promise.resolve(sessionOf(listener) as AdapterSession),
  };
}
