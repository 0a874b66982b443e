// A one-shot adapter of ws that says of itself what `OBSERVES` says, and always tells the code.
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';

const { LASTWORD_URL: url, LASTWORD_CA_FILE: caFile, LASTWORD_TRIAL: trial, LASTWORD_OFFER: offer } = process.env;
const say = (event) => process.stdout.write(`${JSON.stringify({ trial, ...event })}\n`);
const features = ['wss', 'ws', 'tls1.2', 'tls1.3'];
say({
  event: 'hello',
  protocol: 1,
  client: { name: 'said-otherwise', version: '1', runtime: 'node', platform: 'any' },
  api: 'callback',
  model: 'other',
  habits: [],
  observes: (process.env.OBSERVES ?? '').split(' ').filter(Boolean),
  features,
  limits: {},
});
if (JSON.parse(process.env.LASTWORD_REQUIRES ?? '[]').some((each) => !features.includes(each))) process.exit(89);
const socket = new WebSocket(url, caFile === undefined ? {} : { ca: readFileSync(caFile) });
socket.on('open', () => {
  say({ event: 'open', protocol: '' });
  if (offer !== undefined) socket.send(offer);
});
socket.on('message', (data, isBinary) => {
  say({ event: 'message', type: isBinary ? 'binary' : 'text', data: Buffer.from(data).toString() });
});
socket.on('error', ({ message }) => say({ event: 'error', message }));
socket.on('close', (code, reason) => {
  say({ event: 'close', code, reason: reason.toString(), wasClean: null });
  say({ event: 'done' });
  setTimeout(() => process.exit(0), 260);
});
