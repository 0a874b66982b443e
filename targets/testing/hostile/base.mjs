/** A resident adapter without a client: hello, pong, and whatever the caller does with an order. */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

export const say = (line) => writeSync(1, typeof line === 'string' ? line : `${JSON.stringify(line)}\n`);

export const hello = (name = 'hostile') => ({
  event: 'hello',
  protocol: 1,
  client: { name, version: '1' },
  features: [],
});

export function obey(onRun, onEnd = () => process.exit(0)) {
  say(hello());
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const command = JSON.parse(line);
      if (command.op === 'ping') say({ event: 'pong', id: command.id });
      if (command.op === 'run') onRun(command.trial);
    })
    .on('close', onEnd);
}
