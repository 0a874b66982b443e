/** The report itself, for programs that read a pipe. */
import type { ReporterInput } from './reporter';

/** `--reporter json`. */
export function renderJson({ report }: Pick<ReporterInput, 'report'>): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
