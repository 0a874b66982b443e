import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freezeTree, thawTree } from './freeze';
import { readProcess } from './process-table';
import { killTree, processTree, signalProcess } from './process-tree';

const describeOnUnix = process.platform === 'win32' ? describe.skip : describe;

describeOnUnix('a process tree', () => {
  it('never contains this process, its ancestors or init', () => {
    expect(processTree(1)).not.toContain(process.pid);
    expect(processTree(1)).not.toContain(1);
    expect(processTree(process.ppid)).not.toContain(process.pid);
    expect(processTree(process.ppid)).not.toContain(process.ppid);
  });

  it('of no process is empty', () => {
    expect(processTree(2 ** 30)).toEqual([]);
  });

  it('is killed as a whole, its root dead or alive, stopped or not', async () => {
    const child = spawn('sh', ['-c', 'sleep 600 & sleep 600 & kill -STOP $!; echo ready; exec sleep 600'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface({ input: child.stdout }), 'line');
    const pid = child.pid ?? 0;
    const tree = processTree(pid);
    expect(tree).toHaveLength(3);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    expect(processTree(pid)).toEqual(tree.filter((member) => member !== pid));
    expect(await killTree(pid)).toEqual([]);
    expect(processTree(pid)).toEqual([]);
  });

  it('of a marker does not take a foreign process for its root', async () => {
    // A grandchild of ours that lacks the marker: what a recycled pid would look like.
    const child = spawn('sh', ['-c', 'sleep 600 & echo $!; wait'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const grandchild = Number(line);
    expect(processTree(grandchild)).toEqual([grandchild]);
    expect(processTree(grandchild, 'LASTWORD_TEST_NONE=1')).toEqual([]);
    expect(await killTree(child.pid ?? 0)).toEqual([]);
  });
});

const hasBash = process.platform !== 'win32' && spawnSync('bash', ['-c', 'set -m']).status === 0;
const withBash = hasBash ? it : it.skip;

describeOnUnix('a shell with job control in front of the client', () => {
  withBash('finds its job running again when it goes on itself, and keeps it', async () => {
    // Each beat is answered by the client alone: it has gone on when one comes.
    const client = `process.stdin.on('data', () => console.log('beat')); console.log('ready');`;
    const child = spawn('bash', ['-c', `set -m; "${process.execPath}" -e "$CLIENT"; echo "left $?"`], {
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, CLIENT: client },
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('ready');
    const rootPid = child.pid ?? 0;
    for (let turn = 0; turn < 15; turn++) {
      const frozen = await freezeTree({ rootPid });
      if (frozen.kind === 'failed') throw new Error(frozen.detail);
      thawTree(frozen.evidence);
      child.stdin.write('.');
      expect((await lines.next()).value).toBe('beat');
    }
    child.stdin.end();
    expect((await lines.next()).value).toBe('left 0');
    expect(await killTree(rootPid)).toEqual([]);
  });
});

describeOnUnix('a signal', () => {
  it('never goes to pid 0, 1, ourselves or our group', () => {
    const group = readProcess(process.pid)?.group ?? 0;
    expect([0, 1, -1, process.pid, -group, Number.NaN].map((pid) => signalProcess(pid, 'SIGCONT'))).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('to a process that is gone is told, not thrown', () => {
    expect(signalProcess(2 ** 30, 'SIGCONT')).toBe(false);
  });
});
