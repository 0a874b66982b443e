/** Processes that a browser starts by itself, looked at from outside. */
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** Whether a process runs: what is dead and not yet waited for does not. */
export function isRunning(pid) {
  try {
    process.kill(pid, 0);
    const stat = process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
}

/** The child of a process whose command line has `word` in it; Linux only. */
export function findChild(pid, word) {
  const pids = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return pids.map(Number).find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(word));
}
