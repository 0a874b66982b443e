/** A container as what holds a client: frozen by the engine's pause, its sockets seen from inside its network. */
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import {
  ClientEnded,
  type Cage,
  type ClientSocket,
  type FrozenCage,
  type StarvedCage,
  type TcpEnd,
} from '../../kit/core/target';
import type { FreezeProof } from '../../kit/core/trial';
import { findCgroup, type Cgroup } from '../../kit/io/cgroup';
import { nowNs } from '../../kit/io/clock';
import { loadLibc } from '../../kit/io/libc';
import { findInProcNetTcp } from '../../kit/io/proc-net-tcp';
import { openSocketDiag, type SocketDiag } from '../../kit/io/socket-diag';
import { engineWords } from './site';

/** From the engine's word that it paused to the kernel's that all stands still, at most, ms. */
const standstillMs = 5000;

export class ContainerCage implements Cage {
  #cgroup: Cgroup | undefined;
  #diag: SocketDiag | undefined;
  #isHeldByKit = false;

  /** @param pid of its first process, as the engine's machine numbers it */
  constructor(
    private readonly container: Dockerode.Container,
    private readonly pid: number,
  ) {
    this.#cgroup = findCgroup(pid, container.id);
    const libc = loadLibc();
    if (this.isLocal && libc !== undefined) this.#diag = openSocketDiag(libc, pid);
  }

  /** Whether its processes are this machine's to see. */
  get isLocal(): boolean {
    return this.#cgroup !== undefined;
  }

  async freeze(): Promise<FrozenCage> {
    if (this.#cgroup?.isFrozen() === true) throw new Error('somebody else had paused its container');
    // Before it is: whoever looks meanwhile must not take it for held by another.
    this.#isHeldByKit = true;
    const failure = await this.#insist(true);
    if (failure !== undefined) {
      this.#isHeldByKit = false;
      if (await this.#hasEnded()) throw new ClientEnded('its container has ended');
      throw new Error(`the engine does not pause its container: ${failure}`);
    }
    let frozenAtNs = nowNs();
    const deadlineNs = frozenAtNs + standstillMs * 1e6;
    while (!(await this.#standsStill())) {
      if (nowNs() > deadlineNs) {
        await this.letGo();
        throw new Error(`its container was paused, and still ran ${standstillMs} ms later`);
      }
      await sleep(1);
      frozenAtNs = nowNs();
    }
    const processes = this.#cgroup?.processes() ?? 1;
    const threads = this.#cgroup?.threads() ?? 1;
    return { thaw: () => this.#thaw({ frozenAtNs, processes, threads }) };
  }

  findSocket(own: TcpEnd, peer: TcpEnd): ClientSocket | undefined {
    if (!this.isLocal) return undefined;
    const row = this.#diag === undefined ? findInProcNetTcp(own, peer, this.pid) : this.#diag.find(own, peer);
    if (row === undefined) return undefined;
    // Whoever has a socket in the container's network is in the container, and all in it is the client.
    return { path: 'direct', row: { state: row.state, rxQueue: row.rxQueue } };
  }

  async starve(percent: number): Promise<StarvedCage> {
    const { container } = this;
    const { HostConfig } = await container.inspect();
    // 0 stands for no limit where it is read, and for no change where it is written.
    const before = (HostConfig.NanoCpus ?? 0) > 0 ? HostConfig.NanoCpus : cpus().length * 1e9;
    const limit = Math.round(percent * 1e7);
    await container.update({ NanoCpus: limit });
    return {
      lift: async () => {
        try {
          const { HostConfig: held } = await container.inspect();
          await container.update({ NanoCpus: before });
          const detail = `the engine left it ${percent} % of one processor`;
          return held.NanoCpus === limit
            ? { confirmed: true, detail }
            : { confirmed: false, detail: 'somebody else changed the limits of its container' };
        } catch (error) {
          return { confirmed: false, detail: `its container could not be looked at: ${engineWords(error)}` };
        }
      },
    };
  }

  async disturbance(): Promise<'held' | 'out-of-memory' | undefined> {
    const group = this.#cgroup;
    if (group !== undefined) {
      if ((group.oomKills() ?? 0) > 0) return 'out-of-memory';
      return !this.#isHeldByKit && group.isFrozen() === true ? 'held' : undefined;
    }
    try {
      const { State } = await this.container.inspect();
      if (State.OOMKilled) return 'out-of-memory';
      return State.Paused && !this.#isHeldByKit ? 'held' : undefined;
    } catch {
      // The container is gone, and its exit is told elsewhere.
      return undefined;
    }
  }

  /** Lets it run, whoever paused it. Resolves with what stood in the way; never rejects. */
  async letGo(): Promise<string | undefined> {
    const failure = await this.#insist(false);
    this.#isHeldByKit = false;
    return failure;
  }

  /** Looks at its sockets no more. */
  close(): void {
    this.#diag?.[Symbol.dispose]();
    this.#diag = undefined;
    this.#cgroup = undefined;
  }

  async #thaw(seen: Pick<FreezeProof, 'frozenAtNs' | 'processes' | 'threads'>): Promise<FreezeProof> {
    const saidBy = this.#cgroup?.says ?? 'engine';
    const stoodStill = await this.#standsStill();
    // From the request on, nobody knows when it goes on.
    const thawedAtNs = nowNs();
    const failure = await this.letGo();
    const reason = !stoodStill
      ? 'its container had been let go before'
      : failure === undefined
        ? undefined
        : `its container could not be let go: ${failure}`;
    return {
      ...seen,
      thawedAtNs,
      confirmed: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
      how: 'pause',
      saidBy,
    };
  }

  /**
   * Pauses, or lets go. The engine hears of both from the runtime, and late: right behind a thaw it may take the container
   * for paused, and right behind a pause for running, which it then refuses to let go. And now and then the runtime gives
   * up before all threads stand still. The kernel knows what is so.
   * @returns what stood in the way; undefined where nothing did
   */
  async #insist(isPause: boolean): Promise<string | undefined> {
    const deadlineNs = nowNs() + standstillMs * 1e6;
    for (;;) {
      try {
        await (isPause ? this.container.pause() : this.container.unpause());
        return undefined;
      } catch (error) {
        const words = engineWords(error);
        const mayHelp = (isPause ? /already paused|pause failed/i : /not paused|resume failed/i).test(words);
        const isAsBefore =
          this.#cgroup === undefined ? isPause || this.#isHeldByKit : this.#cgroup.isFrozen() === !isPause;
        if (!mayHelp || !isAsBefore || nowNs() > deadlineNs) return words;
      }
      await sleep(5);
    }
  }

  async #hasEnded(): Promise<boolean> {
    try {
      const { State } = await this.container.inspect();
      return !State.Running;
    } catch (error) {
      // Of an engine that does not answer, nothing is known.
      return error instanceof Error && 'statusCode' in error && error.statusCode === 404;
    }
  }

  async #standsStill(): Promise<boolean> {
    if (this.#cgroup !== undefined) return this.#cgroup.isFrozen() ?? false;
    try {
      const { State } = await this.container.inspect();
      return State.Paused;
    } catch {
      // The container is gone: nothing of it stands still.
      return false;
    }
  }
}
