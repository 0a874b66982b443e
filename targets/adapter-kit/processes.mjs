/** Processes that a browser starts by itself, looked at from outside. */
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** Linux, PF_EXITING: set before a process's files are closed, which is what others see first of its end. */
const isExiting = 0x4;

/** Whether a process runs: what is dead and not yet waited for does not, nor does what is about to be. */
export function isRunning(pid) {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , , , , , flags] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state !== 'Z' && (Number(flags) & isExiting) === 0;
  } catch {
    return false;
  }
}

/** What a process has in its files; nothing of one that has gone. */
function look(read) {
  try {
    return read();
  } catch {
    return [];
  }
}

/** The child of a process whose command line has `word` in it, where there is one; Linux only. */
export function findChild(pid, word) {
  const threads = look(() => readdirSync(`/proc/${pid}/task`));
  const pids = threads.flatMap((thread) =>
    look(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean)),
  );
  return pids.map(Number).find((child) => look(() => readFileSync(`/proc/${child}/cmdline`, 'utf8')).includes(word));
}

/** Ends a child; resolves when it has ended, as it may have before. */
export function endChild(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill(signal);
  });
}
