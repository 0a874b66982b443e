/**
 * One process of an adapter: started in a process group of its own, read to its last line, and gone at the end with
 * everything that it started. A descendant that left the group is found by a marker in its environment.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { AdapterExit } from '../kit/core/adapter-event';
import { AdapterRefusal } from '../kit/core/target';
import { nowNs } from '../kit/io/clock';
import { guardTree } from '../kit/io/guard';
import { killTree } from '../kit/io/process-tree';
import { settlesWithin, type AdapterCarrier, type Patience } from './adapter-carrier';
import { AdapterOutput, type OutputListener } from './adapter-output';
import { StderrTail } from './stderr-tail';

/** How long a pipe may stay open after its process and every descendant that could be found are gone. */
const orphanPipeMs = 1000;

/** What to start. */
export interface ProcessPlan {
  readonly command: readonly string[];
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** `NAME=value`, put into the environment: the descendants inherit it. */
  readonly marker: string;
  /** Whether the process gets a standard input to be told orders by. */
  readonly hasInput: boolean;
  /** Ends the process, and all that it started, at once. */
  readonly signal: AbortSignal | undefined;
}

/** The variables of the one-shot level; a kit that was itself started by a kit must not hand its own on. */
export const orderVariables = [
  'LASTWORD_URL',
  'LASTWORD_CA_FILE',
  'LASTWORD_TRIAL',
  'LASTWORD_OFFER',
  'LASTWORD_DEADLINE_MS',
  'LASTWORD_REQUIRES',
  'LASTWORD_REACTIONS',
  'LASTWORD_SUBPROTOCOLS',
  'LASTWORD_KEEP_ALIVE',
] as const;

// Where the kit's process ends without closing its sessions, their process groups end with it.
const running = new Set<number>();
process.on('exit', () => {
  for (const pid of running) signalProcessGroup(pid, 'SIGKILL');
});

/** A started process. */
export class AdapterProcess implements AdapterCarrier {
  readonly output: AdapterOutput;
  readonly ended: Promise<AdapterExit>;
  readonly cage = undefined;
  #child: ChildProcess;
  #stderr = new StderrTail();
  #isByKit = false;
  #startFailure: Error | undefined;

  private constructor(
    child: ChildProcess,
    private readonly plan: ProcessPlan,
    listener: OutputListener,
  ) {
    this.#child = child;
    this.output = new AdapterOutput({ listener, nowNs, onFlood: () => this.#stopReading() });
    child.stdout?.on('data', (bytes: Buffer) => this.output.push(bytes));
    child.stderr?.on('data', (bytes: Buffer) => this.#stderr.push(bytes));
    // A broken pipe says only that the process is gone, which its exit says better.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.on('error', () => undefined);
    this.ended = this.#watch();
  }

  /**
   * Starts the process.
   * @throws {AdapterRefusal} the operating system does not start it
   */
  static async start(plan: ProcessPlan, listener: OutputListener): Promise<AdapterProcess> {
    plan.signal?.throwIfAborted();
    const [program = '', ...args] = plan.command;
    const { cwd } = plan;
    let child: ChildProcess;
    try {
      child = spawn(program, args, {
        ...(cwd === undefined ? {} : { cwd }),
        env: environmentOf(plan),
        detached: true,
        stdio: [plan.hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      throw startRefusal(program, error);
    }
    const started = new AdapterProcess(child, plan, listener);
    if (child.pid === undefined) {
      await started.ended;
      throw startRefusal(program, started.#startFailure);
    }
    return started;
  }

  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }

  write(line: string): Promise<void> {
    const { stdin } = this.#child;
    if (!stdin?.writable) return Promise.resolve();
    return new Promise((resolve) => {
      stdin.write(line, () => resolve());
    });
  }

  stderrTail(): string {
    return this.#stderr.text();
  }

  async stop(patience: Pick<Patience, 'inputEndMs' | 'termMs'>): Promise<AdapterExit> {
    this.#isByKit = true;
    if (this.#child.stdin && !this.plan.signal?.aborted) {
      this.#child.stdin.end();
      if (await settlesWithin(this.ended, patience.inputEndMs)) return this.ended;
    }
    const { pid } = this;
    if (pid !== undefined && !this.plan.signal?.aborted) {
      signalProcessGroup(pid, 'SIGTERM');
      // A process that is still frozen would see SIGTERM only after its thaw.
      signalProcessGroup(pid, 'SIGCONT');
      if (await settlesWithin(this.ended, patience.termMs)) return this.ended;
    }
    return this.kill();
  }

  async kill(): Promise<AdapterExit> {
    this.#isByKit = true;
    const { pid } = this;
    if (pid !== undefined) await killTree(pid, this.plan.marker);
    return this.ended;
  }

  #watch(): Promise<AdapterExit> {
    const child = this.#child;
    const { pid } = child;
    const { signal } = this.plan;
    if (pid !== undefined) running.add(pid);
    const guarded = pid === undefined ? undefined : guardTree(pid, this.plan.marker);
    const onAbort = () => void this.kill();
    signal?.addEventListener('abort', onAbort, { once: true });
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const exited = new Promise<AdapterExit>((resolve) => {
      child.once('exit', (code, reason) => resolve({ code, signal: reason, atNs: nowNs(), byKit: this.#isByKit }));
      child.once('error', (error) => {
        if (pid !== undefined) return;
        this.#startFailure = error;
        resolve({ code: null, signal: null, atNs: nowNs(), byKit: false });
      });
    });
    return exited.then(async (exit) => {
      if (pid !== undefined) {
        running.delete(pid);
        await killTree(pid, this.plan.marker);
        guarded?.release();
        if (!(await settlesWithin(closed, orphanPipeMs))) child.stdout?.destroy();
      }
      signal?.removeEventListener('abort', onAbort);
      child.stderr?.destroy();
      this.output.end({ isCut: exit.byKit });
      return exit;
    });
  }

  #stopReading(): void {
    this.#child.stdout?.destroy();
    void this.kill();
  }
}

function environmentOf(plan: ProcessPlan): NodeJS.ProcessEnv {
  const inherited = { ...process.env };
  for (const variable of orderVariables) delete inherited[variable];
  // Whoever certifies signs with it; the client under test is the last to need it.
  delete inherited['LASTWORD_SIGNING_KEY'];
  const at = plan.marker.indexOf('=');
  return { ...inherited, ...plan.env, [plan.marker.slice(0, at)]: plan.marker.slice(at + 1) };
}

function signalProcessGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group is gone already, or (EPERM) changed its user: `killTree` has the last word.
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) throw error;
  }
}

function startRefusal(program: string, error: unknown): AdapterRefusal {
  return new AdapterRefusal(`\`${program}\` cannot be started: ${error instanceof Error ? error.message : 'unknown'}`);
}
