import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './run-tool';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const until = async (state: () => boolean): Promise<void> => {
  while (!state()) await new Promise((resolve) => setImmediate(resolve));
};

/** As in /proc; `X` for a process that is gone. */
const statusOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ' X ';
  }
};

describe('a tool', () => {
  it('is told of by its status and what it printed', async () => {
    expect(await runTool(['sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({
      status: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await runTool([join(folder, 'none')])).toMatchObject({
      status: null,
      stderr: expect.stringContaining('ENOENT'),
    });
  });

  it('has ended with all that it started when its signal rejects it', async () => {
    const file = join(folder, 'pid');
    const controller = new AbortController();
    const tool = runTool(
      ['sh', '-c', `sh -c 'echo $$ > "${file}.part"; mv "${file}.part" "${file}"; exec sleep 600' & wait`],
      {
        signal: controller.signal,
      },
    );
    await until(() => existsSync(file));
    controller.abort(new Error('interrupted'));
    await expect(tool).rejects.toThrow('interrupted');
    const pid = Number(readFileSync(file, 'utf8'));
    // Its parent was ended as well: whoever inherited it may not have collected it yet.
    await until(() => / [ZX] /.test(statusOf(pid)));
  });

  it('ends with all that it started where the kit is killed', async () => {
    const file = join(folder, 'pid');
    const script = `echo $$ > "${file}.part"; mv "${file}.part" "${file}"; exec sleep 600`;
    const built = join(__dirname, '../dist/targets/run-tool.js');
    const command = ['sh', '-c', `setsid sh -c '${script}' & wait`];
    const program = `require(${JSON.stringify(built)}).runTool(${JSON.stringify(command)}); console.log('begun')`;
    const kit = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    // The tool runs before its starter has told the guard of it.
    await once(kit.stdout, 'data');
    await until(() => existsSync(file));
    const pid = Number(readFileSync(file, 'utf8'));
    expect(statusOf(pid)).not.toMatch(/ [ZX] /);
    kit.kill('SIGKILL');
    await until(() => / [ZX] /.test(statusOf(pid)));
  });
});
