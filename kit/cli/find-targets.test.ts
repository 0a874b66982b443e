import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTargets, type TargetWords } from './find-targets';

const find = (words: TargetWords) =>
  findTargets(words, { signal: new AbortController().signal, log: (line) => void log.push(line) });
const log: string[] = [];

describe('`--freeze`', () => {
  it('is part of what is typed to run it again, where it is not the usual', async () => {
    const exec = ['node --version'];
    const [held] = await find({ names: [], exec, freeze: 'main-thread' });
    expect(held?.spec).toBe("--exec 'node --version' --freeze main-thread");
    const [stopped] = await find({ names: [], exec, freeze: 'processes' });
    expect(stopped?.spec).toBe("--exec 'node --version'");
  });

  it('of the main thread alone is nothing for a container', async () => {
    await expect(find({ names: [], image: ['some/image'], freeze: 'main-thread' })).rejects.toMatchObject({
      code: 'FREEZE',
    });
  });
});

describe('`--prefix`', () => {
  it('is asked for where libdatachannel is named, before anything is installed', async () => {
    await expect(find({ names: ['ws@8.0.0', 'libdatachannel'] })).rejects.toMatchObject({
      code: 'PREFIX',
      message: expect.stringContaining('name that folder: `lastword run libdatachannel --prefix DIR`'),
    });
    expect(log).toEqual([]);
  });

  it('is not asked for where a version is named that the kit can build, and no other version can', async () => {
    await expect(find({ names: ['ws@8.0.0', 'libdatachannel@0.20.1'] })).rejects.toThrow(
      '`libdatachannel@0.20.1`: expected 0.21.2 or 0.23.2, which can be built from the crate datachannel-sys',
    );
    await expect(find({ names: ['libdatachannel@0.21.2'], prefix: '/opt/ldc' })).rejects.toThrow(
      '`--prefix` says where libdatachannel is installed: name it',
    );
  });

  it.each([[{ names: ['ws'] }], [{ names: [], exec: ['node x.js'] }]])(
    'belongs to libdatachannel: %j',
    async (words) => {
      await expect(find({ ...words, prefix: '/opt/somewhere' })).rejects.toMatchObject({
        code: 'PREFIX',
        message:
          '`--prefix` says where libdatachannel is installed: name it (`lastword run libdatachannel --prefix DIR`), or leave `--prefix` out',
      });
    },
  );

  it('names a folder that holds the library', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
    await expect(find({ names: ['libdatachannel'], prefix: folder })).rejects.toThrow(
      `\`--prefix ${folder}\`: expected a prefix that libdatachannel is installed to`,
    );
    rmSync(folder, { recursive: true });
  });
});
