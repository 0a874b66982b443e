/** Prints a payload byte by byte instead of as UTF-8. */
import { writeSync } from 'node:fs';
import { obey, say } from './base.mjs';

obey((trial) => {
  writeSync(1, Buffer.from(`{"event":"message","trial":"${trial}","type":"text","data":"\xff\xfe"}\n`, 'latin1'));
  say({ event: 'done', trial });
});
