/** Programs that break the adapter protocol: each ends in the right breach or refusal, and leaves nothing running. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdapterRefusal, type AdapterSession } from '../kit/core/target';
import { patienceWhen } from './open-adapter';
import { programTarget, type ProgramOptions } from './program';
import { describeRefusal } from './seen';
import { Recorder } from './testing/recorder';

const quick = { helloMs: 20_000, pongMs: 20_000, inputEndMs: 300, termMs: 300 };

function hostile(program: string, options: Partial<ProgramOptions> = {}) {
  const script = join(__dirname, 'testing', 'hostile', `${program}.mjs`);
  return programTarget({ name: program, command: [process.execPath, script], patience: quick, ...options });
}

function order(trial: string) {
  const url = `wss://localhost:9/${trial}`;
  return { trial, url, requires: [], subprotocols: [], deflate: false, reactions: [], deadlineMs: 1000 };
}

/** The processes that have the session's marker in their environment, zombies left out. */
function processesOf(marker: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(marker);
    } catch {
      // Not ours to read, or gone since the folder was listed.
      return false;
    }
  });
}

async function withSession(
  program: string,
  use: (session: AdapterSession, recorder: Recorder) => Promise<void>,
  options: Partial<ProgramOptions> = {},
): Promise<Recorder> {
  const recorder = new Recorder();
  const session = await hostile(program, options).launch(recorder);
  try {
    await session.run(order('T1'));
    await use(session, recorder);
  } finally {
    await session.close();
  }
  expect(processesOf(session.marker)).toEqual([]);
  return recorder;
}

async function refusalOf(program: string, options: Partial<ProgramOptions> = {}): Promise<string> {
  const refused: unknown = await hostile(program, options)
    .launch(new Recorder())
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(AdapterRefusal);
  return describeRefusal(refused);
}

const kinds = (recorder: Recorder) => recorder.breaches.map(({ kind }) => kind);

describe('a program that is no adapter is refused, with what was seen of it', () => {
  it('prints garbage: shown without its control characters', async () => {
    const message = await refusalOf('garbage');
    expect(message).toContain('malformed-line: not JSON: \\u{1b}[31mUsage: client URL\\u{7}');
    expect(message).toContain('ended with status 2');
    expect(message).toContain('hello');
  });

  it('crashes at once: named with its signal and its last words', async () => {
    const message = await refusalOf('crash');
    expect(message).toContain('ended by SIGSEGV');
    expect(message).toContain('stderr: cannot find libclient.so');
  });

  it('reports events without a hello', async () => {
    expect(await refusalOf('no-hello')).toContain('no-hello: `open` before any hello');
  });

  it('says hello and nothing more', async () => {
    const patience = { ...quick, pongMs: 1500 };
    expect(await refusalOf('silence', { patience })).toContain('still running, without an answer to `ping`');
    expect(await refusalOf('silence', { patience, mode: 'one-shot' })).toContain('still running, without an end');
  });

  it('floods before it says anything', async () => {
    expect(await refusalOf('flood-of-nothing')).toContain('malformed-line');
  });

  it('says nothing at all', async () => {
    const command = [process.execPath, '-e', 'setInterval(() => undefined, 1000)'];
    const message = await refusalOf('nothing', { command, patience: { ...quick, helloMs: 500 } });
    expect(message).toContain('printed no hello, and was still running, without a hello');
  });

  it('says nothing at all, for which nobody waits twice as long', () => {
    expect(patienceWhen(true, quick)).toEqual({ ...quick, helloMs: 5000 });
    expect(patienceWhen(false, quick)).toBe(quick);
  });

  it('cannot be executed by the operating system', async () => {
    const script = join(__dirname, 'testing', 'hostile', 'base.mjs');
    expect(() => hostile('x', { command: [script] })).toThrow(/no executable program at/);
    expect(() => hostile('x', { command: ['no-such-program-anywhere'] })).toThrow(/in PATH/);
  });
});

