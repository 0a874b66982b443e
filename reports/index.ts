/** What `lastword/reports` gives: how reports are shown and gathered. */
import JestReporter = require('./jest-reporter');

export { JestReporter };
export { findInReport, readReport, reportJsonSchema } from './check-report';
export { compareReports, type Change, type Comparison } from './compare';
export { joinReports, type Joined } from './join-reports';
export { findReporters, reporters } from './list';
export { trialsKey, type Reporter, type ReporterInput } from './reporter';
export { renderTerminal, type Paint, type TerminalOptions } from './terminal';
export type { CaseReport, Report, TargetReport } from '../kit/core/report';
