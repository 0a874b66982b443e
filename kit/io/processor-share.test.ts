import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { lookAtProcessors, mostDelayed, type ProcessorLook } from './processor-share';

const look = (
  atMs: number,
  times: Readonly<Record<number, readonly [ran: number, waited: number]>>,
): ProcessorLook => ({
  atNs: atMs * 1e6,
  times: new Map(
    Object.entries(times).map(([pid, [ran, waited]]) => [Number(pid), { ranNs: ran * 1e6, waitedNs: waited * 1e6 }]),
  ),
});

describe('the share of the processor', () => {
  it('is that of the process which waited most, not of the shell in front of it', () => {
    const before = look(1000, { 7: [40, 3], 8: [100, 50] });
    expect(mostDelayed(before, look(2000, { 7: [40, 3], 8: [150, 850] }))).toEqual({ waited: 0.8, ran: 0.05 });
  });

  it('takes a process born in between from its beginning, and leaves out one that has ended', () => {
    const before = look(0, { 7: [0, 0], 9: [0, 900] });
    expect(mostDelayed(before, look(1000, { 7: [0, 100], 8: [0, 400] }))).toEqual({ waited: 0.4, ran: 0 });
  });

  it('is never more than the whole, nor less than nothing', () => {
    expect(mostDelayed(look(0, { 7: [0, 0] }), look(10, { 7: [40, 90] }))).toEqual({ waited: 1, ran: 1 });
    expect(mostDelayed(look(0, { 7: [50, 50] }), look(10, { 7: [20, 20] }))).toEqual({ waited: 0, ran: 0 });
  });

  it('is unknown where nothing is seen', () => {
    expect(mostDelayed(look(0, {}), look(10, {}))).toBeUndefined();
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;

  onLinux('sees a client in this very process', () => {
    const marker = 'LASTWORD_TEST_NONE=1';
    const before = lookAtProcessors(process.pid, marker);
    expect([...before.times.keys()]).toEqual([process.pid]);
    expect(mostDelayed(before, lookAtProcessors(process.pid, marker))).toBeDefined();
  });

  onLinux('sees a child at work below a shell that waits for it', async () => {
    const spin = 'console.log(process.pid); for (;;);';
    const shell = spawn('sh', ['-c', `"$0" -e '${spin}' & wait`, process.execPath], { detached: true });
    const { pid } = shell;
    if (pid === undefined) throw new Error('there is no shell');
    const reader = createInterface({ input: shell.stdout });
    const [child] = (await once(reader, 'line')) as [string];
    try {
      const before = lookAtProcessors(pid);
      expect([...before.times.keys()].toSorted((a, b) => a - b)).toEqual(
        [pid, Number(child)].toSorted((a, b) => a - b),
      );
      let after = before;
      const ranNs = (seen: ProcessorLook): number => seen.times.get(Number(child))?.ranNs ?? 0;
      while (ranNs(after) <= ranNs(before)) after = lookAtProcessors(pid);
      expect(mostDelayed(before, after)).toBeDefined();
    } finally {
      process.kill(-pid, 'SIGKILL');
      reader.close();
    }
  });
});
