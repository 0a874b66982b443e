/** What carries one adapter, whatever it is: a process of this machine, or a container. The protocol knows no more of it. */
import type { AdapterExit } from '../kit/core/adapter-event';
import type { AdapterSession, Cage } from '../kit/core/target';
import type { AdapterOutput, OutputListener } from './adapter-output';

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

export const defaultPatience: Patience = { helloMs: 30_000, pongMs: 10_000, inputEndMs: 3000, termMs: 3000 };

/** One started adapter. Close it with `stop` or `kill`; after `ended` nothing of it runs. */
export interface AdapterCarrier {
  readonly output: AdapterOutput;
  /** Resolves after the last line was read and every descendant is gone. Never rejects. */
  readonly ended: Promise<AdapterExit>;
  /** Root of the process tree, where this machine sees it and while it runs. */
  readonly pid: number | undefined;
  /** What the adapter is stopped by where that is no process tree. */
  readonly cage: Cage | undefined;
  /** Resolves when the line is written, or can no longer be: the end is told by `ended`. */
  write(line: string): Promise<void>;
  /** The last 16 KiB of the standard error. */
  stderrTail(): string;
  /** End of input, SIGTERM, SIGKILL, each after the other was given its time. */
  stop(patience: Pick<Patience, 'inputEndMs' | 'termMs'>): Promise<AdapterExit>;
  /** Ends all of it at once. */
  kill(): Promise<AdapterExit>;
}

/** How one adapter is started. */
export interface CarrierStart {
  /** Whether it gets a standard input to be told orders by. */
  readonly hasInput: boolean;
  /** The order of a one-shot adapter. */
  readonly order?: Readonly<Record<string, string>>;
}

/** What the two levels need to know of a program, wherever it runs. */
export interface Program {
  /** In messages: `the program`. */
  readonly what: string;
  readonly patience: Patience;
  /** Ends every start that is under way. */
  readonly signal: AbortSignal | undefined;
  /** What a session tells of where its client stands. */
  readonly stand: Pick<AdapterSession, 'freezing' | 'marker' | 'place' | 'caFile'>;
  /**
   * Its first line is heard a turn of the event loop after this resolved, at the earliest.
   * @throws {AdapterRefusal} it does not start
   */
  start(how: CarrierStart, listener: OutputListener): Promise<AdapterCarrier>;
}

/** Whether a promise that never rejects settles in time. Leaves no timer behind. */
export async function settlesWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  const isInTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return isInTime;
}
