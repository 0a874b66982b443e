import { brief, closed, done, ends, line, ns, opened, passing, snapshot, wire } from './testing/build-trial';

const pass = 'pass row 15 informational';
const misreported = 'misreported row 14b must';
const tooLate = 'inconclusive setup row 3 informational';
const failedAt = (ms: number) => [line(ms, { event: 'error', message: 'failed' }), closed(ms, 1006), done(ms)];

describe('row 14b, an open that was never reported', () => {
  const nothing = { expect: { deliver: [], open: 'must' } } as const;

  it('is a fault where the 101 was acknowledged, and an end came behind it', () => {
    expect(brief({ ...nothing, log: failedAt(13) })).toBe(misreported);
    expect(brief({ ...nothing, log: [closed(13, 1006), done(13)] })).toBe(misreported);
    expect(brief({ ...nothing, log: [opened(2), ...failedAt(13)] })).toBe(pass);
  });

  it('is a fault as well where it was reported behind the end', () => {
    expect(brief({ ...nothing, log: [closed(13, 1006), opened(14), done(15)] })).toBe(misreported);
    expect(brief({ ...nothing, log: [closed(13, 1006), done(13), opened(14)] })).toBe(misreported);
    expect(brief({ ...nothing, log: [...failedAt(13), opened(14)] })).toBe(misreported);
  });

  it('is none of a client that comes again, and opens then', () => {
    const log = [...failedAt(13), opened(14), closed(15, 1006), done(15)];
    expect(brief({ ...nothing, log, hello: { habits: ['reconnects'] } })).toBe(pass);
  });

  it('is none where the case does not ask for it', () => {
    expect(brief({ expect: { deliver: [] }, log: failedAt(13) })).toBe(pass);
  });

  it('is none that can be shown where nobody saw the 101 arrive, whatever else is wrong', () => {
    const unseen = { ...nothing, snapshots: [] };
    expect(brief({ ...unseen, log: failedAt(13) })).toBe('inconclusive unwitnessed row 12 informational');
    const log = [line(13, { event: 'error', message: 'failed' }), closed(13, 1011, true), done(13)];
    expect(brief({ ...unseen, log })).toBe('inconclusive unwitnessed row 12 informational');
    expect(brief({ ...nothing, connection: { path: 'proxied' }, log: failedAt(13) })).toMatch(/^inconclusive path/);
  });

  it('is none of a client that got no processor, or that the kit gave up', () => {
    expect(brief({ ...nothing, log: failedAt(13), host: { starved: 0.9 } })).toBe(tooLate);
    expect(brief({ ...nothing, log: failedAt(13), adapter: { gaveUp: true } })).toBe(pass);
  });

  it('is none of a client whose own patience may have run out as the 101 came', () => {
    const slow = { ...nothing, trial: { endedAtNs: ns(5000) } } as const;
    const cameAt = (ms: number) => [snapshot(ms, 'acked', { bytesAcked: ends.B + 1 })];
    expect(brief({ ...slow, log: failedAt(1500), snapshots: cameAt(1400) })).toBe(tooLate);
    expect(brief({ ...slow, log: failedAt(1500), snapshots: cameAt(1600) })).toBe(tooLate);
    // It had all of it for more than a second.
    expect(brief({ ...slow, log: failedAt(1500), snapshots: cameAt(400) })).toBe(misreported);
    // A program that was started for this trial alone connects late.
    const oneShot = { mode: 'one-shot' } as const;
    const events = passing.events.map((each) => ({ ...each, atNs: each.atNs + ns(2000) }));
    const late = { ...slow, events, log: failedAt(2013), snapshots: cameAt(2011), adapter: oneShot };
    expect(brief(late)).toBe(misreported);
  });
});

describe('row 7, a 101 that was valid as far as it had come', () => {
  const events = [wire(1, { kind: 'request' }), wire(11, { kind: 'client-fin' }), wire(12, { kind: 'client-reset' })];
  const cut = { status: 'cut-short', cause: 'client', at: 1, steps: 3, lapses: [] } as const;
  const broken = {
    expect: { open: 'must' },
    events,
    snapshots: [],
    log: failedAt(11),
    connection: { script: cut },
  } as const;

  it('was refused by a client that ended the connection on it', () => {
    expect(brief(broken)).toBe('rejected row 7 must');
  });

  it('was not, by one that had opened, that the endpoint ended first, or that says nothing', () => {
    expect(brief({ ...broken, log: [opened(2), ...failedAt(11)] })).toMatch(/^inconclusive/);
    expect(brief({ ...broken, log: [] })).toMatch(/^inconclusive/);
    const ended = [wire(1, { kind: 'request' }), wire(10, { kind: 'fin-sent' }), ...events.slice(1)];
    expect(brief({ ...broken, events: ended })).toMatch(/^inconclusive/);
  });

  it('was not, by one whose patience ran out while it was on its way', () => {
    const late = [wire(1, { kind: 'request' }), wire(1100, { kind: 'client-fin' })];
    const slow = { ...broken, events: late, log: failedAt(1100), trial: { endedAtNs: ns(4000) } } as const;
    expect(brief(slow)).toBe(tooLate);
    // All of it had been there for long.
    const snapshots = [snapshot(30, 'acked', { bytesAcked: ends.B })];
    expect(brief({ ...slow, snapshots })).toBe('rejected row 7 must');
  });

  it('was not, by one that the kit gave up, or that got no processor, or that something stood in front of', () => {
    expect(brief({ ...broken, adapter: { gaveUp: true } })).toMatch(/^inconclusive/);
    expect(brief({ ...broken, host: { starved: 0.9 } })).toMatch(/^inconclusive/);
    expect(brief({ ...broken, connection: { script: cut, path: 'proxied' } })).toMatch(/^inconclusive path/);
  });

  it('was not, where the case is about something else', () => {
    expect(brief({ ...broken, expect: {} })).toMatch(/^inconclusive/);
  });
});
