import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { Unavailable } from '../core/endpoint';
import { findCpuGroups, limitCpu, locateHome, type CpuLimit } from './cpu-limit';
import { closeGuard } from './guard';
import { killTree } from './process-tree';

const v1 = [
  '24 1 0:22 / /proc rw,nosuid - proc proc rw',
  '31 30 0:27 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset',
  '32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct',
  '40 30 0:36 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
].join('\n');
const v2 = '40 30 0:36 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate';

describe('groups for processor time', () => {
  it('are those of version 1 where the controller is there', () => {
    const { version, parent, quota } = findCpuGroups(v1);
    expect([version, parent]).toEqual([1, '/sys/fs/cgroup/cpu,cpuacct']);
    expect(quota(5)).toEqual([
      ['cpu.cfs_period_us', '20000'],
      ['cpu.cfs_quota_us', '1000'],
    ]);
  });

  it('are those of version 2 elsewhere', () => {
    const { version, parent, quota } = findCpuGroups(v2);
    expect([version, parent, quota(5)]).toEqual([2, '/sys/fs/cgroup', [['cpu.max', '1000 20000']]]);
  });

  it('are nowhere without control groups', () => {
    expect(() => findCpuGroups('24 1 0:22 / /proc rw - proc proc rw\n')).toThrow(Unavailable);
    expect(() => findCpuGroups('')).toThrow('no control groups');
  });
});

describe('the group that a process came from', () => {
  it('lies below what is mounted of the hierarchy, which in a container need not begin at the root', () => {
    const inside = '40 30 0:36 /docker/4f4f /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw';
    expect(locateHome('0::/docker/4f4f/client\n', findCpuGroups(inside))).toBe('/sys/fs/cgroup/client');
    expect(locateHome('0::/user.slice\n', findCpuGroups(v2))).toBe('/sys/fs/cgroup/user.slice');
    expect(locateHome('3:cpu,cpuacct:/user.slice\n0::/\n', findCpuGroups(v1))).toBe(
      '/sys/fs/cgroup/cpu,cpuacct/user.slice',
    );
  });

  it('is the parent of ours where it is out of sight', () => {
    const inside = '40 30 0:36 /docker/4f4f /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw';
    expect(locateHome('0::/user.slice\n', findCpuGroups(inside))).toBe('/sys/fs/cgroup');
    expect(locateHome('', findCpuGroups(v1))).toBe('/sys/fs/cgroup/cpu,cpuacct');
  });
});

/** Undefined where this machine or user may not; whatever else is wrong fails. */
function tryLimit(rootPid: number, marker: string): CpuLimit | undefined {
  try {
    return limitCpu({ rootPid, marker, percent: 5 });
  } catch (error) {
    if (error instanceof Unavailable) return undefined;
    throw error;
  }
}

/** What this machine allows: where it does not, that it says so is all that there is to see. */
describe('a limit', () => {
  const marker = `LASTWORD_TEST=cpu-${process.pid}`;
  let child: ChildProcess;

  beforeEach(async () => {
    const busy = 'process.stdout.write("go"); for (;;) { Math.sqrt(2); }';
    child = spawn('sh', ['-c', `${process.execPath} -e '${busy}' & wait`], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, LASTWORD_TEST: `cpu-${process.pid}` },
    });
    if (child.stdout !== null) await once(child.stdout, 'data');
  });

  afterEach(async () => {
    if (child.pid !== undefined) await killTree(child.pid, marker);
    await closeGuard();
  });

  it('holds for the whole tree until it is lifted, and leaves no group behind', async () => {
    const rootPid = child.pid ?? 0;
    const limit = tryLimit(rootPid, marker);
    if (limit === undefined) return;
    const folder = join(
      findCpuGroups(readFileSync('/proc/self/mountinfo', 'utf8')).parent,
      `lastword-${process.pid}-${rootPid}`,
    );
    const throttled = (): number =>
      Number(/^nr_throttled (\d+)/m.exec(readFileSync(join(folder, 'cpu.stat'), 'utf8'))?.[1] ?? 0);
    expect(readFileSync(join(folder, 'cgroup.procs'), 'utf8').trim().split('\n')).toHaveLength(2);
    while (throttled() < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(limit.lift()).toEqual({ confirmed: true, detail: expect.stringMatching(/^held back \d+ times$/) });
    expect(existsSync(folder)).toBe(false);
    expect(readFileSync(`/proc/${rootPid}/cgroup`, 'utf8')).not.toContain('lastword-');
  });
});
