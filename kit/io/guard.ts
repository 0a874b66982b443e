/**
 * The guard: a process beside the kit that outlives it. Where the kit is killed and can end nothing itself, not even a
 * client that it has frozen, the guard's input ends, and it ends what the kit had told it of.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { join, parse } from 'node:path';
import { startedAt } from './process-table';
import type { EngineDoor } from './sweep-engine';

/** What the guard is told, a JSON line each. */
export type GuardOrder =
  | { readonly op: 'watch-tree' | 'leave-tree'; readonly pid: number; readonly marker: string }
  | { readonly op: 'watch-process' | 'leave-process'; readonly pid: number; readonly started: string }
  | { readonly op: 'watch-folder' | 'leave-folder' | 'watch-group' | 'leave-group'; readonly path: string }
  | { readonly op: 'watch-engine'; readonly door: EngineDoor; readonly label: string; readonly value: string }
  | { readonly op: 'leave-engine'; readonly value: string };

let guard: ChildProcess | undefined;

/** Has a process tree killed where this process dies before `release` is called. Never throws. */
export function guardTree(pid: number, marker: string): { release(): void } {
  tell({ op: 'watch-tree', pid, marker });
  return { release: () => tell({ op: 'leave-tree', pid, marker }) };
}

/**
 * Has one process killed where this process dies before `release` is called: also one that runs with rights of its own, into
 * whose environment nobody may look. Never throws.
 */
export function guardProcess(pid: number): { release(): void } {
  const started = startedAt(pid) ?? '';
  tell({ op: 'watch-process', pid, started });
  return { release: () => tell({ op: 'leave-process', pid, started }) };
}

/** Has a folder of temporary files removed where this process dies before `release` is called. Never throws. */
export function guardFolder(path: string): { release(): void } {
  tell({ op: 'watch-folder', path });
  return { release: () => tell({ op: 'leave-folder', path }) };
}

/** Has all that carries a label removed from a container engine where this process dies before `release`. Never throws. */
export function guardEngine(door: EngineDoor, label: string, value: string): { release(): void } {
  tell({ op: 'watch-engine', door, label, value });
  return { release: () => tell({ op: 'leave-engine', value }) };
}

/** Has a control group removed, once nobody is in it, where this process dies before `release` is called. Never throws. */
export function guardGroup(path: string): { release(): void } {
  tell({ op: 'watch-group', path });
  return { release: () => tell({ op: 'leave-group', path }) };
}

/** Ends the guard, which ends what was not released; the next call of the others starts another. */
export async function closeGuard(): Promise<void> {
  const closing = guard;
  guard = undefined;
  if (closing === undefined || closing.exitCode !== null || closing.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    closing.once('exit', () => resolve());
    closing.ref();
    closing.stdin?.end();
  });
}

function tell(order: GuardOrder): void {
  // Windows has neither process groups nor a way to freeze one.
  if (process.platform === 'win32') return;
  guard ??= start();
  if (guard.stdin?.writable === true) guard.stdin.write(`${JSON.stringify(order)}\n`);
}

function start(): ChildProcess {
  const child = spawn(process.execPath, [guardFile()], {
    // In a session of its own it hears no Ctrl-C; in the root folder it keeps no file system busy.
    detached: true,
    cwd: parse(process.execPath).root,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  });
  // Without a guard the kit works as well: it is needed where the kit dies only.
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}

/** Tests run the TypeScript, a process needs the build. */
function guardFile(): string {
  const built = join(__dirname, 'guard-main.js');
  return existsSync(built) ? built : join(__dirname, '../../dist/kit/io/guard-main.js');
}
