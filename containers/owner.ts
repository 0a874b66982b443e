/**
 * Who made a container or a network, in labels, so that what a killed run left can be told from what a living one uses.
 * Two kits may use one engine at once, on one machine or on several: only who is certainly dead is swept up after.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isRunning, startedAt } from '../kit/io/process-table';

export const labels = { run: 'lastword.run', owner: 'lastword.owner' } as const;

/** When a process began, where the system does not say. */
const unknown = '?';

/** This process, as no other is called. */
export function owner(): string {
  return [machine(), process.pid, startedAt(process.pid) ?? unknown].join('/');
}

/** Whether the owner of a label is of this machine, and dead. */
export function isDead(label: string): boolean {
  const [name, pid, started = unknown] = label.split('/');
  if (name !== machine() || pid === undefined) return false;
  return !isRunning(Number(pid), started === unknown ? '' : started);
}

/** Host, boot and process-id namespace: within one of these a process id means one process at a time. */
function machine(): string {
  const boot = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8));
  const space = read(() => readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, ''));
  return [hostname().replaceAll(/[^\w.-]/g, '_'), boot ?? 'boot', space ?? 'pid'].join(':');
}

function read(action: () => string): string | undefined {
  try {
    return action();
  } catch {
    // Not Linux.
    return undefined;
  }
}
