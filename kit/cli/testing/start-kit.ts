/** The command line as a user starts it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const program = join(__dirname, '../../../dist/kit/cli/main.js');

/** How a run of the kit ended, and what it had said. */
export interface EndedKit {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A kit that runs. */
export interface StartedKit {
  readonly child: ChildProcess;
  readonly ended: Promise<EndedKit>;
  /** Until standard error says it. */
  says(text: string): Promise<void>;
}

/** Starts the command line in a folder, which is its temporary folder as well. */
export function startKit(folder: string, args: readonly string[]): StartedKit {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', CI: 'true', TMPDIR: folder },
  });
  let stdout = '';
  let stderr = '';
  let heard: (() => void)[] = [];
  child.stdout?.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr?.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
    for (const each of heard.splice(0)) each();
  });
  const ended = new Promise<EndedKit>((resolve) => {
    child.on('close', (status, signal) => {
      for (const each of heard.splice(0)) each();
      resolve({ status, signal, stdout, stderr });
    });
  });
  const says = async (text: string): Promise<void> => {
    while (!stderr.includes(text) && child.exitCode === null && child.signalCode === null) {
      await new Promise<void>((resolve) => heard.push(resolve));
    }
    if (!stderr.includes(text)) throw new Error(`it ended without saying ${JSON.stringify(text)}:\n${stderr}`);
  };
  return { child, ended, says };
}
