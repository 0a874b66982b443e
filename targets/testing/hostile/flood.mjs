/** Prints 100 MB of valid lines of its trial. */
import { obey, say } from './base.mjs';

obey((trial) => {
  const line = JSON.stringify({ event: 'message', trial, type: 'text', data: 'x'.repeat(1000) });
  for (let bytes = 0; bytes < 100_000_000; bytes += line.length + 1) say(`${line}\n`);
});
