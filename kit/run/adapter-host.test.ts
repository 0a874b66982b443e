/** Which trial the end of a process is charged to. */
import type { AdapterListener, AdapterSession } from '../core/target';
import { AdapterHost } from './adapter-host';
import { targetOf } from './testing/target-of';

function hostOf(
  mode: AdapterSession['mode'] = 'resident',
  countOomKills?: () => number,
): { host: Promise<AdapterHost>; listener: () => AdapterListener } {
  let heard: AdapterListener | undefined;
  const target = targetOf((listener) => {
    heard = listener;
    return { mode, close: () => Promise.resolve() };
  });
  const listener = (): AdapterListener => {
    if (heard === undefined) throw new TypeError('not launched');
    return heard;
  };
  return { host: AdapterHost.start(target, 1, () => undefined, countOomKills), listener };
}

const crash = { code: null, signal: 'SIGSEGV', atNs: 9, byKit: false };

describe('the end of an adapter process', () => {
  it('is charged to the trial that was running, not to one that is done and only listens on', async () => {
    const { host, listener } = hostOf();
    const adapter = await host;
    const done = adapter.open('first');
    listener().onEvent('first', { event: 'done', line: 1, atNs: 1 });
    const running = adapter.open('second');
    listener().onExit(crash);
    expect([done.exit, running.exit]).toEqual([undefined, crash]);
    // It may have been the doing of the first all the same, so neither is judged by it.
    expect([done.crashBehind, running.crashBehind]).toEqual([crash, crash]);
  });

  it('is charged to the last trial where it comes behind its `done`', async () => {
    const { host, listener } = hostOf();
    const adapter = await host;
    const last = adapter.open('only');
    listener().onEvent('only', { event: 'done', line: 1, atNs: 1 });
    listener().onExit(crash);
    expect(last.exit).toEqual(crash);
  });

  it('makes it unfit for another trial, as ten trials do', async () => {
    const { host, listener } = hostOf();
    const adapter = await host;
    expect(adapter.isUsable).toBe(true);
    for (let trial = 0; trial < 10; trial++) adapter.open(`t${trial}`);
    expect(adapter.isUsable).toBe(false);
    listener().onExit(crash);
    expect(adapter.isUsable).toBe(false);
  });
});

it.each<[AdapterSession['mode'], number[]]>([
  ['resident', [0, 0]],
  ['one-shot', [1, 2]],
])('knows how many the kernel had killed when the process of a trial began: %s', async (mode, expected) => {
  let kills = 0;
  const adapter = await hostOf(mode, () => kills++).host;
  expect([adapter.open('first').oomKills, adapter.open('second').oomKills]).toEqual(expected);
});

it('keeps what is said of a trial that was finished, and gives it when it closes', async () => {
  const late: [string, number][] = [];
  const target = targetOf((heard) => {
    heard.onEvent('gone', { event: 'error', message: 'late', line: 0, atNs: 1 });
    return { mode: 'resident', close: () => Promise.resolve() };
  });
  const adapter = await AdapterHost.start(target, 2, (trial, entries) => late.push([trial, entries.length]));
  await adapter.close();
  expect(late).toEqual([['gone', 1]]);
});
