import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import schema from './report.schema.json';
import { describeSchema } from './testing/describe-schema';

const file = join(__dirname, 'report.md');

it('explains every field of the schema (LASTWORD_UPDATE=1 writes it anew)', () => {
  if (process.env['LASTWORD_UPDATE'] === '1') writeFileSync(file, describeSchema(schema));
  expect(readFileSync(file, 'utf8')).toBe(describeSchema(schema));
});
