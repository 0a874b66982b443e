/** How much of a time a client's processes ran, and how much of it they waited for a processor. */
import { nowNs } from './clock';
import { readProcessorTimes, type ProcessorTimes } from './process-table';
import { processTree } from './process-tree';

/** Shares of the time between the two looks, 0 to 1, all threads of one process together. */
export interface ProcessorShare {
  readonly waited: number;
  readonly ran: number;
}

/** What a tree's processes had run and waited at one time. */
export interface ProcessorLook {
  readonly atNs: number;
  readonly times: ReadonlyMap<number, ProcessorTimes>;
}

/** @param marker as {@link processTree} takes it */
export function lookAtProcessors(rootPid: number, marker?: string): ProcessorLook {
  const times = new Map<number, ProcessorTimes>();
  // A client in this very process is this process, which no tree ever has in it.
  for (const pid of rootPid === process.pid ? [rootPid] : processTree(rootPid, marker)) {
    const each = readProcessorTimes(pid);
    if (each !== undefined) times.set(pid, each);
  }
  return { atNs: nowNs(), times };
}

/**
 * The share of the process that waited most of the time between two looks: in a tree of shells, browsers and helpers that
 * is the one that holds the others up. Undefined where the kernel tells nothing.
 */
export function mostDelayed(before: ProcessorLook, after: ProcessorLook): ProcessorShare | undefined {
  const elapsedNs = Math.max(1, after.atNs - before.atNs);
  let most: ProcessorShare | undefined;
  for (const [pid, now] of after.times) {
    const then = before.times.get(pid) ?? { ranNs: 0, waitedNs: 0 };
    const waited = clamp((now.waitedNs - then.waitedNs) / elapsedNs);
    const ran = clamp((now.ranNs - then.ranNs) / elapsedNs);
    if (most === undefined || waited > most.waited) most = { waited, ran };
  }
  return most;
}

// The threads of a process can wait, and run, for longer than the time is; a thread that ended takes its times along.
const clamp = (share: number): number => Math.min(1, Math.max(0, share));