describe('an adapter that breaks the protocol', () => {
  it('prints garbage among its events: the lines around it count', async () => {
    const recorder = await withSession('garbage-later', (_, seen) => seen.untilDone('T1'));
    expect(kinds(recorder)).toEqual([...Array<string>(5).fill('malformed-line'), 'unknown-event']);
    expect(recorder.breaches.at(-2)?.detail).toContain('`code` of `close`');
    expect(recorder.namesOf('T1')).toEqual(['done']);
  });

  it('floods: is stopped, killed, and said to be ended by the kit', async () => {
    const recorder = await withSession('flood', (_, seen) => seen.until(() => seen.exits.length > 0));
    expect(kinds(recorder)).toEqual(['flood']);
    expect(recorder.events.length).toBeLessThanOrEqual(20_000);
    expect(recorder.exits).toEqual([expect.objectContaining({ byKit: true })]);
  });

  it('prints a line without end: is stopped and killed', async () => {
    const recorder = await withSession('endless-line', (_, seen) => seen.until(() => seen.exits.length > 0));
    expect(kinds(recorder)).toEqual(['line-too-long']);
    expect(recorder.exits).toEqual([expect.objectContaining({ byKit: true })]);
  });

  it('speaks of a trial that it was never given', async () => {
    const recorder = await withSession('unknown-trial', (_, seen) => seen.untilDone('T1'));
    expect(kinds(recorder)).toEqual(['unknown-trial']);
    expect(recorder.events.map(({ trial }) => trial)).toEqual(['T1']);
  });

  it('introduces itself twice: the first hello stays', async () => {
    const recorder = await withSession('two-hellos', async (session, seen) => {
      await seen.untilDone('T1');
      expect(session.hello.client.name).toBe('hostile');
    });
    expect(kinds(recorder)).toEqual(['second-hello']);
  });

  it('ends within a line', async () => {
    const recorder = await withSession('partial-tail', (_, seen) => seen.until(() => seen.exits.length > 0));
    expect(recorder.namesOf('T1')).toEqual(['open']);
    expect(kinds(recorder)).toEqual(['unfinished-line']);
    expect(recorder.exits).toEqual([expect.objectContaining({ code: 0, signal: null, byKit: false })]);
  });

  it('prints what is not UTF-8', async () => {
    const recorder = await withSession('invalid-utf8', (_, seen) => seen.untilDone('T1'));
    expect(kinds(recorder)).toEqual(['malformed-line']);
    expect(recorder.breaches[0]?.detail).toMatch(/^not UTF-8/);
  });

  it('crashes in a trial: its exit is told with its signal, its last words are kept', async () => {
    const recorder = await withSession('crash-later', async (session, seen) => {
      await seen.until(() => seen.exits.length > 0);
      expect(session.stderrTail()).toContain('assertion failed');
      expect(session.pid).toBeUndefined();
      await session.run(order('T2'));
      expect(await session.ping(1000)).toBe(false);
    });
    expect(recorder.exits).toEqual([expect.objectContaining({ code: null, signal: 'SIGSEGV', byKit: false })]);
    expect(recorder.breaches).toEqual([]);
  });

  it('ends neither at the end of its input nor on SIGTERM: is killed', async () => {
    const recorder = await withSession('stubborn', (_, seen) => seen.untilDone('T1'));
    expect(recorder.exits).toEqual([expect.objectContaining({ signal: 'SIGKILL', byKit: true })]);
  });
});

it('an adapter that is frozen is closed too, and its end is the kit’s doing', async () => {
  const recorder = await withSession('unknown-trial', async (session, seen) => {
    await seen.untilDone('T1');
    process.kill(-(session.pid ?? 0), 'SIGSTOP');
  });
  expect(recorder.exits).toEqual([expect.objectContaining({ byKit: true })]);
});

describe('an adapter that starts processes', () => {
  const areGone = (pids: readonly string[]) => pids.every((pid) => !existsSync(`/proc/${pid}/exe`));

  it('leaves none of them behind when it is closed', async () => {
    const recorder = await withSession('forks', (_, seen) => seen.until(() => seen.events.length > 0));
    const [told] = recorder.of('T1');
    const pids = told?.event === 'error' ? told.message.split(' ') : [];
    expect(pids).toHaveLength(3);
    expect(areGone(pids)).toBe(true);
  });

  it('is read to its end although a child holds its output, and they are swept', async () => {
    const script = join(__dirname, 'testing', 'hostile', 'forks.mjs');
    const command = [process.execPath, script, 'exit'];
    const recorder = await withSession('forks', (_, seen) => seen.until(() => seen.exits.length > 0), { command });
    const [told] = recorder.of('T1');
    expect(told?.event === 'error' && areGone(told.message.split(' '))).toBe(true);
    expect(recorder.exits).toEqual([expect.objectContaining({ code: 0, byKit: false })]);
  });

  it('is ended with them when the run is aborted', async () => {
    const aborting = new AbortController();
    const recorder = await withSession(
      'forks',
      async (session, seen) => {
        await seen.until(() => seen.events.length > 0);
        aborting.abort();
        await seen.until(() => seen.exits.length > 0);
        expect(processesOf(session.marker)).toEqual([]);
      },
      { signal: aborting.signal },
    );
    expect(recorder.exits).toEqual([expect.objectContaining({ byKit: true })]);
    await expect(hostile('forks', { signal: aborting.signal }).launch(recorder)).rejects.toThrow(/abort/i);
  });
});
