/** Introduces itself twice. */
import { hello, obey, say } from './base.mjs';

obey((trial) => {
  say(hello('somebody else'));
  say({ event: 'done', trial });
});
