/** Is an adapter until its first order, then prints garbage among its events. */
import { obey, say } from './base.mjs';

obey((trial) => {
  say('DEBUG connecting\n[1,2]\n"text"\n{"event":7}\n');
  say({ event: 'close', trial, code: 'none' });
  say({ event: 'teleported', trial });
  say({ event: 'done', trial });
});
