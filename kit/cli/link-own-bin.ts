/**
 * Run by `npm ci` in a clone: npm links the programs of dependencies, not the package's own, and `npx lastword` is what
 * the README says. On Windows npm's own shim is imitated.
 */
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.cwd(), 'node_modules', '.bin');
const program = join('..', '..', 'dist', 'kit', 'cli', 'main.js');

chmodSync(join(__dirname, 'main.js'), 0o755);
if (existsSync(join(process.cwd(), 'node_modules'))) {
  mkdirSync(folder, { recursive: true });
  const link = join(folder, 'lastword');
  rmSync(link, { force: true });
  if (process.platform === 'win32') writeFileSync(`${link}.cmd`, `@node "%~dp0\\${program}" %*\r\n`);
  else symlinkSync(program, link);
}
