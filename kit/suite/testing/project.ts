/** A throw-away project of somebody else, in which tests are run as its owner would. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Ended {
  readonly status: number | null;
  /** Both streams, without colours. */
  readonly output: string;
}

export interface Project extends Disposable {
  readonly folder: string;
  write(files: Readonly<Record<string, string>>): void;
  run(command: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
}

/** Makes an empty project below the system's folder for temporary files. */
export function newProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'lastword-project-'));
  const write: Project['write'] = (files) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };
  return {
    folder,
    write,
    run: (command, env = {}) => run(folder, command, env),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** The kit and what it is tested with, by links: as fast as nothing is installed. */
export function link(project: Project, root: string, packages: readonly string[]): void {
  mkdirSync(join(project.folder, 'node_modules'));
  symlinkSync(root, join(project.folder, 'node_modules/lastword'));
  for (const name of packages)
    symlinkSync(join(root, 'node_modules', name), join(project.folder, 'node_modules', name));
}

function run(cwd: string, command: readonly string[], extra: Readonly<Record<string, string>>): Promise<Ended> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: environment(extra) });
  let output = '';
  const hear = (bytes: Buffer): void => {
    output += bytes.toString();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    // oxlint-disable-next-line no-control-regex -- that is what colours begin with
    child.on('close', (status) => resolve({ status, output: output.replaceAll(/\u001b\[[\d;]*m/g, '') }));
  });
}

/** That of a user: nothing of the runner that runs this. */
function environment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:JEST_WORKER_ID|NODE_ENV|NODE_OPTIONS|LASTWORD_(?:SEED|OUTPUT)|FORCE_COLOR)$/.test(name),
  );
  return { ...Object.fromEntries(own), NO_COLOR: '1', CI: 'true', ...extra };
}
