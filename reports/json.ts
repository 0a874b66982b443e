/** The report itself, for programs that read a pipe. */
import type { Reporter } from './reporter';

/** `--reporter json`. */
export const json: Reporter = {
  name: 'json',
  says: 'report.json, on standard output',
  render: ({ report }) => `${JSON.stringify(report, null, 2)}\n`,
};
