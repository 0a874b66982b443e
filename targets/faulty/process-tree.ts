/** A client that is more than one process and one thread: what is frozen has to be all of it. */
import { spawn } from 'node:child_process';
import { Worker } from 'node:worker_threads';

const threads = 4;
const idle = 'setInterval(() => {}, 1000)';

/**
 * Makes this process a wrapper of one more like it, with a helper beside it; in that one, starts some threads.
 * @returns whether this process is the one that serves
 */
export function startProcessTree(options: {
  readonly program: string;
  readonly args: readonly string[];
  readonly isWrapped: boolean;
}): boolean {
  const { program, args, isWrapped } = options;
  if (isWrapped) {
    for (let count = 0; count < threads; count++) new Worker(idle, { eval: true }).unref();
    return true;
  }
  const helper = spawn(process.execPath, ['-e', idle], { stdio: 'ignore' });
  const client = spawn(process.execPath, [program, ...args, '--wrapped', 'yes'], { stdio: 'inherit' });
  const stop = (): void => void client.kill('SIGTERM');
  process.once('SIGTERM', stop);
  client.once('exit', (code, signal) => {
    helper.kill('SIGKILL');
    if (signal === null) process.exit(code ?? 1);
    process.off('SIGTERM', stop);
    process.kill(process.pid, signal);
  });
  return false;
}
