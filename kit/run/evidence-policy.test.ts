import type { OutcomeKind, TrialJudgement } from '../core/outcome';
import { buildTrial } from '../core/testing/build-trial';
import type { Trial } from '../core/trial';
import { EvidencePolicy } from './evidence-policy';

function trial(name: string, hasBytes: boolean): Trial {
  const capture = hasBytes ? { capture: [{ atNs: 1, dir: 'out' as const, base64: '' }] } : {};
  return buildTrial({ trial: { trial: name, target: 'ws' }, connection: capture }).trial;
}

const judged = (outcome: OutcomeKind): TrialJudgement => ({
  main: { outcome, row: '13', level: 'must', note: '' },
  also: [],
  witness: 'w2',
});

function chosen(...seen: readonly (readonly [string, OutcomeKind, boolean])[]): readonly string[] {
  const policy = new EvidencePolicy();
  for (const [name, outcome, hasBytes] of seen) policy.see(trial(name, hasBytes), 'a/b@tls13', judged(outcome));
  return [...(policy.chosen().get('ws\0a/b@tls13') ?? [])];
}

it('keeps the newest five that violate, and the first that passes', () => {
  const lost = Array.from({ length: 8 }, (_, at) => [`lost-${at}`, 'lost', true] as const);
  expect(chosen(['pass-0', 'pass', true], ...lost, ['pass-1', 'pass', true])).toEqual([
    'lost-3',
    'lost-4',
    'lost-5',
    'lost-6',
    'lost-7',
    'pass-0',
  ]);
});

it('takes those whose raw bytes were kept before newer ones without', () => {
  expect(
    chosen(['pass-0', 'pass', false], ['lost-0', 'lost', true], ['lost-1', 'lost', false], ['pass-1', 'pass', true]),
  ).toEqual(['lost-0', 'lost-1', 'pass-1']);
});

it('keeps nothing of what says nothing', () => {
  expect(chosen(['a', 'inconclusive', true], ['b', 'not-applicable', true])).toEqual([]);
});
