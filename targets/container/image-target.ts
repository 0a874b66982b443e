/** A client in a container as a target. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { AdapterRefusal, type AdapterListener, type AdapterSession, type Target } from '../../kit/core/target';
import { defaultPatience, type CarrierStart, type Patience, type Program } from '../adapter-carrier';
import type { OutputListener } from '../adapter-output';
import { openAdapter, type ProgramMode } from '../open-adapter';
import {
  AdapterContainer,
  startContainer,
  type ContainerLimits,
  type ContainerPlan,
  type StartedContainer,
} from './adapter-container';
import { caFileInside, fillCaVolume, prepareCaVolume } from './ca-volume';
import { findImage, type FoundImage } from './find-image';
import type { ContainerSite } from './site';

/** A target that needs a place in a run's network before anything of it can start. */
export interface ImageTarget extends Target {
  readonly place: 'network';
  /**
   * The same target, standing there.
   * @throws {KitError} `IMAGE`, `IMAGE_MISSING`
   */
  within(site: ContainerSite): Promise<Target>;
}

export interface ImageTargetOptions {
  readonly name: string;
  readonly reference: string;
  /** Instead of the image's own `CMD`. */
  readonly command?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly limits?: ContainerLimits | undefined;
  /** Default `auto`. */
  readonly mode?: ProgramMode | undefined;
  /** Default 200: a container takes half a second to start. */
  readonly recycleAfterTrials?: number | undefined;
  /** What to type behind `lastword run` to mean it. */
  readonly spec: string;
  /** Ends every container of the target at once, and every launch that is under way. */
  readonly signal?: AbortSignal | undefined;
  readonly patience?: Partial<Patience> | undefined;
}

export function imageTarget(options: ImageTargetOptions): ImageTarget {
  const { name, spec, signal, recycleAfterTrials = 200 } = options;
  if (signal) setMaxListeners(0, signal);
  const traits = { name, spec, inProcess: false, place: 'network' as const, recycleAfterTrials };
  return {
    ...traits,
    digest: undefined,
    launch: () => Promise.reject(new TypeError(`${name} was given no place in a run’s network`)),
    within: async (site) => {
      const image = await findImage(site, options.reference, signal);
      return { ...traits, digest: image.digest, launch: launcher(options, site, image) };
    },
  };
}

/** Whether a target has to be given a place first. */
export function isImageTarget(target: Target): target is ImageTarget {
  return 'within' in target && typeof target.within === 'function';
}

function launcher(options: ImageTargetOptions, site: ContainerSite, image: FoundImage): Target['launch'] {
  const { command, env = {}, limits = {}, signal } = options;
  const patience = { ...defaultPatience, ...options.patience };
  let mode = options.mode ?? 'auto';
  const start = async (how: CarrierStart): Promise<{ plan: ContainerPlan; started: StartedContainer }> => {
    const { volume } = await prepareCaVolume(site, image.id);
    const plan = { site, image, command, env, limits, signal, caVolume: volume };
    return { plan, started: await startContainer(plan, how) };
  };
  // The first one starts while the endpoint does: until it is given a trial it needs no CA.
  let early = mode === 'one-shot' ? undefined : start({ hasInput: true });
  // Whoever takes it hears what went wrong; of a run that never begins, it is removed at the end.
  if (early !== undefined) site.track(early);
  const carry = async (how: CarrierStart, output: OutputListener): Promise<AdapterContainer> => {
    const taken = how.hasInput ? early : undefined;
    if (taken !== undefined) early = undefined;
    const { plan, started } = await (taken ?? start(how));
    return AdapterContainer.over(plan, started, output);
  };
  // No process of this machine has the marker: what a container holds is found by the container.
  const marker = `LASTWORD_PROCESS=${randomUUID()}`;
  const stand = { freezing: 'cage', place: 'network', caFile: caFileInside, marker } as const;
  const program: Program = { what: `the image \`${image.reference}\``, patience, signal, stand, start: carry };
  return async (listener: AdapterListener): Promise<AdapterSession> => {
    try {
      await fillCaVolume(site, image.id);
      const session = await openAdapter(program, mode, listener);
      mode = session.mode;
      return session;
    } catch (error) {
      if (!(error instanceof AdapterRefusal) || image.mismatch === undefined) throw error;
      throw new AdapterRefusal(`${image.mismatch}. What was seen: ${error.message}`, error.stderr);
    }
  };
}
