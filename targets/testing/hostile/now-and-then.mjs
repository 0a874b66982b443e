// A one-shot adapter that makes no connection every other time, as one that runs out of descriptors.
import { appendFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, end, greet, say } from './one-shot.mjs';

greet('now-and-then', ['code']);
const count = join(tmpdir(), 'now-and-then.count');
appendFileSync(count, '.');
// The control in front of everything is one of the good ones.
if (statSync(count).size % 2 === 0) {
  say({ event: 'error', message: 'too many open files' });
  end();
} else {
  connect();
}
