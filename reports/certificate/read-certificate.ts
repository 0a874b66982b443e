/**
 * Reads a file of two envelopes, JSON lines as in-toto's bundles are: the test result, then the certificate. A bundle may
 * hold anything; this one holds these two and nothing else, and the first has to be what the second makes of it.
 */
import type { KeyObject } from 'node:crypto';
import type { ValidateFunction } from 'ajv/dist/2020';
import schema from './certificate.schema.json';
import { testResultOf, type Certificate } from './certificate';
import { decodeText, openEnvelope } from './envelope';

/** The JSON Schema of the statement with the predicate `urn:lastword:conformance:1`. */
export const certificateJsonSchema: Readonly<Record<string, unknown>> = schema;

/** Largest file that is read, in bytes: some hundred thousand files in it. */
export const mostCertificateBytes = 32 * 1024 * 1024;

export interface ReadCertificate {
  /** There where signature and form are right, whatever else is wrong. */
  readonly certificate?: Certificate;
  readonly problems: readonly string[];
}

/**
 * What a file of a certificate says, if a key has signed it.
 * @param now ms since 1970
 */
export function readCertificate(bytes: Uint8Array, key: KeyObject, now: number): ReadCertificate {
  if (bytes.length > mostCertificateBytes) return { problems: [`it is larger than ${mostCertificateBytes} bytes`] };
  const text = decodeText(bytes);
  if (text === undefined) return { problems: ['it is no UTF-8'] };
  const [first, second, ...more] = text.split(/(?<=\n)/, 4);
  if (first === undefined || second === undefined || more.length > 0) {
    return { problems: ['it does not have two lines, one for the test result and one for the certificate'] };
  }
  const opened = [first, second].map((line) => openEnvelope(line, key));
  const problems = opened.flatMap(({ problem }, at) => (problem === undefined ? [] : [`line ${at + 1}: ${problem}`]));
  const [result, statement] = opened;
  if (
    problems.length > 0 ||
    result?.problem !== undefined ||
    statement?.problem !== undefined ||
    !result ||
    !statement
  ) {
    return { problems };
  }
  const wrong = findInCertificate(statement.value);
  if (wrong !== undefined) return { problems: [`line 2 is no certificate of lastword, version 1: ${wrong}`] };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema has just said so
  const certificate = statement.value as Certificate;
  if (JSON.stringify(testResultOf(certificate)) !== result.text) {
    return { problems: ['line 1 is not the test result of the certificate in line 2'] };
  }
  return { certificate, problems: periodProblems(certificate, now) };
}

function periodProblems({ predicate: { issuedAt, expiresAt } }: Certificate, now: number): readonly string[] {
  const [from, to] = [instant(issuedAt), instant(expiresAt)];
  if (from === undefined || to === undefined || from >= to) {
    return ['issuedAt and expiresAt are no times, or the one is not before the other'];
  }
  if (now < from) return [`it is not valid yet: issued at ${issuedAt}`];
  return now >= to ? [`it has expired: it was valid until ${expiresAt}`] : [];
}

/** Of exactly the form that is written; undefined for any other. */
function instant(text: string): number | undefined {
  const ms = Date.parse(text);
  return Number.isFinite(ms) && new Date(ms).toISOString() === text ? ms : undefined;
}

let compiled: ValidateFunction | undefined;

/** What is wrong with a statement, with the place of it; undefined where it is a certificate. */
export function findInCertificate(value: unknown): string | undefined {
  compiled ??= compile();
  if (compiled(value)) return undefined;
  const [first] = compiled.errors ?? [];
  return `${first?.instancePath ?? ''} ${first?.message ?? 'is wrong'}`.trim();
}

/** The validator is large: only where it is needed. */
function compile(): ValidateFunction {
  // oxlint-disable-next-line typescript/no-require-imports, typescript/no-unsafe-type-assertion -- see above
  const { Ajv2020 } = require('ajv/dist/2020') as typeof import('ajv/dist/2020');
  return new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false }).compile(schema);
}
