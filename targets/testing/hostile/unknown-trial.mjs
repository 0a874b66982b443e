/** Speaks of a trial that it was never given. */
import { obey, say } from './base.mjs';

obey((trial) => {
  say({ event: 'open', trial: `${trial}-and-more` });
  say({ event: 'done', trial });
});
