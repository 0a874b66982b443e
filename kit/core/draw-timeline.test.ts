import * as fc from 'fast-check';
import { drawTimeline } from './draw-timeline';
import { columnsOf } from './timeline-text';
import type { Lane, Timeline, TimelineEvent } from './timeline';

const event = (atMs: number, lane: Lane, what: string, detail?: string): TimelineEvent => ({
  atNs: atMs * 1e6,
  lane,
  what,
  ...(detail === undefined ? {} : { detail }),
});

const timeline = (events: readonly TimelineEvent[], changes: Partial<Timeline> = {}): Timeline => ({
  kind: 'timeline',
  title: 't',
  startNs: 0,
  hasWire: true,
  events,
  freezes: [],
  ...changes,
});

describe('a drawn timeline', () => {
  it('has the wire on the left and the client on the right, with times and gaps', () => {
    const events = [event(0, 'peer', 'offer'), event(1.25, 'endpoint', 'A', '9 B'), event(1.3, 'client', 'A')];
    expect(drawTimeline(timeline(events), { width: 60 })).toBe(
      `      ms       gap  wire  → to the clie… │ client
     0.0            ← offer              │
     1.3      +1.3  → A (9 B)            │
     1.3                                 │ A`,
    );
  });

  it('has the client alone where nobody saw the wire', () => {
    expect(drawTimeline(timeline([event(2, 'client', 'open')], { hasWire: false }))).toBe(
      `      ms       gap  │ client
     2.0            │ open`,
    );
    expect(drawTimeline(timeline([], { hasWire: false }))).toBe(
      `      ms       gap  │ client
                    nothing was reported`,
    );
  });

  it('shows long times in seconds', () => {
    const events = [event(0, 'client', 'open'), event(123_456, 'client', 'close 1000')];
    expect(drawTimeline(timeline(events, { hasWire: false })).split('\n')[2]).toBe('   123 s    +123 s  │ close 1000');
  });

  it('shades the freeze in the client’s lane, and says where it was not confirmed', () => {
    const events = [
      event(1, 'kernel', 'client frozen'),
      event(2, 'endpoint', 'A'),
      event(9, 'kernel', 'client thawed'),
      event(9.5, 'client', 'A'),
    ];
    const freeze = { fromNs: 1e6, toNs: 9e6, isConfirmed: true };
    expect(drawTimeline(timeline(events, { freezes: [freeze] }), { width: 70 })).toBe(
      `      ms       gap  wire  → to the client  ←… │ client
     1.0            · client frozen           │ ░░░ frozen ░░░░░░░░░░░
     2.0      +1.0  → A                       │ ░░░░░░░░░░░░░░░░░░░░░░
     9.0      +7.0  · client thawed           │
     9.5      +0.5                            │ A`,
    );
    const loose = drawTimeline(timeline(events, { freezes: [{ ...freeze, isConfirmed: false }] }));
    expect(loose).toContain('░░░ freeze not confirmed ░░░');
  });

  it('draws what follows one another at the same time as one row, and cuts that in the middle', () => {
    const burst = Array.from({ length: 100 }, (_, at) => event(1, 'endpoint', `M${at + 1}`, '99 B'));
    expect(drawTimeline(timeline([...burst, event(1, 'endpoint', 'FIN')])).split('\n')[1]).toBe(
      '     1.0            → M1, M2, M3, M4, M5, … 95 more …, FIN   │',
    );
  });

  it('cuts a long one in the middle, and says how much', () => {
    const events = Array.from({ length: 100 }, (_, at) => event(at, 'client', `M${at}`));
    expect(drawTimeline(timeline(events, { hasWire: false }), { rows: 6 })).toBe(
      `      ms       gap  │ client
     0.0            │ M0
     1.0      +1.0  │ M1
     2.0      +1.0  │ M2
                    … 95 more …
    98.0      +1.0  │ M98
    99.0      +1.0  │ M99`,
    );
  });

  it('paints what it is told to paint, and nothing else', () => {
    const paint = { dim: (text: string) => `<${text}>`, client: (text: string) => `[${text}]` };
    const drawn = drawTimeline(timeline([event(0, 'client', 'open')], { hasWire: false }), { paint });
    expect(drawn.split('\n')[1]).toBe('<     0.0            >│ [open]');
  });

  it('is quick with many thousands of records', () => {
    const events = Array.from({ length: 100_000 }, (_, at) => event(1, 'endpoint', `M${at}`));
    expect(drawTimeline(timeline(events))).toContain('99995 more');
  });

  it('fits its columns, whatever happened', () => {
    const events = fc.array(
      fc.record({
        atNs: fc.integer({ min: 0, max: 1e13 }),
        lane: fc.constantFrom<Lane>('endpoint', 'peer', 'kernel', 'client'),
        what: fc.constantFrom('A', '漢字', 'x'.repeat(200), 'client frozen'),
        detail: fc.constantFrom('1050 B', '😀'.repeat(40)),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(events, fc.integer({ min: 60, max: 120 }), fc.boolean(), (all, width, hasWire) => {
        const sorted = all.toSorted((a, b) => a.atNs - b.atNs);
        const freezes = [{ fromNs: 1e12, toNs: 9e12, isConfirmed: false }];
        for (const line of drawTimeline(timeline(sorted, { hasWire, freezes }), { width }).split('\n')) {
          expect(columnsOf(line)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});
