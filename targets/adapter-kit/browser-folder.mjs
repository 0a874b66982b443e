/** A throw-away folder for one browser: its profile, its home, its temporary files. What a killed one left is swept. */
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** Process ids mean something in one namespace only, and containers may share a folder for temporary files. */
function namespaceOfPids() {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))[0];
  } catch {
    return '0';
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

function remove(folder) {
  try {
    // The processes of a browser that was killed may write for a moment more.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  } catch (error) {
    process.stderr.write(`${folder} is left behind: ${error.message}\n`);
  }
}

/** Makes the folder; `remove` ends it. */
export function makeBrowserFolder() {
  const base = `lastword-browser-${namespaceOfPids()}-`;
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(base)) continue;
    const pid = Number(name.slice(base.length).split('-')[0]);
    if (pid > 0 && !isRunning(pid)) remove(join(tmpdir(), name));
  }
  const folder = mkdtempSync(join(tmpdir(), `${base}${process.pid}-`));
  mkdirSync(join(folder, 'tmp'));
  return { folder, temporary: join(folder, 'tmp'), remove: () => remove(folder) };
}
