import type { LogEntry } from '../core/adapter-event';
import { findCase } from '../cases/catalogue';
import { expand } from '../core/expand';
import { Patience, patienceMs, reactingUntilNs, whileDelivering } from './trial-patience';

const opened: LogEntry = { event: 'open', line: 1, atNs: 0 };
const said = (atS: number): LogEntry => ({ event: 'message', type: 'text', data: 'x', line: 2, atNs: atS * 1e9 });

function expandedOf(id: string, name: string) {
  const kase = findCase(id);
  const part = kase?.parts.find((each) => (each.name ?? '') === name);
  if (kase === undefined || part === undefined) throw new TypeError(`no part ${name} of ${id}`);
  return { part, expanded: expand(kase, part, { nonce: '00112233445566778899aabbccddeeff', transport: 'plain' }) };
}

describe('the deadline of a client that delivers', () => {
  it.each([
    ['stays where nothing was delivered', [opened], 10],
    ['stays where the last message is long past', [opened, said(4)], 10],
    ['is 5 s behind a message that comes shortly before it', [opened, said(9)], 14],
    ['moves on with each message', [opened, said(9), said(13), said(17.5)], 22.5],
    ['moves on by a minute at most', [opened, said(9), said(69.5), said(80)], 70],
    ['is not moved by anything but a message', [said(9), { event: 'done', line: 3, atNs: 12e9 }], 14],
  ] as const)('%s', (_, log, wantedS) => {
    expect(whileDelivering(10e9, log) / 1e9).toBe(wantedS);
  });
});

describe('the time that a client has to close', () => {
  const patienceOf = (id: string, name: string, bytesPerSecond?: number): number => {
    const { part, expanded } = expandedOf(id, name);
    return patienceMs(part, expanded, bytesPerSecond);
  };

  it('is 10 s for what is small', () => {
    expect(Math.round(patienceOf('close/answer-fin-same-segment', '') / 100)).toBe(100);
  });

  it('is longer than the judge gives 8 MiB: 5 s, and 1 s a MiB', () => {
    expect(patienceOf('large/zero-window-then-fin', 'frozen')).toBeGreaterThan(5000 + 8 * 1000 + 4000);
  });

  it('grows with what a slow client says of itself, and with busy handlers', () => {
    expect(patienceOf('large/zero-window-then-fin', 'frozen', 1 << 20)).toBeGreaterThan(40_000);
    expect(patienceOf('burst/slow-handler', '')).toBeGreaterThan(10_000);
  });
});

describe('a trial is waited for', () => {
  const { part, expanded } = expandedOf('close/answer-fin-same-segment', '');
  const patience = new Patience(part, expanded, undefined);
  const start = {
    startedNs: 0,
    requestNs: undefined,
    exitNs: undefined,
    standsStill: false,
    thawedNs: undefined,
    over: undefined,
    goneNs: undefined,
    waits: false,
    log: [],
  };
  const over = (atS: number, ended: boolean) => ({
    signal: 'script-over' as const,
    trial: 't',
    atNs: atS * 1e9,
    status: 'complete' as const,
    ended,
  });

  it.each([
    ['for a client to connect, whatever comes', start, 30],
    ['shortly behind the end of its adapter', { ...start, requestNs: 1e9, exitNs: 4e9 }, 6],
    ['for the report of a client that is gone', { ...start, requestNs: 1e9, goneNs: 3e9 }, 13],
    [
      'behind its thaw, where its other threads had gone before',
      { ...start, requestNs: 1e9, goneNs: 3e9, thawedNs: 8e9 },
      18,
    ],
    ['behind the end of the connection', { ...start, requestNs: 1e9, over: over(5, true) }, 15],
    ['less, where the script is over and the connection stays', { ...start, requestNs: 1e9, over: over(5, false) }, 10],
    ['while it delivers', { ...start, requestNs: 1e9, over: over(5, true), log: [said(14)] }, 19],
  ])('%s', (_, course, seconds) => {
    expect(patience.deadlineNs(course) / 1e9).toBeCloseTo(seconds, 1);
  });

  it('for all that its script waits, where the connection of one that stands still is gone', () => {
    const course = { ...start, requestNs: 1e9, goneNs: 3e9, standsStill: true };
    expect(patience.deadlineNs(course)).toBe(patience.budgetMs * 1e6);
  });

  it('for all that its script waits, where it has ended its own side and may wait for the other', () => {
    const course = { ...start, requestNs: 1e9, goneNs: 3e9, waits: true };
    expect(patience.deadlineNs(course)).toBe(patience.budgetMs * 1e6);
    expect(patience.deadlineNs({ ...course, over: over(40, true) }) / 1e9).toBeCloseTo(50, 1);
  });

  it('for all that its script waits, as long as nothing is over', () => {
    expect(patience.deadlineNs({ ...start, requestNs: 1e9 })).toBe(patience.budgetMs * 1e6);
    expect(patience.budgetMs).toBeGreaterThanOrEqual(40_000);
  });
});

describe('an adapter that is at what it was ordered to do', () => {
  const candidates = (everyMs: number) =>
    ({ when: 'message', nth: 1, send: Array.from({ length: 10 }, () => ({ text: 'c' })), everyMs }) as const;

  it('is so until its last message is out, and a moment longer', () => {
    expect(reactingUntilNs([candidates(100)], [opened, said(1), said(2)])).toBe(1.95e9);
  });

  it('closes behind what it sends', () => {
    expect(reactingUntilNs([{ ...candidates(100), close: { code: 4002 } }], [opened, said(1)])).toBe(2.05e9);
  });

  it('counts from each message where the order is for each', () => {
    const { nth, ...each } = candidates(100);
    expect([nth, reactingUntilNs([each], [opened, said(1), said(2)])]).toEqual([1, 2.95e9]);
  });

  it('is not where it does all at once, or has not begun', () => {
    expect(reactingUntilNs([candidates(0)], [opened, said(1)])).toBe(0);
    expect(reactingUntilNs([candidates(100)], [opened])).toBe(0);
    expect(reactingUntilNs([{ when: 'open', send: [{ text: 'offer' }] }], [opened])).toBe(0);
  });
});
