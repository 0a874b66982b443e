/**
 * One container of an adapter: attached to before it starts, so that no line is lost, read to its last line, and removed at
 * its end. An init process of the engine's is its first one, so that signals and orphans are dealt with.
 */
import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import type Dockerode from 'dockerode';
import type { AdapterExit } from '../../kit/core/adapter-event';
import { AdapterRefusal } from '../../kit/core/target';
import { nowNs } from '../../kit/io/clock';
import { readProcesses } from '../../kit/io/process-table';
import { settlesWithin, type AdapterCarrier, type CarrierStart, type Patience } from '../adapter-carrier';
import { AdapterOutput, type OutputListener } from '../adapter-output';
import { StderrTail } from '../stderr-tail';
import { caMount } from './ca-volume';
import { ContainerCage } from './container-cage';
import { Demux } from './demux';
import type { FoundImage } from './find-image';
import { engineStatus, engineWords, type ContainerSite } from './site';

/** How long the output of a container that has ended may take to come, ms. */
const lastWordsMs = 2000;
/** Enough for a browser, and no fork bomb. */
const mostProcesses = 4096;

/** What to start. */
export interface ContainerPlan {
  readonly site: ContainerSite;
  readonly image: FoundImage;
  /** Instead of the image's own `CMD`; behind its `ENTRYPOINT`. */
  readonly command: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: ContainerLimits;
  /** Name of the volume with the CA. */
  readonly caVolume: string;
  readonly signal: AbortSignal | undefined;
}

/** What a container may use; absent: all that the engine has. */
export interface ContainerLimits {
  /** Processors, 0.5 for half of one. */
  readonly cpus?: number | undefined;
  /** Memory; none is swapped out. */
  readonly memoryBytes?: number | undefined;
}

/** A container that runs, attached to. */
export interface StartedContainer {
  readonly container: Dockerode.Container;
  readonly stream: Duplex;
  /** Of its first process, as the engine's machine numbers it. */
  readonly pid: number;
}

export class AdapterContainer implements AdapterCarrier {
  readonly output: AdapterOutput;
  readonly ended: Promise<AdapterExit>;
  readonly cage: ContainerCage;
  readonly #stderr = new StderrTail();
  readonly #init: number;
  #isByKit = false;
  #hasEnded = false;
  #pid: number | undefined;
  #removed: Promise<void> | undefined;

  private constructor(
    private readonly plan: ContainerPlan,
    private readonly parts: StartedContainer,
    listener: OutputListener,
  ) {
    const { container, stream, pid } = parts;
    this.#init = pid;
    this.cage = new ContainerCage(container, pid);
    this.output = new AdapterOutput({ listener, nowNs, onFlood: () => this.#stopReading() });
    const demux = new Demux({
      onStdout: (bytes) => this.output.push(bytes),
      onStderr: (bytes) => this.#stderr.push(bytes),
    });
    this.ended = this.#watch();
    setImmediate(() => stream.on('data', (bytes: Buffer) => demux.push(bytes)));
  }

  /** Listens to a container that was started. */
  static async over(
    plan: ContainerPlan,
    started: StartedContainer,
    listener: OutputListener,
  ): Promise<AdapterContainer> {
    const adapter = new AdapterContainer(plan, started, listener);
    // What was aborted while it started is over before it has said anything.
    if (plan.signal?.aborted) await adapter.kill();
    plan.signal?.throwIfAborted();
    return adapter;
  }

  /** The client's own first process, which the init process has started. */
  get pid(): number | undefined {
    if (this.#hasEnded || !this.cage.isLocal) return undefined;
    this.#pid ??= readProcesses().find(({ parent }) => parent === this.#init)?.pid;
    return this.#pid;
  }

  write(line: string): Promise<void> {
    const { stream } = this.parts;
    if (!stream.writable) return Promise.resolve();
    return new Promise((resolve) => {
      stream.write(line, () => resolve());
    });
  }

  stderrTail(): string {
    return this.#stderr.text();
  }

  async stop(patience: Pick<Patience, 'inputEndMs' | 'termMs'>): Promise<AdapterExit> {
    this.#isByKit = true;
    if (!this.#hasEnded && !this.plan.signal?.aborted) {
      // A paused container reads no end of input, and hears no signal.
      await this.cage.letGo();
      this.parts.stream.end();
      if (!(await settlesWithin(this.ended, patience.inputEndMs))) {
        await this.parts.container.kill({ signal: 'SIGTERM' }).catch(() => undefined);
        await settlesWithin(this.ended, patience.termMs);
      }
    }
    return this.kill();
  }

  async kill(): Promise<AdapterExit> {
    this.#isByKit = true;
    await this.#remove();
    return this.ended;
  }

  async #watch(): Promise<AdapterExit> {
    const { stream, container } = this.parts;
    const { signal } = this.plan;
    const onAbort = (): void => void this.kill();
    signal?.addEventListener('abort', onAbort, { once: true });
    const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
    const code = await exitCode(container);
    const atNs = nowNs();
    const byKit = this.#isByKit;
    const outside = byKit ? undefined : await outsideCause(container, code);
    this.#hasEnded = true;
    if (!(await settlesWithin(closed, lastWordsMs))) stream.destroy();
    signal?.removeEventListener('abort', onAbort);
    this.cage.close();
    this.output.end({ isCut: byKit });
    void this.#remove();
    return { ...statusOf(code), atNs, byKit, ...(outside === undefined ? {} : { outside }) };
  }

  /** Removes it, running or not, paused or not. Never rejects: the run's end removes what is left. */
  #remove(): Promise<void> {
    this.#removed ??= this.#tryRemove();
    return this.#removed;
  }

  async #tryRemove(): Promise<void> {
    const { site } = this.plan;
    const { container } = this.parts;
    const remove = (): Promise<unknown> => container.remove({ force: true, v: true });
    try {
      if (!this.#hasEnded) await this.cage.letGo();
      await site.retry('removal of a client’s container', remove);
    } catch (error) {
      if (engineStatus(error) === 404 || /already in progress/.test(engineWords(error))) return;
      site.log(`a client’s container could not be removed: ${engineWords(error)}`);
    }
  }

  #stopReading(): void {
    this.parts.stream.destroy();
    void this.kill();
  }
}

