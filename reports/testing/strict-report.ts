/** The schema with nothing left open, for reports that the tests write: a field that it does not name is a mistake. */
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import schema from '../report.schema.json';

function close(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(close);
  if (typeof part !== 'object' || part === null) return part;
  const closed = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, close(value)]));
  return 'properties' in closed && closed['type'] === 'object' ? { additionalProperties: false, ...closed } : closed;
}

const ajv = new Ajv({ strict: true, allowUnionTypes: true });
addFormats(ajv);
const validate = ajv.compile(close(schema) as object);

/** Gives back a report, if it is one to the letter. @throws {Error} what is wrong */
export function strictReport<Value>(value: Value): Value {
  if (validate(value)) return value;
  throw new Error(`no valid report: ${ajv.errorsText(validate.errors)}`);
}
