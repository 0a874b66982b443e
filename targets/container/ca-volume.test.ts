import { execFileSync } from 'node:child_process';
import { tarOf } from './ca-volume';

describe('the archive of one file', () => {
  it.each([0, 1, 511, 512, 513])('is what tar reads, at %d bytes', (bytes) => {
    const archive = tarOf('ca.pem', Buffer.alloc(bytes, 'x'));
    expect(archive.length % 512).toBe(0);
    expect(execFileSync('tar', ['-xOf', '-'], { input: archive }).toString()).toBe('x'.repeat(bytes));
    const listed = execFileSync('tar', ['-tvf', '-'], { input: archive, env: { ...process.env, LC_ALL: 'C' } });
    expect(listed.toString()).toMatch(/^-r--r--r-- (0\/0|root\/root) +\d+ .* ca\.pem\n$/);
  });
});
