/**
 * Freeze: SIGSTOP, and then proof. A signal sent is not a thread stopped; frozen means that every thread of every process
 * of the tree was seen in state T, and that the tree, looked up again after that, had no process more.
 *
 * On other Unixes than Linux the proof is that of `ps`, which sees processes only. Windows has no freeze.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { nowNs } from './clock';
import { readProcess, readThreadStates } from './process-table';
import { processTree, signalProcess, signalTree } from './process-tree';

/** The tree to freeze. */
export interface FreezeRequest {
  /** Best the leader of a process group of its own (`detached`). */
  readonly rootPid: number;
  /** What every process of the tree was started with, as `NAME=value`. */
  readonly marker?: string | undefined;
  /** Default 5000. */
  readonly deadlineMs?: number;
}

/** What was seen when the tree stood still. */
export interface FreezeEvidence {
  readonly rootPid: number;
  readonly marker: string | undefined;
  /** Every process of the tree, the root first. */
  readonly pids: readonly number[];
  /** Number of threads, all seen stopped. */
  readonly threads: number;
  /** From the first signal to the last look. */
  readonly tookMs: number;
  /** When the last look began: from here on nothing of the tree ran. */
  readonly atNs: number;
}

/** Why there is no freeze; whatever had been stopped goes on. */
export interface FreezeFailure {
  readonly kind: 'failed';
  readonly reason: 'exited' | 'deadline' | 'unsupported';
  /** For people: which process was in which state. */
  readonly detail: string;
}

const DEADLINE_MS = 5000;
/** Most trees stop within some ms; for so long each look costs one turn of the event loop, later one ms. */
const EAGER_MS = 3;

/** Stops a tree and proves it. Never rejects. */
export async function freezeTree(
  request: FreezeRequest,
): Promise<{ readonly kind: 'frozen'; readonly evidence: FreezeEvidence } | FreezeFailure> {
  if (process.platform === 'win32') return failed('unsupported', 'Windows has no SIGSTOP');
  const { rootPid, marker, deadlineMs = DEADLINE_MS } = request;
  const startNs = nowNs();
  let pids: readonly number[] = processTree(rootPid, marker);
  const give = (failure: FreezeFailure): FreezeFailure => {
    signalTree(rootPid, processTree(rootPid, marker), 'SIGCONT');
    return failure;
  };
  const told = new Set<number>();
  signalProcess(-rootPid, 'SIGSTOP');
  for (;;) {
    if (!hasProcess(rootPid)) return give(failed('exited', `process ${rootPid} has ended`));
    stopDownwards(rootPid, pids, told);
    const atNs = nowNs();
    const look = lookAt(pids);
    if (look.moving === undefined) {
      // Nothing known runs, so nothing new can be forked: what a second look finds was forked before.
      const now = processTree(rootPid, marker);
      const isStable = now.every((pid) => pids.includes(pid));
      if (isStable && now.includes(rootPid)) {
        const tookMs = (nowNs() - startNs) / 1e6;
        return { kind: 'frozen', evidence: { rootPid, marker, pids: now, threads: look.threads, tookMs, atNs } };
      }
      pids = now;
      if (!isStable) signalProcess(-rootPid, 'SIGSTOP');
    }
    const elapsedMs = (nowNs() - startNs) / 1e6;
    if (elapsedMs > deadlineMs) return give(failed('deadline', describe(look.moving)));
    if (elapsedMs < EAGER_MS) await nextTurn();
    else await waitForThread(look.moving, request);
  }
}

/**
 * Stops what was not told yet, and in a group of its own only below a parent that stands still: a shell with job control
 * that wakes for its own stop, and finds its job stopped already, takes that for the end of its wait and gives the job up.
 */
function stopDownwards(rootPid: number, pids: readonly number[], told: Set<number>): void {
  for (const pid of pids) {
    if (told.has(pid)) continue;
    const row = readProcess(pid);
    const isBelow = row !== undefined && pid !== rootPid && row.group !== rootPid && pids.includes(row.parent);
    if (isBelow && !readThreadStates(row.parent).every(isStopped)) continue;
    signalProcess(pid, 'SIGSTOP');
    told.add(pid);
  }
}

/**
 * A parent in vfork sleeps in state D, deaf to SIGSTOP, until its child calls exec; a child that was stopped before that
 * keeps it there for ever. So the children of such a process get a moment to go on.
 */
async function waitForThread(moving: Moving | undefined, { rootPid, marker }: FreezeRequest): Promise<void> {
  const parent = moving?.state === 'D' ? moving.pid : undefined;
  // The child may be younger than our list: the signal to the group has stopped it none the less.
  const tree = parent === undefined ? [] : processTree(rootPid, marker);
  const children = tree.filter((pid) => readProcess(pid)?.parent === parent);
  for (const pid of children) signalProcess(pid, 'SIGCONT');
  await sleep(1);
  for (const pid of children) signalProcess(pid, 'SIGSTOP');
}

/** Looks again, just before the thaw: whether the tree still stands still and has no process more. */
export function confirmFrozen(
  evidence: FreezeEvidence,
): { readonly kind: 'frozen' } | { readonly kind: 'moved'; readonly detail: string } {
  const { rootPid, marker, pids } = evidence;
  const look = lookAt(pids);
  if (look.moving !== undefined) return { kind: 'moved', detail: describe(look.moving) };
  const now = processTree(rootPid, marker);
  const joined = now.find((pid) => !pids.includes(pid));
  if (joined !== undefined) return { kind: 'moved', detail: `process ${joined} joined` };
  const left = pids.find((pid) => !now.includes(pid));
  if (left !== undefined) return { kind: 'moved', detail: `process ${left} has ended` };
  if (look.threads !== evidence.threads)
    return { kind: 'moved', detail: `${look.threads} threads, ${evidence.threads} before` };
  return { kind: 'frozen' };
}

/** Lets a tree go on, also what joined it. @returns when the first signal went out */
export function thawTree(evidence: FreezeEvidence): { readonly atNs: number } {
  const { rootPid, marker, pids } = evidence;
  const atNs = nowNs();
  signalTree(rootPid, pids, 'SIGCONT');
  const joined = processTree(rootPid, marker).filter((pid) => !pids.includes(pid));
  signalTree(rootPid, joined, 'SIGCONT');
  return { atNs };
}

/** Whether a process that we did not stop is stopped or traced: job control, a debugger. Ask before a freeze. */
export function isStoppedByOther(pid: number): boolean {
  return readThreadStates(pid).some(isStopped);
}

interface Moving {
  readonly pid: number;
  readonly state: string;
}

function lookAt(pids: readonly number[]): { readonly threads: number; readonly moving: Moving | undefined } {
  let threads = 0;
  for (const pid of pids) {
    const states = readThreadStates(pid);
    threads += states.length;
    const state = states.find((one) => !isStopped(one));
    if (state !== undefined) return { threads, moving: { pid, state } };
  }
  return { threads, moving: undefined };
}

function describe(moving: Moving | undefined): string {
  if (moving === undefined) return 'new processes kept coming';
  return `a thread of process ${moving.pid} is in state ${moving.state}`;
}

function isStopped(state: string): boolean {
  return state === 'T' || state === 't';
}

function hasProcess(pid: number): boolean {
  return readThreadStates(pid).length > 0;
}

function failed(reason: FreezeFailure['reason'], detail: string): FreezeFailure {
  return { kind: 'failed', reason, detail };
}
