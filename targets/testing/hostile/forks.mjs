/**
 * Starts three children that live on: one in its group, one in a session of its own, one that ignores SIGTERM and holds
 * the standard output. Tells their process ids, and with the argument `exit` it then ends by itself.
 */
import { spawn } from 'node:child_process';
import { obey, say } from './base.mjs';

const sleeper = ['-e', "process.on('SIGTERM', () => undefined); console.log(''); setInterval(() => undefined, 1000)"];

const start = (options, ready) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, sleeper, options);
    if (child.stdout) child.stdout.once('data', () => resolve(child.pid));
    else setTimeout(() => resolve(child.pid), ready);
  });

obey(async (trial) => {
  const pids = await Promise.all([
    start({ stdio: ['ignore', 'pipe', 'ignore'] }),
    start({ stdio: ['ignore', 'pipe', 'ignore'], detached: true }),
    start({ stdio: ['ignore', 'inherit', 'ignore'] }, 100),
  ]);
  say({ event: 'error', trial, message: pids.join(' ') });
  if (process.argv[2] === 'exit') process.exit(0);
});
