/** Common Test Report Format, https://ctrf.io: what dashboards and pull-request comments read. */
import { createHash } from 'node:crypto';
import type { BaselineReport } from '../kit/core/baseline';
import { bearingOf, type Bearing } from '../kit/core/conclusion';
import type { CaseReport, TargetReport } from '../kit/core/report';
import { describeCase, drawFirstTrial } from './describe-case';
import type { ReporterInput } from './reporter';
import { showInput } from './show-report';
import { familyOf, keyOfCase, staleOf } from './verdicts';

type Status = 'passed' | 'failed' | 'skipped' | 'other';

interface CtrfTest {
  readonly status: Status;
  readonly [field: string]: unknown;
}

/** `--reporter ctrf`. */
export function renderCtrf(raw: ReporterInput): string {
  const input = showInput(raw);
  const { report } = input;
  const tests = report.targets.flatMap((target) => [
    ...(target.admitted ? [] : [refused(target)]),
    ...target.cases.map((each) => testOf(input, target, each)),
  ]);
  tests.push(...staleOf(report).map(staleTest));
  const count = (status: Status): number => tests.filter((each) => each.status === status).length;
  const start = Date.parse(report.run.startedAt);
  const stop = report.run.endedAt === null ? start : Date.parse(report.run.endedAt);
  const { environment } = report;
  const document = {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    reportId: uuidOf(report.run.id),
    timestamp: report.run.endedAt ?? report.run.startedAt,
    generatedBy: `lastword ${report.suite.version}`,
    results: {
      tool: { name: 'lastword', version: report.suite.version },
      summary: {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        skipped: count('skipped'),
        pending: 0,
        other: count('other'),
        suites: report.targets.length,
        start,
        stop,
        duration: stop - start,
      },
      tests,
      environment: {
        ...(report.run.label === undefined ? {} : { reportName: report.run.label }),
        osPlatform: environment.os,
        osRelease: environment.kernel,
        testEnvironment: `endpoint ${environment.endpoint}, path ${environment.path}, witness ${environment.witness}`,
        extra: { seed: report.run.seed, profile: report.suite.profile, tier: report.suite.tier },
      },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function refused(target: TargetReport): CtrfTest {
  return {
    name: `${target.name}: the adapter is admitted`,
    status: 'other',
    duration: 0,
    suite: [target.name],
    rawStatus: 'inconclusive',
    message: target.refusal ?? 'the adapter was not admitted',
  };
}

function staleTest({ case: id, target, reason }: BaselineReport): CtrfTest {
  const message = `stale: nothing needs this exception any more (${reason})`;
  return { name: `baseline: ${id} of ${target}`, status: 'failed', duration: 0, suite: ['baseline'], message };
}

function testOf(input: ReporterInput, target: TargetReport, each: CaseReport): CtrfTest {
  const { report } = input;
  const drawn = drawFirstTrial(input, target.name, each);
  const status = statuses[bearingOf(report, each)];
  return {
    name: `${keyOfCase(each)}: ${each.title}`,
    status,
    // A trial has a duration, a verdict has none: trials of all cases run side by side, shuffled.
    duration: 0,
    suite: [target.name, familyOf(each.id)],
    rawStatus: [each.verdict, ...each.also].join('+'),
    tags: [each.level, `class-${each.class}`],
    ...(status === 'passed' ? {} : { message: describeCase(each).join('\n') }),
    ...(drawn === undefined || status === 'passed' ? {} : { trace: drawn }),
    extra: { trials: each.trials, rate: each.rate ?? null, bound: each.bound ?? null, witness: each.witness ?? null },
  };
}

const statuses: Readonly<Record<Bearing, Status>> = {
  fails: 'failed',
  unsure: 'other',
  diagnosis: 'other',
  excused: 'skipped',
  inapplicable: 'skipped',
  holds: 'passed',
};

/** The same run is the same report: a UUID of version 8, RFC 9562 §5.8, over the id of the run. */
function uuidOf(id: string): string {
  const hex = createHash('sha256').update(id).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
