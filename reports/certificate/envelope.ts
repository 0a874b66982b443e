/**
 * DSSE v1 envelopes, one a line, signed with Ed25519. Writing follows the standard; reading takes one form of each envelope
 * and no other, so that no byte of a file can change unseen:
 *
 * - JSON exactly as `JSON.stringify` writes it: no white space, no key twice, nothing behind it;
 * - `payload`, `payloadType`, `signatures` in this order, and nothing else; one signature with `keyid` and `sig`;
 * - base64 of RFC 4648 §4, padded, with no bits left over;
 * - the payload is UTF-8 and again JSON of that one form.
 */
import { sign, verify, type KeyObject } from 'node:crypto';
import { dsse } from '@sigstore/core';
import { keyIdOf } from './signing-key';

/** The media type of an in-toto Statement. */
export const statementType = 'application/vnd.in-toto+json';

interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly [{ readonly keyid: string; readonly sig: string }];
}

/** The line of a signed payload, with its line end. The same key and payload give the same line. */
export function sealPayload(payload: string, key: KeyObject): string {
  const body = Buffer.from(payload);
  const sig = sign(null, dsse.preAuthEncoding(statementType, body), key);
  return lineOf({
    payload: body.toString('base64'),
    payloadType: statementType,
    signatures: [{ keyid: keyIdOf(key), sig: sig.toString('base64') }],
  });
}

function lineOf({ payload, payloadType, signatures: [{ keyid, sig }] }: Envelope): string {
  return `${JSON.stringify({ payload, payloadType, signatures: [{ keyid, sig }] })}\n`;
}

/** A payload whose signature holds, or why there is none. */
export type Opened =
  { readonly value: unknown; readonly text: string; readonly problem?: never } | { readonly problem: string };

/** Opens a line, with its line end, that has to be signed with a key. */
export function openEnvelope(line: string, key: KeyObject): Opened {
  const envelope = decodeEnvelope(line);
  if (typeof envelope === 'string') return { problem: envelope };
  const { payload, payloadType, signatures } = envelope;
  if (payloadType !== statementType) return { problem: `payloadType is not ${statementType}` };
  const [{ keyid, sig }] = signatures;
  const trusted = keyIdOf(key);
  // DSSE: a keyid decides nothing. But ours is a function of the key, and a wrong one was changed.
  const isOther = keyid !== trusted;
  const body = decodeBase64(payload);
  const signature = decodeBase64(sig);
  if (body === undefined || signature === undefined) return { problem: 'payload or signature is no canonical base64' };
  if (!verify(null, dsse.preAuthEncoding(payloadType, body), key, signature)) {
    return {
      problem: isOther
        ? `it is signed with another key (keyid ${keyid.slice(0, 16)}…, trusted is ${trusted.slice(0, 16)}…)`
        : 'the signature does not hold: the file was changed, or the key is not the one that it names',
    };
  }
  if (isOther) return { problem: 'keyid does not name the key that signed' };
  const text = decodeText(body);
  const value = text === undefined ? undefined : parseExact(text);
  if (text === undefined || value === undefined) return { problem: 'the payload is no JSON of the one form' };
  return { value: value.json, text };
}

function decodeEnvelope(line: string): Envelope | string {
  const value = line.endsWith('\n') ? parseExact(line.slice(0, -1)) : undefined;
  if (value === undefined) return 'it is no JSON of the one form: white space, a key twice, or something behind it';
  const { json } = value;
  if (!isRecord(json) || typeof json['payload'] !== 'string' || typeof json['payloadType'] !== 'string') {
    return 'it is no DSSE envelope';
  }
  const { payload, payloadType, signatures } = json;
  if (!Array.isArray(signatures) || signatures.length !== 1) return 'it does not have exactly one signature';
  const one: unknown = signatures[0];
  if (!isRecord(one) || typeof one['keyid'] !== 'string' || typeof one['sig'] !== 'string') {
    return 'its signature has no keyid or no sig';
  }
  const envelope: Envelope = { payload, payloadType, signatures: [{ keyid: one['keyid'], sig: one['sig'] }] };
  return lineOf(envelope) === line ? envelope : 'it has fields that no envelope of lastword has';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON that is to the byte what `JSON.stringify` makes of it; undefined for any other text. */
function parseExact(text: string): { readonly json: unknown } | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return JSON.stringify(json) === text ? { json } : undefined;
  } catch {
    // No JSON, or nested too deep for any statement.
    return undefined;
  }
}

/** Node reads what is no base64 as best it can; what it then writes tells. */
function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** UTF-8 without errors and without a byte order mark that would get lost. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
