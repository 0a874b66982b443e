import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { confirmFrozen, type FreezeEvidence, freezeTree, isStoppedByOther, thawTree } from './freeze';
import { readProcess, readThreadStates } from './process-table';
import { killTree, processTree, signalProcess } from './process-tree';

interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly marker: string;
  readonly lines: AsyncIterator<string>;
  readonly reader: Interface;
}

const started: Started[] = [];
let count = 0;

/** Starts a program as the leader of its group and waits until it says `ready`. */
async function start(command: string, parameters: readonly string[]): Promise<Started> {
  const marker = `LASTWORD_TEST_TREE=${process.pid}-${(count += 1)}`;
  const [name = '', value = ''] = marker.split('=');
  const child = spawn(command, parameters, {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, [name]: value },
  });
  if (child.pid === undefined) throw new Error(`${command} does not start`);
  const reader = createInterface({ input: child.stdout });
  const one: Started = { child, pid: child.pid, marker, reader, lines: reader[Symbol.asyncIterator]() };
  started.push(one);
  expect((await one.lines.next()).value).toBe('ready');
  return one;
}

const startNode = (script: string): Promise<Started> => start(process.execPath, ['-e', script]);

afterEach(async () => {
  for (const { pid, marker, child, reader } of started.splice(0)) {
    const isOver = child.exitCode !== null || child.signalCode !== null ? Promise.resolve([]) : once(child, 'exit');
    await killTree(pid, marker);
    await isOver;
    reader.close();
  }
});

async function freeze({ pid, marker }: Started): Promise<FreezeEvidence> {
  const frozen = await freezeTree({ rootPid: pid, marker });
  if (frozen.kind === 'failed') throw new Error(`${frozen.reason}: ${frozen.detail}`);
  return frozen.evidence;
}

const SPIN = 'console.log("ready"); setInterval(() => undefined, 1)';

const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

describeOnLinux('a freeze', () => {
  it('stops every thread of a process with many, and lets them go on', async () => {
    const target = await startNode(`
      const { Worker } = require('node:worker_threads');
      let ready = 0;
      for (let index = 0; index < 4; index += 1) {
        const worker = new Worker('require("node:worker_threads").parentPort.postMessage(0); for (;;);', { eval: true });
        worker.once('message', () => (ready += 1) === 4 && console.log('ready'));
      }
      process.stdin.on('data', () => console.log('alive'));`);
    const evidence = await freeze(target);
    expect(evidence.pids).toEqual([target.pid]);
    expect(evidence.threads).toBeGreaterThanOrEqual(5);
    expect(new Set(readThreadStates(target.pid))).toEqual(new Set(['T']));
    expect(confirmFrozen(evidence)).toEqual({ kind: 'frozen' });
    target.child.stdin?.write('x');
    thawTree(evidence);
    expect((await target.lines.next()).value).toBe('alive');
  });

  it('stops children and grandchildren', async () => {
    const target = await start('sh', ['-c', `sh -c 'sleep 600 & echo ready; wait' & wait`]);
    const evidence = await freeze(target);
    expect(evidence.pids).toHaveLength(3);
    expect(evidence.pids[0]).toBe(target.pid);
    expect(evidence.pids.map((pid) => readProcess(pid)?.state)).toEqual(['T', 'T', 'T']);
    thawTree(evidence);
  });

  it('stops a daemon that left group, session and parent, by its environment', async () => {
    const target = await startNode(`
      const { spawn } = require('node:child_process');
      const middle = spawn(process.execPath, ['-e', \`
        const daemon = require('node:child_process').spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
        daemon.once('spawn', () => process.exit());\`], { stdio: 'ignore', detached: true });
      middle.once('exit', () => console.log('ready'));
      setInterval(() => undefined, 1000);`);
    const evidence = await freeze(target);
    expect(evidence.pids).toHaveLength(2);
    const daemon = readProcess(evidence.pids[1] ?? 0);
    expect(daemon).toMatchObject({ state: 'T', group: evidence.pids[1], session: evidence.pids[1] });
    expect(daemon?.parent).not.toBe(target.pid);
    thawTree(evidence);
    expect(processTree(target.pid)).toEqual([target.pid]);
    expect(processTree(target.pid, target.marker)).toEqual(evidence.pids);
  });

  it('stops a tree that forks all the time', async () => {
    const target = await start('sh', ['-c', 'echo ready; while :; do /bin/true & /bin/true; done']);
    for (let round = 0; round < 20; round += 1) {
      const evidence = await freeze(target);
      expect(confirmFrozen(evidence)).toEqual({ kind: 'frozen' });
      thawTree(evidence);
    }
  });

  it('is confirmed a hundred times in a row', async () => {
    const target = await startNode(SPIN);
    const took: number[] = [];
    for (let round = 0; round < 100; round += 1) {
      const evidence = await freeze(target);
      took.push(evidence.tookMs);
      expect(confirmFrozen(evidence)).toEqual({ kind: 'frozen' });
      thawTree(evidence);
      expect(confirmFrozen(evidence).kind).toBe('moved');
    }
    expect(took.every((tookMs) => tookMs > 0 && tookMs < 5000)).toBe(true);
  });

  it('is not confirmed once somebody let the process go on', async () => {
    const target = await startNode(SPIN);
    const evidence = await freeze(target);
    signalProcess(target.pid, 'SIGCONT');
    expect(confirmFrozen(evidence)).toMatchObject({
      kind: 'moved',
      detail: expect.stringContaining(String(target.pid)),
    });
  });

  it('is not confirmed once the process has ended', async () => {
    const target = await startNode(SPIN);
    const evidence = await freeze(target);
    const exit = once(target.child, 'exit');
    signalProcess(target.pid, 'SIGKILL');
    await exit;
    expect(confirmFrozen(evidence)).toEqual({ kind: 'moved', detail: `process ${target.pid} has ended` });
  });

  it('fails where the root has ended, a zombie or gone', async () => {
    const target = await startNode('console.log("ready")');
    await once(target.child, 'exit');
    expect(await freezeTree({ rootPid: target.pid, marker: target.marker })).toMatchObject({
      kind: 'failed',
      reason: 'exited',
    });
  });

  it('that fails leaves nothing stopped', async () => {
    const target = await start('sh', ['-c', 'sleep 600 & echo ready; exec sleep 600']);
    // No time at all: it fails, or the first look found all stopped.
    const frozen = await freezeTree({ rootPid: target.pid, marker: target.marker, deadlineMs: -1 });
    if (frozen.kind === 'frozen') thawTree(frozen.evidence);
    expect(processTree(target.pid).map((pid) => isStoppedByOther(pid))).toEqual([false, false]);
  });

  it('tells a process that somebody else had stopped', async () => {
    const target = await startNode(SPIN);
    expect(isStoppedByOther(target.pid)).toBe(false);
    signalProcess(target.pid, 'SIGSTOP');
    while (readThreadStates(target.pid).some((state) => state !== 'T')) await new Promise(setImmediate);
    expect(isStoppedByOther(target.pid)).toBe(true);
  });
});
