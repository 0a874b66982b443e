/** The report itself, for programs that read a pipe. */
import type { ReporterInput } from './reporter';

const unprintable = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** `--reporter json`. */
export function renderJson({ report }: Pick<ReporterInput, 'report'>): string {
  return writeJson(report);
}

/** JSON in lines, of which a terminal obeys nothing. RFC 8259 §7: any character may be escaped; JSON has to, of C0 alone. */
export function writeJson(value: unknown): string {
  const escape = (char: string): string =>
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
  return `${JSON.stringify(value, null, 2).replaceAll(unprintable, escape)}\n`;
}
