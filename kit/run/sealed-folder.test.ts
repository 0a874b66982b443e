import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFile, listFolder, readNamed, readWhole } from './sealed-folder';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-sealed-'));
  mkdirSync(join(folder, 'evidence/a'), { recursive: true });
  writeFileSync(join(folder, 'report.json'), '{}');
  writeFileSync(join(folder, 'evidence/a/b.txt'), 'abc');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('lists files by name, with their lengths', () => {
  expect([...listFolder(folder).files]).toEqual([
    ['evidence/a/b.txt', 3],
    ['report.json', 2],
  ]);
});

it('follows no link and opens no pipe', () => {
  symlinkSync('/etc/passwd', join(folder, 'passwd'));
  symlinkSync('/etc', join(folder, 'evidence/etc'));
  spawnSync('mkfifo', [join(folder, 'pipe')]);
  const { files, problems } = listFolder(folder);
  expect([...files.keys()]).toEqual(['evidence/a/b.txt', 'report.json']);
  expect([...problems].sort()).toEqual([
    'evidence/etc is a symbolic link',
    'passwd is a symbolic link',
    'pipe is no regular file',
  ]);
  expect(() => hashFile(folder, 'passwd')).toThrow(expect.objectContaining({ code: 'FILES' }));
  expect(() => hashFile(folder, 'pipe')).toThrow(expect.objectContaining({ code: 'FILES' }));
  expect(() => readWhole(join(folder, 'evidence'), 10)).toThrow(expect.objectContaining({ code: 'FILES' }));
  expect(() => readWhole(join(folder, 'nowhere'), 10)).toThrow(expect.objectContaining({ code: 'FILES' }));
});

it('takes no name that a terminal or a path would read otherwise', () => {
  writeFileSync(join(folder, 'a\u001b[31m'), '');
  writeFileSync(join(folder, 'a\\b'), '');
  expect(listFolder(folder).problems).toHaveLength(2);
});

it('names a folder that may not be read, and lists the rest', () => {
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'evidence/a'), 0);
  try {
    expect(asNobody(() => listFolder(folder))).toEqual({
      files: new Map([['report.json', 2]]),
      problems: ['evidence/a cannot be read (EACCES)'],
    });
    chmodSync(folder, 0o400);
    expect(asNobody(() => listFolder(folder)).problems).not.toEqual([]);
  } finally {
    chmodSync(folder, 0o700);
    chmodSync(join(folder, 'evidence/a'), 0o700);
  }
});

/** Root may read everything. */
function asNobody<Found>(act: () => Found): Found {
  if (process.geteuid?.() !== 0) return act();
  process.seteuid?.(65_534);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
  }
}

it('hashes as a stream', () => {
  expect(hashFile(folder, 'evidence/a/b.txt')).toEqual({
    bytes: 3,
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  });
});

it('refuses what is larger than is read, and a line without end', () => {
  expect(() => readWhole(join(folder, 'report.json'), 1)).toThrow(expect.objectContaining({ code: 'FILES' }));
  writeFileSync(join(folder, 'trials.ndjson'), '');
  truncateSync(join(folder, 'trials.ndjson'), 257 * 1024 * 1024);
  expect(() => hashFile(folder, 'trials.ndjson')).toThrow('has a line of more than');
});

it('reads a file that the user names through a link, and of a large one no more than it must', () => {
  const link = join(folder, 'link');
  symlinkSync('evidence/a/b.txt', link);
  expect(readNamed(link, 10).toString()).toBe('abc');
  expect(readNamed(link, 1).toString()).toBe('ab');
  expect(() => readNamed(folder, 10)).toThrow(expect.objectContaining({ code: 'FILES' }));
  expect(() => readNamed(join(folder, 'nowhere'), 10)).toThrow('there is no such file');
  expect(() => readWhole(link, 10)).toThrow('is a symbolic link');
});
