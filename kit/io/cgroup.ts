/**
 * The control group that holds a container, where it is of this very kernel: whether it stands still, how much is in it, and
 * whether memory ran out there. Found by what the kernel says of a process, never by guessing how an engine lays its groups
 * out.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupFolder, cgroupPath, findCgroupMount } from './cgroup-mount';

export interface Cgroup {
  /** The file that tells: version 2, or the freezer of version 1. */
  readonly says: 'cgroup.events' | 'freezer.state';
  /** Every process in it stands still; undefined where the group is gone. */
  isFrozen(): boolean | undefined;
  processes(): number;
  threads(): number;
  /** Processes in it that the kernel killed for want of memory; undefined where it does not say. */
  oomKills(): number | undefined;
}

/**
 * The group of a process.
 * @param id of the container, which its group's name has in it: so that the process id of another machine's container finds
 *   nothing here
 */
export function findCgroup(pid: number, id: string): Cgroup | undefined {
  const groups = readOr(`/proc/${pid}/cgroup`);
  const mounts = readOr('/proc/self/mountinfo');
  if (groups === undefined || mounts === undefined) return undefined;
  const folders = locateCgroup(groups, mounts, id);
  const has = (folder: string | undefined, name: string): folder is string =>
    folder !== undefined && readOr(join(folder, name)) !== undefined;
  const memory = folders.memory ?? folders.unified;
  // The freezer of version 1 first: where it is mounted, engines use it.
  if (has(folders.freezer, 'freezer.state')) return cgroupAt('freezer.state', folders.freezer, memory);
  if (has(folders.unified, 'cgroup.events')) return cgroupAt('cgroup.events', folders.unified, memory);
  return undefined;
}

/** Where a container's group lies: two controllers of version 1, and version 2; each absent where there is none in sight. */
export interface CgroupFolders {
  readonly freezer?: string;
  readonly memory?: string;
  readonly unified?: string;
}

/**
 * Where the group of a container lies.
 *
 * @param groups text of `/proc/PID/cgroup`
 * @param mounts text of `/proc/self/mountinfo`
 */
export function locateCgroup(groups: string, mounts: string, id: string): CgroupFolders {
  const folderOf = (controller: string): string | undefined => {
    const [path, mount] = [cgroupPath(groups, controller), findCgroupMount(mounts, controller)];
    return path?.includes(id) === true && mount !== undefined ? cgroupFolder(mount, path) : undefined;
  };
  const [freezer, memory, unified] = [folderOf('freezer'), folderOf('memory'), folderOf('')];
  return {
    ...(freezer === undefined ? {} : { freezer }),
    ...(memory === undefined ? {} : { memory }),
    ...(unified === undefined ? {} : { unified }),
  };
}

/** Whether the text of `freezer.state`, or of `cgroup.events`, says that all stands still. */
export function saysFrozen(says: Cgroup['says'], text: string): boolean {
  return says === 'freezer.state' ? text.trim() === 'FROZEN' : /^frozen 1$/m.test(text);
}

/** The count of `memory.oom_control` (version 1) or `memory.events`. */
export function countOomKills(text: string): number | undefined {
  const [, count] = /^oom_kill (\d+)$/m.exec(text) ?? [];
  return count === undefined ? undefined : Number(count);
}

function cgroupAt(says: Cgroup['says'], folder: string, memory: string | undefined): Cgroup {
  const count = (name: string): number =>
    (readOr(join(folder, name)) ?? '').split('\n').filter((line) => line !== '').length;
  return {
    says,
    isFrozen: () => {
      const text = readOr(join(folder, says));
      return text === undefined ? undefined : saysFrozen(says, text);
    },
    processes: () => count('cgroup.procs'),
    threads: () => count(says === 'freezer.state' ? 'tasks' : 'cgroup.threads'),
    oomKills: () => {
      if (memory === undefined) return undefined;
      return countOomKills(readOr(join(memory, 'memory.oom_control')) ?? readOr(join(memory, 'memory.events')) ?? '');
    },
  };
}

function readOr(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Not Linux, another user's, or gone.
    return undefined;
  }
}
