/** The bare loop that a run is measured against: the same client, the same machine, and no kit at all. */
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';

const [url = '', caFile = '', count = '0'] = process.argv.slice(2);
const ca = readFileSync(caFile);

function once(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { ca });
    let heard = 0;
    socket.on('open', () => socket.send('{"type":"offer"}'));
    socket.on('message', () => {
      heard += 1;
    });
    socket.on('error', reject);
    socket.on('close', () => (heard === 1 ? resolve() : reject(new Error(`${heard} messages and not one`))));
  });
}

async function loop(): Promise<void> {
  // The first connections pay for the start of the process.
  for (let warm = 0; warm < 20; warm++) await once();
  const startedMs = performance.now();
  for (let done = 0; done < Number(count); done++) await once();
  process.stdout.write(`${(Number(count) / (performance.now() - startedMs)) * 1000}\n`);
}

void loop();
