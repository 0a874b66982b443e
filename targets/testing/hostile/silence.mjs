/** Says hello and nothing more, whatever it is told, and does not end. */
import { hello, say } from './base.mjs';

say(hello());
process.stdin.resume();
setInterval(() => undefined, 1000);
