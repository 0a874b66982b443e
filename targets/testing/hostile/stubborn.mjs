/** Ends neither at the end of its input nor on SIGTERM. */
import { obey, say } from './base.mjs';

process.on('SIGTERM', () => undefined);
setInterval(() => undefined, 1000);
obey(
  (trial) => say({ event: 'done', trial }),
  () => undefined,
);
