import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from './find-browser';
import type { Manifest } from './manifest';

const folder = mkdtempSync(join(tmpdir(), 'lastword-find-browser-'));
const program = join(folder, 'second-name');
writeFileSync(program, '#!/bin/sh\n');
chmodSync(program, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const manifest: Manifest = {
  name: 'netscape',
  homepage: 'https://example.org',
  command: ['x'],
  file: join(folder, 'target.json'),
  dir: folder,
  browser: { programs: ['first-name', '/nowhere/first-name', 'second-name'], package: 'netscape-esr' },
};

describe('the browser of a target', () => {
  it('is the first of its names that this machine has', () => {
    expect(findBrowser(manifest, { path: folder })).toBe(program);
  });

  it('is the one that was named, whatever this machine has', () => {
    expect(findBrowser(manifest, { given: program, path: '' })).toBe(program);
  });

  it('is none where the target is no browser', () => {
    const { browser: _browser, ...other } = manifest;
    expect(findBrowser(other, { path: folder })).toBeUndefined();
  });

  it('that is missing is one line with the package that brings it', () => {
    expect(() => findBrowser(manifest, { path: '/nowhere' })).toThrow(
      '`netscape`: no such browser on this machine: install it (`apt-get install netscape-esr`), or name it with `--browser-path FILE`',
    );
  });

  it('that lacks what drives it is one line with the package, whatever was named', () => {
    const driven: Manifest = {
      ...manifest,
      browser: { programs: ['second-name'], beside: ['second-name', 'driver'], package: 'netscape-driver display' },
    };
    const line =
      '`netscape`: no `driver`, which drives it, on this machine: install it (`apt-get install netscape-driver display`)';
    expect(() => findBrowser(driven, { path: folder })).toThrow(line);
    expect(() => findBrowser(driven, { given: program, path: folder })).toThrow(line);
  });

  it('that was named and does not exist is told by its option', () => {
    expect(() => findBrowser(manifest, { given: '/nowhere/x', path: folder })).toThrow(
      '`--browser-path`: no executable program at /nowhere/x',
    );
  });
});
