/** A correct one-shot adapter of ws, which says of itself what its caller likes, and connects when it is told to. */
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';

const { LASTWORD_URL: url, LASTWORD_CA_FILE: caFile, LASTWORD_TRIAL: trial, LASTWORD_OFFER: offer } = process.env;
const features = ['wss', 'ws', 'tls1.2', 'tls1.3'];

export const say = (event) => process.stdout.write(`${JSON.stringify({ trial, ...event })}\n`);

/** Leaves, with the status of the protocol, where more is required. */
export function greet(name, observes) {
  say({
    event: 'hello',
    protocol: 1,
    client: { name, version: '1', runtime: 'node', platform: 'any' },
    api: 'callback',
    model: 'other',
    habits: [],
    observes,
    features,
    limits: {},
  });
  if (JSON.parse(process.env.LASTWORD_REQUIRES ?? '[]').some((each) => !features.includes(each))) process.exit(89);
}

export function end() {
  say({ event: 'done' });
  setTimeout(() => process.exit(0), 260);
}

export function connect() {
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
    end();
  });
}
