import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from './journal';

it('what comes behind its end is written nowhere, whatever file has its descriptor by then', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lastword-journal-'));
  try {
    const journal = new Journal(join(folder, 'trials.ndjson'));
    const end = { kind: 'end', endedAt: '2026-01-01T00:00:00.000Z', partial: false } as const;
    journal.write(end);
    journal[Symbol.dispose]();
    const other = openSync(join(folder, 'other'), 'a');
    journal.write(end);
    closeSync(other);
    expect(readFileSync(join(folder, 'trials.ndjson'), 'utf8')).toBe(`${JSON.stringify(end)}\n`);
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
