/** ws as a one-shot adapter: its orders stand in the environment. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { WebSocket } from 'ws';

const { LASTWORD_URL: url, LASTWORD_CA_FILE: caFile, LASTWORD_TRIAL: trial, LASTWORD_OFFER: offer } = process.env;
const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));

if (url === undefined) {
  console.error('usage: LASTWORD_URL=… one-shot');
  process.exit(1);
}
say('hello', {
  protocol: 1,
  client: { name: 'one-shot', version: '1' },
  observes: ['code', 'reason', 'error'],
  features: ['wss', 'ws', 'tls1.2', 'tls1.3'],
});
const known = ['wss', 'ws', 'tls1.2', 'tls1.3'];
if (JSON.parse(process.env.LASTWORD_REQUIRES ?? '[]').some((feature) => !known.includes(feature))) process.exit(89);
const socket = new WebSocket(url, { perMessageDeflate: false, ...(caFile ? { ca: readFileSync(caFile) } : {}) });
socket.on('open', () => {
  say('open', { trial });
  if (offer !== undefined) socket.send(offer);
});
socket.on('message', (data) => say('message', { trial, type: 'text', data: new TextDecoder().decode(data) }));
socket.on('error', (error) => say('error', { trial, message: error.message }));
socket.on('close', (code, reason) => {
  say('close', { trial, code, reason: reason.toString() });
  say('done', { trial });
  setTimeout(() => undefined, 250);
});
