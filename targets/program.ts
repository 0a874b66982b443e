/** Any program that speaks the adapter protocol as a target. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { AdapterRefusal, type AdapterListener, type AdapterSession, type Target } from '../kit/core/target';
import { defaultPatience, type Patience } from './adapter-carrier';
import { AdapterProcess } from './adapter-process';
import { locateProgram } from './locate-program';
import { openAdapter, type ProgramMode } from './open-adapter';

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
  /** What a freeze stops: all of its processes (default), or the client's main thread alone, by the adapter. */
  readonly freeze?: FreezeMode | undefined;
  readonly digest?: Target['digest'];
  /** Ends every process of the target at once, and every launch that is under way. */
  readonly signal?: AbortSignal | undefined;
  readonly patience?: Partial<Patience> | undefined;
}

/** What stands still in a freeze. */
export type FreezeMode = 'processes' | 'main-thread';

/**
 * A program as a target: resident, or started once a trial.
 * @throws {KitError} `PROGRAM_MISSING` where there is no such program, or it is not executable
 */
export function programTarget(options: ProgramOptions): Target {
  const { name, command, cwd, env = {}, recycleAfterTrials = 50, digest, signal } = options;
  const program = locateProgram(command[0] ?? '', { cwd, path: env['PATH'] ?? process.env['PATH'] });
  if (signal) setMaxListeners(0, signal);
  let mode = options.mode ?? 'auto';
  const freezing = options.freeze ?? 'processes';
  const patience = { ...defaultPatience, ...options.patience };
  return {
    name,
    inProcess: false,
    recycleAfterTrials,
    get digest() {
      return digest;
    },
    async launch(listener: AdapterListener): Promise<AdapterSession> {
      const marker = newMarker();
      const plan = { command: [program, ...command.slice(1)], cwd, signal, marker };
      const session = await openAdapter(
        {
          what: 'the program',
          patience,
          signal,
          stand: { freezing, marker },
          start: ({ hasInput, order }, output) =>
            AdapterProcess.start({ ...plan, env: { ...env, ...order }, hasInput }, output),
        },
        mode,
        listener,
      );
      if (freezing === 'main-thread' && session.hold === undefined) {
        await session.close();
        throw new AdapterRefusal(
          `the adapter cannot hold the main thread alone, which \`--freeze main-thread\` asks for: its hello does not list \`hold\``,
          session.stderrTail(),
        );
      }
      mode = session.mode;
      return session;
    },
  };
}

function newMarker(): string {
  return `LASTWORD_PROCESS=${randomUUID()}`;
}
