import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const kit = JSON.stringify(pathToFileURL(join(__dirname, 'processes.mjs')).href);
const onLinux = process.platform === 'linux' ? it : it.skip;

/** What a program of this body logs. */
function play(body: string): unknown {
  const program = `
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    import { endChild, findChild, isRunning } from ${kit};
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    await once(child, 'spawn');
    ${body}`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

onLinux('a child is found by its command line, and one that has gone has none', () => {
  const body = `
    const isFound = findChild(process.pid, 'sleep') === child.pid;
    await endChild(child, 'SIGKILL');
    console.log(JSON.stringify([isFound, findChild(child.pid, '') ?? null, isRunning(child.pid)]));`;
  expect(play(body)).toEqual([true, null, false]);
});

onLinux('a child is ended, also where it has ended already', () => {
  const body = `
    await endChild(child, 'SIGTERM');
    await endChild(child, 'SIGKILL');
    console.log(JSON.stringify(child.signalCode));`;
  expect(play(body)).toBe('SIGTERM');
});
