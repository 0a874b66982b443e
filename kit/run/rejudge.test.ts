import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogueDigest } from '../cases/catalogue';
import { rejudge } from './rejudge';

it('accuses nobody of having changed what breaks the judge, and keeps what was thrown', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lastword-rejudge-'));
  try {
    const none = { cases: [], transports: [], binding: [], units: [], targets: ['x'] };
    const run = { kind: 'run', schema: 'lastword/trials/1', catalogueDigest: catalogueDigest(), ...none };
    const target = { kind: 'target', name: 'x', spec: 'x', hello: null, admitted: true };
    const named = { kind: 'trial', trial: 't1', target: 'x', case: 'code/none', part: null, transport: 'tls13' };
    const trial = { ...named, role: 'trial', connections: [], adapter: null, host: null, log: null };
    const lines = [run, target, trial].map((line) => `${JSON.stringify(line)}\n`);
    writeFileSync(join(folder, 'trials.ndjson'), lines.join(''));
    await expect(rejudge(folder)).rejects.toMatchObject({
      code: 'JOURNAL',
      message: expect.stringMatching(/cannot be judged: it is damaged, or this is a fault of the kit \(/) as string,
      cause: expect.any(TypeError) as TypeError,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
