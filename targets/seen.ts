/** Words for what an adapter did instead of what was expected. */
import type { AdapterExit, Breach } from '../kit/core/adapter-event';
import { AdapterRefusal } from '../kit/core/target';
import { excerpt } from './excerpt';

/** What was seen of a process that was started to find out whether it is an adapter. */
export interface Seen {
  readonly hasHello: boolean;
  /** The first thing that was wrong with its output. */
  readonly breach: Breach | undefined;
  /** Absent: it had to be ended by the kit. */
  readonly exit: AdapterExit | undefined;
  /** What it was last waited for. */
  readonly awaited: string;
}

/** One clause, without a full stop: `it broke the protocol (malformed-line: not JSON: Usage …), and ended with status 2`. */
export function describeSeen({ hasHello, breach, exit, awaited }: Seen): string {
  const printed = breach ? `broke the protocol (${breach.kind}: ${breach.detail})` : 'printed no hello';
  const ended = exit ? `ended ${describeExit(exit)}` : `was still running, without ${awaited}`;
  return `it ${hasHello ? `said hello${breach ? `, ${printed}` : ''}` : printed}, and ${ended}`;
}

/** `with status 3` or `by SIGSEGV`. */
export function describeExit({ code, signal }: Pick<AdapterExit, 'code' | 'signal'>): string {
  return signal === null ? `with status ${code ?? 'unknown'}` : `by ${signal}`;
}

/** A refusal for a person: the message, and the last lines of the adapter's standard error, safe to print. */
export function describeRefusal(error: unknown): string {
  if (!(error instanceof AdapterRefusal)) return error instanceof Error ? error.message : excerpt(String(error));
  const lines = error.stderr
    .split('\n')
    .map((line) => line.trimEnd())
    // Of a stack trace the message is what helps.
    .filter((line) => line !== '' && !/^\s+at /.test(line))
    .slice(-8)
    .map((line) => `  stderr: ${excerpt(line)}`);
  return [error.message, ...lines].join('\n');
}
