/** Runs a tool to its end and keeps what it printed. */
import { spawn } from 'node:child_process';

export interface ToolEnd {
  /** `null` where a signal ended it, or it did not start. */
  readonly status: number | null;
  readonly stdout: string;
  /** The last 64 KiB. */
  readonly stderr: string;
}

/** Runs a program without a shell. Never rejects, but for an aborted signal. */
export async function runTool(
  command: readonly string[],
  options: {
    readonly cwd?: string | undefined;
    readonly env?: NodeJS.ProcessEnv | undefined;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<ToolEnd> {
  const { cwd, env, signal } = options;
  signal?.throwIfAborted();
  const child = spawn(command[0] ?? '', command.slice(1), {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env ? { env } : {}),
    ...(signal ? { signal, killSignal: 'SIGTERM' } : {}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(-1024 * 1024);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-64 * 1024);
  });
  const status = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      stderr += `${error.message}\n`;
      resolve(null);
    });
    child.once('close', resolve);
  });
  signal?.throwIfAborted();
  return { status, stdout, stderr };
}
