/** A one-shot adapter that does without its URL what such programs do: it prints its usage and fails. */
import { hello, say } from './base.mjs';

const { LASTWORD_URL, LASTWORD_TRIAL: trial, LASTWORD_REQUIRES = '[]', LASTWORD_OFFER } = process.env;
if (LASTWORD_URL === undefined) {
  console.error('usage: LASTWORD_URL=… once');
  process.exit(1);
}
say(hello(process.env.ONCE_NAME_FILE && LASTWORD_OFFER ? 'another' : 'once'));
if (JSON.parse(LASTWORD_REQUIRES).length > 0) process.exit(process.argv[2] === 'careless' ? 0 : 89);
if (LASTWORD_OFFER === 'crash') process.exit(3);
if (LASTWORD_OFFER === 'hang') {
  say({ event: 'open', trial });
  setInterval(() => undefined, 1000);
} else {
  say({ event: 'open', trial });
  say({ event: 'message', trial, type: 'text', data: LASTWORD_OFFER ?? '(no offer)' });
  say({ event: 'close', trial });
  say({ event: 'done', trial });
}
