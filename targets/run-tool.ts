/** Runs a tool to its end and keeps what it printed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { guardTree } from '../kit/io/guard';

export interface ToolEnd {
  /** `null` where a signal ended it, or it did not start. */
  readonly status: number | null;
  readonly stdout: string;
  /** The last 64 KiB. */
  readonly stderr: string;
}

const patienceMs = 5000;
const markName = 'LASTWORD_TOOL';
const hasGroups = process.platform !== 'win32';

/** Runs a program without a shell. Never rejects, but for an aborted signal: then all that it started has ended. */
export async function runTool(
  command: readonly string[],
  options: {
    readonly cwd?: string | undefined;
    readonly env?: NodeJS.ProcessEnv | undefined;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<ToolEnd> {
  const { cwd, env = process.env, signal } = options;
  signal?.throwIfAborted();
  const mark = randomUUID();
  const child = spawn(command[0] ?? '', command.slice(1), {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...env, [markName]: mark },
    // A group of its own: a build is ended with its compilers, or they would go on writing into what is being removed.
    detached: hasGroups,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A group of its own hears no Ctrl-C, and outlives a killed kit.
  const guarded = child.pid === undefined ? undefined : guardTree(child.pid, `${markName}=${mark}`);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(-1024 * 1024);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-64 * 1024);
  });
  let lastResort: NodeJS.Timeout | undefined;
  const end = (): void => {
    endGroup(child, 'SIGTERM');
    lastResort = setTimeout(() => endGroup(child, 'SIGKILL'), patienceMs);
  };
  signal?.addEventListener('abort', end, { once: true });
  const status = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      stderr += `${error.message}\n`;
      resolve(null);
    });
    child.once('close', resolve);
  });
  guarded?.release();
  clearTimeout(lastResort);
  signal?.removeEventListener('abort', end);
  signal?.throwIfAborted();
  return { status, stdout, stderr };
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (hasGroups) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // It has ended by itself.
  }
}
