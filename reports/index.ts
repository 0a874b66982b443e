/** What `lastword/reports` gives: how reports are shown and gathered. */
import JestReporter = require('./jest-reporter');

export { JestReporter };
export { joinReports, type Joined } from './join-reports';
export { renderTerminal, type Paint, type TerminalOptions } from './terminal';
export type { CaseReport, Report, TargetReport } from '../kit/core/report';