/**
 * Starts a container, and reads nothing of it yet: its output waits for who listens.
 * @throws {AdapterRefusal} the engine does not start it
 */
export async function startContainer(
  plan: ContainerPlan,
  { hasInput, order }: CarrierStart,
): Promise<StartedContainer> {
  const { site, signal, image } = plan;
  signal?.throwIfAborted();
  let container: Dockerode.Container | undefined;
  try {
    const options = createOptions({ ...plan, env: { ...plan.env, ...order } }, hasInput);
    container = await site.retry('the container of a client', () => site.docker.createContainer(options));
    const stream = await attach(container, hasInput);
    // A broken stream says only that the container is gone, which its exit says better.
    stream.on('error', () => undefined);
    await container.start();
    const { State } = await container.inspect();
    return { container, stream, pid: State.Pid };
  } catch (error) {
    await container?.remove({ force: true, v: true }).catch(() => undefined);
    signal?.throwIfAborted();
    throw new AdapterRefusal(`a container of \`${image.reference}\` cannot be started: ${engineWords(error)}`);
  }
}

function createOptions(plan: ContainerPlan, hasInput: boolean): Dockerode.ContainerCreateOptions {
  const { site, image, command, env, limits, caVolume } = plan;
  const { cpus, memoryBytes } = limits;
  return {
    Image: image.id,
    ...(command === undefined ? {} : { Cmd: [...command] }),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...site.labels },
    Tty: false,
    AttachStdin: hasInput,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: hasInput,
    StdinOnce: hasInput,
    HostConfig: {
      NetworkMode: site.network,
      Init: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: mostProcesses,
      Mounts: [caMount(caVolume, true)],
      // What it prints is read here; a flood must not fill the engine's disk.
      LogConfig: { Type: 'none', Config: {} },
      ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
      ...(memoryBytes === undefined ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
    },
  };
}

async function attach(container: Dockerode.Container, hasInput: boolean): Promise<Duplex> {
  const stream = await container.attach({ stream: true, hijack: true, stdin: hasInput, stdout: true, stderr: true });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a hijacked connection is a socket
  return stream as Duplex;
}

/** Resolves when it has ended; undefined where the engine cannot say with what. Never rejects. */
async function exitCode(container: Dockerode.Container): Promise<number | undefined> {
  try {
    const answer: unknown = await container.wait();
    const code: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'StatusCode') : undefined;
    return typeof code === 'number' ? code : undefined;
  } catch {
    // It was removed meanwhile, or the engine has ended.
    return undefined;
  }
}

/** What ended it that was not the client; undefined where nothing is known of such a thing. */
async function outsideCause(container: Dockerode.Container, code: number | undefined): Promise<string | undefined> {
  const gone = 'somebody removed the client’s container, or the engine ended';
  try {
    const { State } = await container.inspect();
    if (State.OOMKilled)
      return 'the client’s container was given too little memory, and the kernel killed a process in it';
  } catch {
    return gone;
  }
  return code === undefined ? gone : undefined;
}

/** The init process, and engines, say 128 + N where signal N ended the program. */
function statusOf(code: number | undefined): Pick<AdapterExit, 'code' | 'signal'> {
  const found = Object.entries(constants.signals).find(([, number]) => code === 128 + number);
  return found === undefined ? { code: code ?? null, signal: null } : { code: null, signal: found[0] };
}
