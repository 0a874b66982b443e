/**
 * A share of one processor for a process tree, by a control group of its own: version 2 (`cpu.max`) or version 1
 * (`cpu.cfs_quota_us`). It holds for a moment, and is removed when that is over; where the kit dies meanwhile, by the guard.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Unavailable } from '../core/endpoint';
import { cgroupFolder, cgroupPath, findCgroupMount, type CgroupMount } from './cgroup-mount';
import { guardGroup } from './guard';
import { processTree } from './process-tree';

/** A short period gives short slices: 5 % of it is 1 ms, the least that the kernel takes. */
const periodUs = 20_000;
/** Processes fork while they are moved. */
const movingTurns = 20;

export interface CpuLimitRequest {
  readonly rootPid: number;
  /** `NAME=value` in the environment of each process of the tree. */
  readonly marker: string;
  readonly percent: number;
}

/** A limit that holds. */
export interface CpuLimit {
  /** Gives the processes back to the groups that they came from. Never throws. */
  lift(): { readonly confirmed: boolean; readonly detail: string };
}

/** Which kind of control groups this machine has for processor time, and where. */
export interface CpuGroups {
  readonly version: CgroupMount['version'];
  readonly mount: CgroupMount;
  /** Folder in which a group can be made. */
  readonly parent: string;
  readonly quota: (percent: number) => readonly (readonly [file: string, value: string])[];
}

/**
 * Limits a tree, with all the processes that it has and will have.
 * @throws {Unavailable} this machine has no such groups, or this user may not make one
 */
export function limitCpu({ rootPid, marker, percent }: CpuLimitRequest): CpuLimit {
  const groups = findCpuGroups(readText('/proc/self/mountinfo') ?? '');
  const folder = join(groups.parent, `lastword-${process.pid}-${rootPid}`);
  make(folder, groups, percent);
  const guarded = guardGroup(folder);
  const homes = new Map<number, string>();
  const remove = (): void => {
    for (const pid of membersOf(folder)) move(homes.get(pid) ?? groups.parent, pid);
    removeFolder(folder);
    guarded.release();
  };
  if (!gather({ rootPid, marker, folder, homes, groups })) {
    remove();
    throw new Error('the client’s processes could not be brought under a limit');
  }
  return {
    lift: () => {
      const members = new Set(membersOf(folder));
      const free = processTree(rootPid, marker).filter((pid) => !members.has(pid));
      const throttled = /^nr_throttled (\d+)/m.exec(readText(join(folder, 'cpu.stat')) ?? '')?.[1] ?? '0';
      remove();
      if (free.length > 0) return { confirmed: false, detail: `process ${free[0]} was not under the limit` };
      return { confirmed: true, detail: `held back ${throttled} times` };
    },
  };
}

/**
 * Where a group for processor time can be made.
 * @param mounts as `/proc/self/mountinfo` has it
 * @throws {Unavailable} nowhere
 */
export function findCpuGroups(mounts: string): CpuGroups {
  const first = findCgroupMount(mounts, 'cpu');
  if (first !== undefined) {
    const quota = (percent: number): readonly (readonly [string, string])[] => [
      ['cpu.cfs_period_us', String(periodUs)],
      ['cpu.cfs_quota_us', String((periodUs * percent) / 100)],
    ];
    return { version: 1, mount: first, parent: first.point, quota };
  }
  const second = findCgroupMount(mounts, '');
  if (second === undefined) throw new Unavailable('this system has no control groups that limit processor time');
  const quota = (percent: number): readonly (readonly [string, string])[] => [
    ['cpu.max', `${(periodUs * percent) / 100} ${periodUs}`],
  ];
  return { version: 2, mount: second, parent: second.point, quota };
}

function make(folder: string, groups: CpuGroups, percent: number): void {
  try {
    mkdirSync(folder);
    for (const [file, value] of groups.quota(percent)) writeFileSync(join(folder, file), value);
  } catch (error) {
    removeFolder(folder);
    const why = error instanceof Error ? error.message : String(error);
    throw new Unavailable(`no control group that limits processor time can be made here (${why})`);
  }
}

interface Gathering {
  readonly rootPid: number;
  readonly marker: string;
  readonly folder: string;
  readonly homes: Map<number, string>;
  readonly groups: CpuGroups;
}

/** Moves the tree until a look finds nobody outside. */
function gather({ rootPid, marker, folder, homes, groups }: Gathering): boolean {
  for (let turn = 0; turn < movingTurns; turn++) {
    const members = new Set(membersOf(folder));
    const outside = processTree(rootPid, marker).filter((pid) => !members.has(pid));
    if (outside.length === 0) return members.size > 0;
    for (const pid of outside) {
      homes.set(pid, homeOf(pid, groups));
      move(folder, pid);
    }
  }
  return false;
}

/** The group that a process is in now, as a folder; the parent of ours where that is out of sight. */
function homeOf(pid: number, groups: CpuGroups): string {
  const folder = locateHome(readText(`/proc/${pid}/cgroup`) ?? '', groups);
  return existsSync(folder) ? folder : groups.parent;
}

/**
 * Where the group of a process lies.
 * @param text of `/proc/PID/cgroup`
 */
export function locateHome(text: string, { version, mount, parent }: CpuGroups): string {
  const path = cgroupPath(text, version === 2 ? '' : 'cpu');
  return (path === undefined ? undefined : cgroupFolder(mount, path)) ?? parent;
}

function membersOf(folder: string): readonly number[] {
  return (readText(join(folder, 'cgroup.procs')) ?? '').split('\n').filter(Boolean).map(Number);
}

function move(folder: string, pid: number): void {
  try {
    writeFileSync(join(folder, 'cgroup.procs'), String(pid));
  } catch {
    // ESRCH: it has ended. Whoever is still outside is found by the next look.
  }
}

function removeFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It was never made, or somebody in it is about to end; the guard tries again when the kit ends.
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
