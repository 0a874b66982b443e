/**
 * Who made a container or a network, in labels, so that what a killed run left can be told from what a living one uses.
 * Two kits may use one engine at once, on one machine or on several: only who is certainly dead is swept up after.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export const labels = { run: 'lastword.run', owner: 'lastword.owner' } as const;

/** This process, as no other is called. */
export function owner(): string {
  return [machine(), process.pid, startedAt(process.pid) ?? '?'].join('/');
}

/** Whether the owner of a label is of this machine, and dead. */
export function isDead(label: string): boolean {
  const [name, pid, started] = label.split('/');
  if (name !== machine() || pid === undefined) return false;
  const now = startedAt(Number(pid));
  if (process.platform !== 'linux') return !isAlive(Number(pid));
  // A number that another process has now is not the owner.
  return now === undefined || now !== started;
}

/** Host, boot and process-id namespace: within one of these a process id means one process at a time. */
function machine(): string {
  const boot = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8));
  const space = read(() => readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, ''));
  return [hostname().replaceAll(/[^\w.-]/g, '_'), boot ?? 'boot', space ?? 'pid'].join(':');
}

/** Clock ticks since the boot. */
function startedAt(pid: number): string | undefined {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The name in parentheses may hold anything; field 22 counts from behind it.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function read(action: () => string): string | undefined {
  try {
    return action();
  } catch {
    // Not Linux, or the process is gone.
    return undefined;
  }
}
