import { countOomKills, findCgroup, locateCgroup, saysFrozen } from './cgroup';

const id = '4f'.repeat(32);

const mountsOfVersion1 = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
37 31 0:34 / /sys/fs/cgroup/freezer rw,relatime shared:12 - cgroup cgroup rw,freezer
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,cpu,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
const mountsOfVersion2 = '29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n';

describe('the control group of a container', () => {
  it('is the freezer’s where version 1 has one', () => {
    const groups = `8:pids:/docker/${id}\n6:freezer:/docker/${id}\n4:cpu,memory:/docker/${id}\n0::/\n`;
    expect(locateCgroup(groups, mountsOfVersion1, id)).toEqual({
      freezer: `/sys/fs/cgroup/freezer/docker/${id}`,
      memory: `/sys/fs/cgroup/memory/docker/${id}`,
    });
  });

  it('is that of version 2, wherever the engine put it', () => {
    const groups = `0::/system.slice/docker-${id}.scope\n`;
    expect(locateCgroup(groups, mountsOfVersion2, id)).toEqual({
      unified: `/sys/fs/cgroup/system.slice/docker-${id}.scope`,
    });
  });

  it('lies below what is mounted of the hierarchy, or is out of sight', () => {
    const mounts = '29 23 0:26 /user.slice /sys/fs/cgroup rw - cgroup2 cgroup rw\n';
    const own = `0::/user.slice/libpod-${id}.scope\n`;
    expect(locateCgroup(own, mounts, id)).toEqual({ unified: `/sys/fs/cgroup/libpod-${id}.scope` });
    expect(locateCgroup(`0::/system.slice/docker-${id}.scope\n`, mounts, id)).toEqual({});
  });

  it('is not that of a process which only has the same number', () => {
    expect(locateCgroup('0::/user.slice/session-3.scope\n', mountsOfVersion2, id)).toEqual({});
    expect(findCgroup(process.pid, id)).toBeUndefined();
    expect(findCgroup(0x7fffffff, id)).toBeUndefined();
  });

  it('stands still where the kernel says so, and not on the way there', () => {
    expect(saysFrozen('freezer.state', 'FROZEN\n')).toBe(true);
    expect(saysFrozen('freezer.state', 'FREEZING\n')).toBe(false);
    expect(saysFrozen('cgroup.events', 'populated 1\nfrozen 1\n')).toBe(true);
    expect(saysFrozen('cgroup.events', 'populated 1\nfrozen 0\n')).toBe(false);
  });

  it('counts whom the kernel killed for want of memory', () => {
    expect(countOomKills('oom_kill_disable 0\nunder_oom 0\noom_kill 2\n')).toBe(2);
    expect(countOomKills('low 0\noom 3\noom_kill 1\noom_group_kill 0\n')).toBe(1);
    expect(countOomKills('')).toBeUndefined();
  });
});
