import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isDead, owner } from './owner';

test('this process is its owner, and alive', () => {
  expect(owner()).toMatch(/^[\w.:-]+\/\d+\/\d+$/);
  expect(isDead(owner())).toBe(false);
});

test('an owner whose process ended is dead', async () => {
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  const [machine] = owner().split('/');
  const label = `${machine}/${child.pid}/1`;
  await once(child, 'exit');
  expect(isDead(label)).toBe(true);
});

test('a number that another process has by now is not the owner', () => {
  const [machine, pid] = owner().split('/');
  expect(isDead(`${machine}/${pid}/1`)).toBe(true);
});

test.each(['', 'x', 'elsewhere:boot:pid/1/1', `elsewhere:boot:pid/${process.pid}/1`])(
  'nothing is said of an owner elsewhere: %p',
  (label) => {
    expect(isDead(label)).toBe(false);
  },
);
