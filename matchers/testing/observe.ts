/** Trials, cases and runs as the matchers see them, built from what differs from one that passes. */
import { observeTrial, type ObservedCase, type ObservedRun, type ObservedTrial } from '../../kit/core/observation';
import { reportSchema, type CaseReport, type Report, type TargetReport } from '../../kit/core/report';
import { buildTrial, type Changes } from '../../kit/core/testing/build-trial';

export function observe(changes: Changes = {}): ObservedTrial {
  const { trial, context } = buildTrial(changes);
  return observeTrial(trial, context);
}

export function caseReport(changes: Partial<CaseReport> = {}): CaseReport {
  return {
    id: 'freeze/answer-fin',
    variant: 'tls13',
    title: 'Frozen form of the motivating bug',
    level: 'must',
    class: 'F',
    verdict: 'conforms',
    also: [],
    clauses: ['RFC 6455 §6.2'],
    trials: { planned: 20, valid: 20, violating: 0, inconclusive: 0 },
    outcomes: { pass: 20 },
    inconclusive: {},
    rows: { '15': 20 },
    layers: {},
    phrase: '0 of 20 witnessed answers lost; loss rate at most 14 % (95 %, exact).',
    notes: [],
    replay: 'lastword run ws --case freeze/answer-fin@tls13 --seed 1',
    token: '',
    evidence: [],
    ...changes,
  };
}

export const violated: Partial<CaseReport> = {
  verdict: 'violates',
  trials: { planned: 59, valid: 20, violating: 16, inconclusive: 0 },
  outcomes: { pass: 4, lost: 16 },
  rows: { '13': 16, '15': 4 },
  lossLayer: 'tls',
  phrase: 'In 16 of 20 trials a message that had reached the client (witness up to W2+) was not reported.',
  notes: ['A was never delivered although the client’s TCP had acknowledged it (W2+); the close was reported'],
};

export function observedCase(trials: readonly ObservedTrial[], changes: Partial<CaseReport> = {}): ObservedCase {
  return { kind: 'observed-case', target: 'ws', report: caseReport(changes), trials };
}

export function targetReport(cases: readonly CaseReport[], changes: Partial<TargetReport> = {}): TargetReport {
  return {
    name: 'ws',
    client: { name: 'ws', version: '8.23.0', runtime: 'node 20', platform: 'linux x64' },
    api: 'callback',
    model: 'other',
    admitted: true,
    conformant: true,
    cases,
    summary: {
      conforms: cases.length,
      violates: 0,
      deviates: 0,
      'kit-fail': 0,
      suspect: 0,
      observed: 0,
      inconclusive: 0,
      'not-applicable': 0,
    },
    ...changes,
  };
}

export function report(targets: readonly TargetReport[], changes: Partial<Report> = {}): Report {
  return {
    schema: reportSchema,
    run: { id: 'r', seed: '1', shard: null, startedAt: '2026-01-01T00:00:00Z', endedAt: null, partial: false },
    suite: { version: '0.1.0', catalogueDigest: 'c', profile: 'smoke', tier: 'quick', binding: ['tls12', 'tls13'] },
    environment: {
      os: 'linux',
      kernel: '6',
      arch: 'x64',
      cpus: 2,
      node: 'v20',
      endpoint: 'embedded',
      path: 'direct',
      witness: 'tcp-info',
      limits: [],
    },
    targets,
    ...changes,
  };
}

export function observedRun(cases: readonly CaseReport[], changes: Partial<ObservedRun> = {}): ObservedRun {
  return { kind: 'observed-run', report: report([targetReport(cases)]), cases: [], ...changes };
}
