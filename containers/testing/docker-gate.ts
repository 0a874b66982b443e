/**
 * Tests that need a container engine: skipped aloud where `docker info` fails, or failing there with
 * `LASTWORD_CONTAINERS=required`.
 */
import { spawnSync } from 'node:child_process';

const answers = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
const isRequired = process.env['LASTWORD_CONTAINERS'] === 'required';

if (!answers && !isRequired) {
  process.stderr.write('skipped: no container engine answers; LASTWORD_CONTAINERS=required makes that a failure\n');
}

/** `test`, where an engine answers or is required. */
export const withDocker: jest.It = answers || isRequired ? test : test.skip;

/** What `docker` says. */
export function docker(...args: readonly string[]): string {
  const run = spawnSync('docker', args, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`docker ${args.join(' ')}: ${run.stderr}`);
  return run.stdout.trim();
}

/** The containers (with their states), networks and volumes of one kit: others may run beside it. */
export function leftoversOf(kitPid: number | undefined): readonly string[] {
  const format = '{{.Label "lastword.owner"}}';
  const label = 'label=lastword.owner';
  const owned = [
    ...docker('ps', '-a', '--filter', label, '--format', `${format} {{.Status}}`).split('\n'),
    ...docker('network', 'ls', '--filter', label, '--format', `${format} {{.Name}}`).split('\n'),
    ...docker('volume', 'ls', '--filter', label, '--format', `${format} {{.Name}}`).split('\n'),
  ];
  return owned.filter((each) => each.split('/')[1] === String(kitPid));
}
