/** Ends as a program with a block-buffered standard output does when it is cut off: in the middle of a line. */
import { obey, say } from './base.mjs';

obey((trial) => {
  say({ event: 'open', trial });
  say(`{"event":"message","trial":"${trial}","type":"te`);
  process.exit(0);
});
