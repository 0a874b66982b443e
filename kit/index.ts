/** What `lastword` gives to programs: the judge, the report and the types that they speak. */
// oxlint-disable-next-line import/no-unassigned-import -- before everything else
import './core/symbol-dispose';
export type { Case, CasePart, Expectation, Transport } from './core/case';
export type { Hello, LogEntry, RunCommand } from './core/adapter-event';
export type { Finding, OutcomeKind, TrialJudgement, Verdict, WitnessTier } from './core/outcome';
export type { CaseReport, Report, TargetReport } from './core/report';
export type { AdapterListener, AdapterSession, Target } from './core/target';
export type { Connection, Trial } from './core/trial';
export { KitError } from './core/kit-error';
export { judgeTrial } from './core/judge-trial';
export { catalogue, catalogueDigest, findCase, profiles } from './cases/catalogue';
export { judgeRun } from './run/judge-run';
export { describeConformance } from './suite/describe-conformance';
export type { DescribeConformance } from './suite/bind-suite';
export type { SuiteOptions } from './suite/define-suite';
export { playCase, runConformance } from './suite/programmatic';
export type { PlayCaseOptions } from './suite/play-case';
export type { RunConformanceOptions } from './suite/run-conformance';
export type { ConformanceOptions } from './suite/suite-options';
export type { ObservedCase, ObservedRun, ObservedTrial } from './core/observation';
