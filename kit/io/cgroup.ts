/**
 * The control group that holds a container, where it is of this very kernel: whether it stands still, and how much is in it.
 * Found by what the kernel says of a process, never by guessing how an engine lays its groups out.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface Cgroup {
  /** The file that tells: version 2, or the freezer of version 1. */
  readonly says: 'cgroup.events' | 'freezer.state';
  /** Every process in it stands still; undefined where the group is gone. */
  isFrozen(): boolean | undefined;
  processes(): number;
  threads(): number;
}

interface Hierarchy {
  readonly says: Cgroup['says'];
  readonly folder: string;
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
  const found = locateCgroup(groups, mounts, id).find(({ says, folder }) => readOr(join(folder, says)) !== undefined);
  return found === undefined ? undefined : cgroupAt(found);
}

/**
 * Where the group of a container lies, the freezer of version 1 first: where it is mounted, engines use it.
 *
 * @param groups text of `/proc/PID/cgroup`: `ID:controllers:path` a line, `0::path` for version 2. cgroups(7)
 * @param mounts text of `/proc/self/mountinfo`: `… root mount-point … - type source options`. proc(5)
 */
export function locateCgroup(groups: string, mounts: string, id: string): readonly Hierarchy[] {
  const lines = groups.split('\n').map((line) => /^\d+:([^:]*):(.*)$/.exec(line));
  const pathOf = (controller: string): string | undefined =>
    lines.find((line) => (line?.[1] ?? '-').split(',').includes(controller) && line?.[2]?.includes(id))?.[2];
  const mounted = mounts.split('\n').map((line) => {
    const [, root = '', point = '', type = '', options = ''] =
      /^\S+ \S+ \S+ (\S+) (\S+) .* - (\S+) \S+ (\S+)$/.exec(line) ?? [];
    return { root, point, type, options: options.split(',') };
  });
  const below = (path: string | undefined, at: (typeof mounted)[number] | undefined): readonly string[] => {
    if (path === undefined || at === undefined) return [];
    const inside = relative(at.root, path);
    return inside.startsWith('..') ? [] : [join(at.point, inside)];
  };
  const freezer = mounted.find(({ type, options }) => type === 'cgroup' && options.includes('freezer'));
  const unified = mounted.find(({ type }) => type === 'cgroup2');
  return [
    ...below(pathOf('freezer'), freezer).map((folder) => ({ says: 'freezer.state' as const, folder })),
    ...below(pathOf(''), unified).map((folder) => ({ says: 'cgroup.events' as const, folder })),
  ];
}

/** Whether the text of `freezer.state`, or of `cgroup.events`, says that all stands still. */
export function saysFrozen(says: Cgroup['says'], text: string): boolean {
  return says === 'freezer.state' ? text.trim() === 'FROZEN' : /^frozen 1$/m.test(text);
}

function cgroupAt({ says, folder }: Hierarchy): Cgroup {
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
