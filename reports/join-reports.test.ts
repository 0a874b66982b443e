import { report, targetReport } from '../matchers/testing/observe';
import type { Report } from '../kit/core/report';
import { joinReports } from './join-reports';

function made(name: string, run: Partial<Report['run']> = {}, suite: Partial<Report['suite']> = {}): Report {
  const whole = report([targetReport([], { name })]);
  return { ...whole, run: { ...whole.run, ...run }, suite: { ...whole.suite, ...suite } };
}

it('one report is itself', () => {
  const only = made('ws');
  expect(joinReports([only])).toEqual({ kind: 'joined', report: only });
});

it('several are joined, name every seed, and end when the last one does', () => {
  const joined = joinReports([
    made('ws', { seed: 'a', startedAt: '2026-01-01T00:00:01Z', endedAt: '2026-01-01T00:00:09Z' }),
    made('undici', { seed: 'b', startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:00:05Z', partial: true }),
    made('ws', { seed: 'a', startedAt: '2026-01-01T00:00:02Z', endedAt: '2026-01-01T00:00:03Z' }),
  ]);
  expect(joined).toMatchObject({
    kind: 'joined',
    report: {
      run: { seed: 'a, b', startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:00:09Z', partial: true },
      targets: [{ name: 'ws' }, { name: 'undici' }, { name: 'ws (2)' }],
    },
  });
});

it('a run that never ended leaves the whole without an end', () => {
  const joined = joinReports([made('ws', { endedAt: null }), made('undici')]);
  expect(joined).toMatchObject({ report: { run: { endedAt: null } } });
});

it('what was asked differently is not joined', () => {
  expect(joinReports([made('ws', {}, { profile: 'smoke' }), made('undici', {}, { profile: 'core' })])).toEqual({
    kind: 'differ',
    why: 'they differ in profile: smoke and core',
  });
});
