/** The CA of a run in a throw-away NSS database, which Chromium and Firefox look into for every certificate. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';

/** What a client says of how it trusts the CA. */
export const trustWords = {
  store: 'CA in a throw-away NSS database',
  nothing: 'certificate errors ignored',
};

function certutil(folder, args) {
  const { error, status, stderr } = spawnSync('certutil', [...args, '-d', `sql:${folder}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (error) return error.message;
  return status === 0 ? undefined : `certutil: ${stderr.trim() || `status ${status}`}`;
}

/**
 * Makes an empty database in a folder. Returns { trust }, which lets a file's CA in before the browser meets it; undefined
 * where this machine has no `certutil` (Debian: libnss3-tools), or it fails.
 *
 * @param note told why there is none
 */
export function openTrustStore(folder, note) {
  mkdirSync(folder, { recursive: true });
  const failed = certutil(folder, ['-N', '--empty-password']);
  if (failed !== undefined) {
    note(`certificate errors are ignored: no NSS database can be made: ${failed}`);
    return undefined;
  }
  const trusted = new Set();
  return {
    /** @throws {Error} it cannot be let in */
    trust(caFile) {
      const pem = readFileSync(caFile, 'utf8');
      if (trusted.has(pem)) return;
      const refused = certutil(folder, ['-A', '-n', `lastword ${trusted.size}`, '-t', 'C,,', '-i', caFile]);
      if (refused !== undefined) throw new Error(`the CA is not trusted: ${refused}`);
      trusted.add(pem);
    },
  };
}
