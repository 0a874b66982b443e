/** An adapter that knows what it cannot do, and takes all memory there is as soon as it is told to connect. */
import { createInterface } from 'node:readline';
import process from 'node:process';
import { hello, say } from '../../testing/hostile/base.mjs';

const features = ['wss', 'ws', 'tls1.2', 'tls1.3'];
say({ ...hello('eats-memory'), features });
createInterface({ input: process.stdin }).on('line', (line) => {
  const { op, id, trial, requires } = JSON.parse(line);
  if (op === 'ping') say({ event: 'pong', id });
  if (op !== 'run') return;
  const unknown = requires.find((feature) => !features.includes(feature));
  if (unknown !== undefined) say({ event: 'unsupported', trial, feature: unknown });
  else eat();
});

function eat() {
  const kept = [];
  for (;;) kept.push(Buffer.alloc(1 << 20, kept.length));
}
