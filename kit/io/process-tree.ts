/**
 * Which processes belong to a target, and how they are signalled. A process belongs to it that descends from its root, is
 * in the process group or session which the root leads, or has the marker in its environment: a daemon that left all
 * three by double fork and setsid still carries that.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { hasInEnvironment, isAlive, type ProcessRow, readProcesses, readThreadStates } from './process-table';

/** How long {@link killTree} waits for the processes to be gone. */
const KILL_TIMEOUT_MS = 5000;

/**
 * The living processes of a target's tree, the root first where it lives. Never contains pid 1, this process or any
 * process that this one descends from.
 *
 * @param marker `NAME=value` that the root was started with; Linux only
 */
export function processTree(rootPid: number, marker?: string): number[] {
  const rows = readProcesses();
  const kept = untouchable(rows);
  const members = new Set(hasRoot(rows, rootPid, marker) ? [rootPid] : []);
  for (const { pid, group, session } of rows) if (group === rootPid || session === rootPid) members.add(pid);
  if (marker !== undefined) {
    for (const { pid } of rows)
      if (!members.has(pid) && !kept.has(pid) && hasInEnvironment(pid, marker)) members.add(pid);
  }
  addDescendants(rows, members);
  // A process whose first thread has ended is shown as a zombie while its other threads run.
  const isLiving = ({ pid, state }: ProcessRow): boolean => isAlive(state) || readThreadStates(pid).length > 0;
  const alive = new Set(rows.filter((row) => members.has(row.pid) && isLiving(row)).map(({ pid }) => pid));
  return [...members].filter((pid) => alive.has(pid) && !kept.has(pid));
}

/**
 * Signals a process, or with a negative number a process group. Refuses 0, ±1, this process and its group.
 *
 * @returns whether there was such a process and it may be signalled
 */
export function signalProcess(pid: number, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): boolean {
  const isOurs = pid === process.pid || pid === -ownGroup();
  if (!Number.isSafeInteger(pid) || Math.abs(pid) <= 1 || isOurs) return false;
  try {
    return process.kill(pid, signal);
  } catch {
    // ESRCH: it is gone. EPERM: it changed its user, and is seen to go on by whoever looks.
    return false;
  }
}

/** Signals the group that the root leads, which the kernel does at once for all of it, and then each process. */
export function signalTree(rootPid: number, pids: readonly number[], signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
  if (signal === 'SIGCONT') {
    // Children first: a shell with job control that goes on and finds its job still stopped gives it up.
    for (const pid of [...pids].reverse()) signalProcess(pid, signal);
    signalProcess(-rootPid, signal);
    return;
  }
  signalProcess(-rootPid, signal);
  for (const pid of pids) signalProcess(pid, signal);
}

/**
 * Kills a whole tree, stopped or not, whether or not its root still lives. Resolves when nothing of it lives, or after 5 s.
 *
 * @returns the processes that still live: not ours to signal, or in the kernel's hands; nearly always none
 */
export async function killTree(rootPid: number, marker?: string): Promise<readonly number[]> {
  const deadlineMs = Date.now() + KILL_TIMEOUT_MS;
  let left = processTree(rootPid, marker);
  while (left.length > 0 && Date.now() < deadlineMs) {
    signalTree(rootPid, left, 'SIGKILL');
    await sleep(1);
    // Again from the start: one may have forked between the list and the signal.
    left = processTree(rootPid, marker);
  }
  return left;
}

/** Its pid may be another process's by now: with a marker, the root is our child or carries it. */
function hasRoot(rows: readonly ProcessRow[], rootPid: number, marker: string | undefined): boolean {
  const root = rows.find(({ pid }) => pid === rootPid);
  if (root === undefined) return false;
  return marker === undefined || root.parent === process.pid || hasInEnvironment(rootPid, marker);
}

function addDescendants(rows: readonly ProcessRow[], members: Set<number>): void {
  const children = new Map<number, number[]>();
  for (const { pid, parent } of rows) {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pid]);
    else siblings.push(pid);
  }
  // A Set is iterated over what is added meanwhile, too.
  for (const pid of members) for (const child of children.get(pid) ?? []) members.add(child);
}

/** Pid 0 and 1, this process, and all that it descends from. */
function untouchable(rows: readonly ProcessRow[]): Set<number> {
  const parents = new Map(rows.map(({ pid, parent }) => [pid, parent]));
  const kept = new Set([0, 1]);
  for (let pid: number | undefined = process.pid; pid !== undefined && !kept.has(pid); pid = parents.get(pid))
    kept.add(pid);
  return kept;
}

let group: number | undefined;

function ownGroup(): number {
  group ??= readProcesses().find(({ pid }) => pid === process.pid)?.group ?? process.pid;
  return group;
}
