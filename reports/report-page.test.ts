import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import certificateSchema from './certificate/certificate.schema.json';
import schema from './report.schema.json';
import { describeFields, describeSchema } from './testing/describe-schema';

const file = join(__dirname, 'report.md');

it('explains every field of the schema (LASTWORD_UPDATE=1 writes it anew)', () => {
  if (process.env['LASTWORD_UPDATE'] === '1') writeFileSync(file, describeSchema(schema));
  expect(readFileSync(file, 'utf8')).toBe(describeSchema(schema));
});

it('explains every field of a certificate', () => {
  const page = join(__dirname, 'certificate.md');
  const [head = ''] = readFileSync(page, 'utf8').split(/(?<=\n## Fields\n\n)/);
  const fields = describeFields(certificateSchema);
  if (process.env['LASTWORD_UPDATE'] === '1') writeFileSync(page, head + fields);
  expect(readFileSync(page, 'utf8')).toBe(head + fields);
});
