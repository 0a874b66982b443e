/**
 * The processes of the machine: /proc on Linux, `ps` on other Unixes (slower, and blind to threads), nothing on Windows.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

/** One process. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** First letter of the kernel's state: `R`, `S`, `D`, `T` (stopped), `t` (traced), `Z`, `X`, … */
  readonly state: string;
}

const hasProc = process.platform === 'linux';
let buffer = Buffer.alloc(65536);

/** Every process that can be seen now. Linux: 10-20 µs a process. */
export function readProcesses(): ProcessRow[] {
  if (!hasProc) return process.platform === 'win32' ? [] : readWithPs([]);
  const rows: ProcessRow[] = [];
  for (const name of readdirSync('/proc')) {
    const row = isNumber(name) ? readStat(`/proc/${name}/stat`) : undefined;
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

/** One process; undefined where there is none of that id (a zombie is one). */
export function readProcess(pid: number): ProcessRow | undefined {
  if (hasProc) return readStat(`/proc/${pid}/stat`);
  return process.platform === 'win32' ? undefined : readWithPs(['-p', String(pid)])[0];
}

/** When a process began, in the kernel's ticks since the boot; undefined where that cannot be read. proc(5), field 22. */
export function startedAt(pid: number): string | undefined {
  const text = hasProc ? readSmallFile(`/proc/${pid}/stat`) : undefined;
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

/**
 * Whether a process runs on.
 * @param started what `startedAt` said of it once, so that a later one of the same id is another; empty where it said
 *   nothing
 */
export function isRunning(pid: number, started: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is one, of somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return started === '' || startedAt(pid) === started;
}

/** The states of all threads of a process, without its dead ones; empty where it is gone or a zombie. */
export function readThreadStates(pid: number): string[] {
  if (!hasProc) return [readProcess(pid)?.state ?? 'X'].filter(isAlive);
  const states: string[] = [];
  for (const thread of listThreads(pid)) {
    const row = readStat(`/proc/${pid}/task/${thread}/stat`);
    if (row !== undefined && isAlive(row.state)) states.push(row.state);
  }
  return states;
}

/** Whether a state is not that of a zombie or a dead task. */
export function isAlive(state: string): boolean {
  return state !== 'Z' && state !== 'X' && state !== 'x';
}

/** Whether a process was started with `NAME=value` in its environment; false where that cannot be read. */
export function hasInEnvironment(pid: number, marker: string): boolean {
  if (!hasProc) return false;
  const environment = readSmallFile(`/proc/${pid}/environ`);
  return environment !== undefined && `\0${environment}\0`.includes(`\0${marker}\0`);
}

/** What the threads of a process have run, and waited for a processor, since they began, in ns. */
export interface ProcessorTimes {
  readonly ranNs: number;
  readonly waitedNs: number;
}

/** The sums over all threads of a process; undefined where the kernel does not tell, or the process has gone. */
export function readProcessorTimes(pid: number): ProcessorTimes | undefined {
  if (!hasProc) return undefined;
  let times: ProcessorTimes | undefined;
  for (const thread of listThreads(pid)) {
    const text = readSmallFile(`/proc/${pid}/task/${thread}/schedstat`);
    if (text === undefined) continue;
    // "time on the processor, time waiting for it, times scheduled": proc(5) schedstat.
    const [ran, waited] = text.split(' ');
    times = {
      ranNs: (times?.ranNs ?? 0) + Number(ran ?? 0),
      waitedNs: (times?.waitedNs ?? 0) + Number(waited ?? 0),
    };
  }
  return times;
}

function listThreads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    // It ended meanwhile.
    return [];
  }
}

function readStat(path: string): ProcessRow | undefined {
  const text = readSmallFile(path);
  if (text === undefined) return undefined;
  // The name in parentheses may hold anything, parentheses and spaces too: proc(5).
  const [state = 'X', parent, group, session] = text.slice(text.lastIndexOf(')') + 2).split(' ', 4);
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    state,
  };
}

/** `readFileSync` makes five system calls for these; three are enough, and thousands are read. */
function readSmallFile(path: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    let length = 0;
    for (;;) {
      const read = readSync(fd, buffer, length, buffer.length - length, null);
      length += read;
      if (read === 0 || length < buffer.length) break;
      buffer = Buffer.concat([buffer], 2 * buffer.length);
    }
    return buffer.toString('latin1', 0, length);
  } catch {
    // Processes end while their files are read, and some are another user's.
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function readWithPs(selection: readonly string[]): ProcessRow[] {
  const which = selection.length === 0 ? ['-A'] : selection;
  let text: string;
  try {
    text = execFileSync('ps', [...which, '-o', 'pid=,ppid=,pgid=,state='], { encoding: 'utf8' });
  } catch {
    // `ps -p` of a process that is gone.
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [pid, parent, group, state] = line.trim().split(/\s+/);
    if (pid === undefined || state === undefined) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), session: 0, state: state.charAt(0) }];
  });
}

function isNumber(name: string): boolean {
  const code = name.charCodeAt(0);
  return code >= 48 && code <= 57;
}
