/** An image for a processor that this machine has not, whose program is one that no kernel takes. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docker } from '../../../containers/testing/docker-gate';

/** Loads it as `docker save` would have written it: an engine builds only for itself. */
export function loadForeignImage(name: string, architecture: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'lastword-foreign-'));
  const tar = (archive: string, ...files: readonly string[]): void =>
    void execFileSync('tar', ['-cf', archive, ...files], { cwd: folder });
  try {
    writeFileSync(join(folder, 'client'), '\x7fELF of another machine');
    chmodSync(join(folder, 'client'), 0o755);
    tar('layer.tar', 'client');
    const layer = createHash('sha256')
      .update(readFileSync(join(folder, 'layer.tar')))
      .digest('hex');
    const rootfs = { type: 'layers', diff_ids: [`sha256:${layer}`] };
    const config = { architecture, os: 'linux', config: { Cmd: ['/client'] }, rootfs };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }];
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    tar('image.tar', 'manifest.json', 'config.json', 'layer.tar');
    docker('load', '--input', join(folder, 'image.tar'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
