import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { closeGuard, guardFolder, guardGroup, guardTree } from './guard';
import { isAlive, readProcess } from './process-table';

const describeOnUnix = process.platform === 'win32' ? describe.skip : describe;
const built = join(__dirname, '../../dist/kit/io/guard.js');

/** A kit that has stopped a client, and guards it and a folder. */
const kit = (folder: string): string => `
  const { guardFolder, guardTree } = require(${JSON.stringify(built)});
  const client = require('node:child_process').spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  guardTree(client.pid, 'LASTWORD_GUARD_TEST=1');
  guardFolder(${JSON.stringify(folder)});
  client.kill('SIGSTOP');
  console.log(client.pid);
  setInterval(() => undefined, 1000);`;

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const isRunning = (pid: number): boolean => isAlive(readProcess(pid)?.state ?? 'X');

describeOnUnix('the guard', () => {
  it('ends a stopped client, and removes the folder, where the kit is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lastword-guarded-'));
    const child = spawn(process.execPath, ['-e', kit(folder)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const pid = Number(line);
    expect(isRunning(pid)).toBe(true);
    child.kill('SIGKILL');
    await until(() => !isRunning(pid) && !existsSync(folder));
  });

  it('lets alone what was released', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lastword-guarded-'));
    const client = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    const exit = once(client, 'exit');
    guardTree(client.pid ?? 0, 'LASTWORD_GUARD_TEST=2').release();
    guardFolder(folder).release();
    await closeGuard();
    expect(isRunning(client.pid ?? 0)).toBe(true);
    expect(existsSync(folder)).toBe(true);
    client.kill('SIGKILL');
    await exit;
  });

  it('removes a group that nobody is in any more, unless it was released', async () => {
    const [left, released] = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'lastword-group-')));
    guardGroup(left ?? '');
    guardGroup(released ?? '').release();
    await closeGuard();
    expect([existsSync(left ?? ''), existsSync(released ?? '')]).toEqual([false, true]);
    rmdirSync(released ?? '');
  });

  it('ends with its owner, and is started again when it is needed', async () => {
    const client = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    const exit = once(client, 'exit');
    guardTree(client.pid ?? 0, 'LASTWORD_GUARD_TEST=3');
    await closeGuard();
    expect(await exit).toEqual([null, 'SIGKILL']);
    await closeGuard();
    guardFolder(join(tmpdir(), 'lastword-no-such-folder'));
    await closeGuard();
  });
});
