/** Whether a file is a report that this kit can read: its JSON Schema, published with the package, decides. */
import type { ValidateFunction } from 'ajv/dist/2020';
import { KitError } from '../kit/core/kit-error';
import { reportSchema, type Report } from '../kit/core/report';
import schema from './report.schema.json';

/** The JSON Schema of `report.json`, draft 2020-12. */
export const reportJsonSchema: Readonly<Record<string, unknown>> = schema;

const family = reportSchema.replace(/\d+$/, '');
let compiled: ValidateFunction | undefined;

/**
 * The text of a `report.json`, checked.
 * @param where what it is called in messages
 * @throws {KitError} `REPORT` it is no report, or one of a later kit
 */
export function readReport(text: string, where: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KitError('REPORT', `\`${where}\` is no report: it is no JSON (${why})`);
  }
  const named = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (typeof named !== 'string' || !named.startsWith(family)) {
    throw new KitError('REPORT', `\`${where}\` is no report: its field \`schema\` is not ${reportSchema}`);
  }
  if (named !== reportSchema) {
    throw new KitError(
      'REPORT',
      `\`${where}\` is of schema ${named.slice(0, 40)}, and this kit reads ${reportSchema}: use the kit that wrote it, or a newer one`,
    );
  }
  const wrong = findInReport(value);
  if (wrong !== undefined) throw new KitError('REPORT', `\`${where}\` is no valid report: ${wrong}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema has just said so
  return value as Report;
}

/** The validator is large, and most commands read no report. */
function compile(): ValidateFunction {
  // oxlint-disable-next-line typescript/no-require-imports, typescript/no-unsafe-type-assertion -- see above
  const { Ajv2020 } = require('ajv/dist/2020') as typeof import('ajv/dist/2020');
  return new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false }).compile(schema);
}

/** What is wrong with a report, with the place of it; undefined where it is valid. */
export function findInReport(value: unknown): string | undefined {
  compiled ??= compile();
  if (compiled(value)) return undefined;
  const [first] = compiled.errors ?? [];
  return `${first?.instancePath ?? ''} ${first?.message ?? 'is wrong'}`.trim();
}
