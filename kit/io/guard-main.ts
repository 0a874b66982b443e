/** The guard's process: remembers what it is told, and ends what is left when its input ends. */
import { rmdirSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { GuardOrder } from './guard';
import { killTree, signalProcess } from './process-tree';
import { startedAt } from './process-table';
import { sweepEngine } from './sweep-engine';

const trees = new Map<number, string>();
const processes = new Map<number, string>();
const folders = new Set<string>();
const engines = new Map<string, GuardOrder & { readonly op: 'watch-engine' }>();
const groups = new Set<string>();

function hear(order: GuardOrder): void {
  switch (order.op) {
    case 'watch-tree':
      trees.set(order.pid, order.marker);
      return;
    case 'leave-tree':
      trees.delete(order.pid);
      return;
    case 'watch-process':
      processes.set(order.pid, order.started);
      return;
    case 'leave-process':
      processes.delete(order.pid);
      return;
    case 'watch-folder':
      folders.add(order.path);
      return;
    case 'leave-folder':
      folders.delete(order.path);
      return;
    case 'watch-engine':
      engines.set(order.value, order);
      return;
    case 'leave-engine':
      engines.delete(order.value);
      return;
    case 'watch-group':
      groups.add(order.path);
      return;
    case 'leave-group':
      groups.delete(order.path);
      return;
    default:
      throw new TypeError(`unknown order ${String(order satisfies never)}`);
  }
}

/** Its processes were killed just now; who is not of the client's tree keeps it. */
function removeGroup(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // A killed process may take its time to leave; nobody is limited by an empty group.
  }
}

/** A process of that number that began at another time is somebody else's. */
function killProcess(pid: number, started: string): void {
  if (started !== '' && startedAt(pid) === started) signalProcess(pid, 'SIGKILL');
}

async function main(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by our own other half
    hear(JSON.parse(line) as GuardOrder);
  }
  for (const [pid, started] of processes) killProcess(pid, started);
  await Promise.all([...trees].map(([pid, marker]) => killTree(pid, marker)));
  for (const path of groups) removeGroup(path);
  for (const path of folders) rmSync(path, { recursive: true, force: true });
  // An engine that is gone has nothing left of ours; one that hangs leaves it to the next run's sweep.
  await Promise.allSettled([...engines.values()].map(({ door, label, value }) => sweepEngine(door, label, value)));
}

// Who ends the kit by name or by group must not end the guard with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
void main();
