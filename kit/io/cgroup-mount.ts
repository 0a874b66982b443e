/** Where control groups lie, by what the kernel says of mounts and of a process. Pure. */
import { join, relative } from 'node:path';

/** One hierarchy, as far as it is mounted. */
export interface CgroupMount {
  readonly version: 1 | 2;
  /** The group that is seen at `point`: in a container not always the first one. */
  readonly root: string;
  readonly point: string;
}

/**
 * The mounted hierarchy of a controller of version 1, or, for the empty name, of version 2.
 *
 * @param mounts text of `/proc/self/mountinfo`: `… root mount-point … - type source options`. proc(5)
 */
export function findCgroupMount(mounts: string, controller: string): CgroupMount | undefined {
  for (const line of mounts.split('\n')) {
    const [, root = '', point = '', type = '', options = ''] =
      /^\S+ \S+ \S+ (\S+) (\S+) .* - (\S+) \S+ (\S+)$/.exec(line) ?? [];
    if (controller === '' && type === 'cgroup2') return { version: 2, root, point };
    if (controller !== '' && type === 'cgroup' && options.split(',').includes(controller))
      return { version: 1, root, point };
  }
  return undefined;
}

/**
 * The group of a process within the hierarchy of a controller, or, for the empty name, of version 2.
 *
 * @param groups text of `/proc/PID/cgroup`: `ID:controllers:path` a line, `0::path` for version 2. cgroups(7)
 */
export function cgroupPath(groups: string, controller: string): string | undefined {
  const lines = groups.split('\n').map((line) => /^\d+:([^:]*):(.*)$/.exec(line));
  return lines.find((line) => line?.[1]?.split(',').includes(controller))?.[2];
}

/** The folder of a group; undefined where it is not below what is mounted. */
export function cgroupFolder({ root, point }: CgroupMount, path: string): string | undefined {
  const inside = relative(root, path);
  return inside.startsWith('..') ? undefined : join(point, inside);
}
