/** The kernel's count of processes that it killed for want of memory. */
import { readFileSync } from 'node:fs';

/** `oom_kill` of `/proc/vmstat`; undefined where there is none. */
export function readOomKills(): number | undefined {
  try {
    const match = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'));
    return match?.[1] === undefined ? undefined : Number(match[1]);
  } catch {
    // Not Linux, or no /proc.
    return undefined;
  }
}
