/** A target that is known by its name at once, and made ready when a run first needs it. */
import type { Target } from '../kit/core/target';

/** How it is made ready: installed, built. */
export interface LazyTarget {
  readonly name: string;
  /** What to type behind `lastword run` to mean it. */
  readonly spec: string;
  readonly recycleAfterTrials: number;
  /** Called once, at the first launch; again where it failed. */
  readonly prepare: () => Promise<Target>;
}

/** A target whose preparation is part of its first launch; an error of it is the launch's. */
export function lazyTarget({ name, spec, recycleAfterTrials, prepare }: LazyTarget): Target {
  let ready: Target | undefined;
  let preparing: Promise<Target> | undefined;
  const prepared = async (): Promise<Target> => {
    try {
      ready = await (preparing ??= prepare());
      return ready;
    } catch (error) {
      preparing = undefined;
      throw error;
    }
  };
  return {
    name,
    spec,
    inProcess: false,
    recycleAfterTrials,
    get digest() {
      return ready?.digest;
    },
    launch: async (listener) => (await prepared()).launch(listener),
  };
}
