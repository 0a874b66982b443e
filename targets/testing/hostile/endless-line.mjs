/** Prints one line without end. */
import { obey, say } from './base.mjs';

obey((trial) => {
  say(`{"event":"message","trial":"${trial}","type":"text","data":"`);
  for (;;) say('z'.repeat(65_536));
});
