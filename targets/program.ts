/** Any program that speaks the adapter protocol as a target. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { AdapterRefusal, type AdapterListener, type AdapterSession, type Target } from '../kit/core/target';
import type { ProcessPlan } from './adapter-process';
import { locateProgram } from './locate-program';
import { probeOneShot } from './one-shot';
import { openResident } from './resident';

/** How a program is told its orders; `auto` finds out, and prefers `resident`. */
export type ProgramMode = 'auto' | 'resident' | 'one-shot';

/** How long the kit waits for an adapter, in ms. */
export interface Patience {
  /** For the hello after the start; default 30 s. */
  readonly helloMs: number;
  /** For the answer to the first ping; default 10 s. */
  readonly pongMs: number;
  /** For the end of the program after its input ended; default 3 s. */
  readonly inputEndMs: number;
  /** For the end of the program after SIGTERM; default 3 s. */
  readonly termMs: number;
}

export interface ProgramOptions {
  readonly name: string;
  /** The program and its arguments; no shell reads them. A bare name is searched in PATH. */
  readonly command: readonly string[];
  /** Default: the kit's own. */
  readonly cwd?: string | undefined;
  /** Added to the kit's own environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Default `auto`. */
  readonly mode?: ProgramMode | undefined;
  /** Default 50. */
  readonly recycleAfterTrials?: number | undefined;
  readonly digest?: Target['digest'];
  /** Ends every process of the target at once, and every launch that is under way. */
  readonly signal?: AbortSignal | undefined;
  readonly patience?: Partial<Patience> | undefined;
}

/** What the two levels need to know of a program. */
export interface Program {
  readonly plan: Omit<ProcessPlan, 'hasInput'>;
  readonly patience: Patience;
}

const defaultPatience: Patience = { helloMs: 30_000, pongMs: 10_000, inputEndMs: 3000, termMs: 3000 };

/**
 * A program as a target: resident, or started once a trial.
 * @throws {KitError} `PROGRAM_MISSING` where there is no such program, or it is not executable
 */
export function programTarget(options: ProgramOptions): Target {
  const { name, command, cwd, env = {}, recycleAfterTrials = 50, digest, signal } = options;
  const program = locateProgram(command[0] ?? '', { cwd, path: env['PATH'] ?? process.env['PATH'] });
  if (signal) setMaxListeners(0, signal);
  let mode = options.mode ?? 'auto';
  const patience = { ...defaultPatience, ...options.patience };
  return {
    name,
    inProcess: false,
    recycleAfterTrials,
    get digest() {
      return digest;
    },
    async launch(listener: AdapterListener): Promise<AdapterSession> {
      const plan = { command: [program, ...command.slice(1)], cwd, env, signal, marker: newMarker() };
      const resident = mode === 'one-shot' ? undefined : await openResident({ plan, patience }, listener);
      if (resident?.session) {
        mode = 'resident';
        return resident.session;
      }
      if (mode === 'resident' && resident) throw refusal('resident adapter', [resident.seen], resident.stderr);
      const oneShot = await probeOneShot({ plan, patience }, listener);
      if (!oneShot.session) {
        const seen = resident
          ? [`with standard input: ${resident.seen}`, `once a trial: ${oneShot.seen}`]
          : [oneShot.seen];
        throw refusal(
          mode === 'one-shot' ? 'one-shot adapter' : 'adapter',
          seen,
          oneShot.stderr || (resident?.stderr ?? ''),
        );
      }
      mode = 'one-shot';
      return oneShot.session;
    },
  };
}

function newMarker(): string {
  return `LASTWORD_PROCESS=${randomUUID()}`;
}

function refusal(what: string, seen: readonly string[], stderr: string): AdapterRefusal {
  const advice = 'The first line of an adapter is its `hello`; try it with `lastword check-adapter -- CMD ARGS`.';
  return new AdapterRefusal(`the program is no ${what}: ${seen.join('; ')}. ${advice}`, stderr);
}
