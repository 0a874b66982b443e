/** Dies in its first trial. */
import { obey, say } from './base.mjs';

obey((trial) => {
  say({ event: 'open', trial });
  console.error('assertion failed');
  process.kill(process.pid, 'SIGSEGV');
});
