import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { openEnvelope, sealPayload, statementType } from './envelope';
import { keyIdOf } from './signing-key';
import { newKey } from './testing/sample-certificate';

const { signing, trusted } = newKey();
const payload = '{"a":1,"b":"ü"}';
const line = sealPayload(payload, signing);

interface Parts {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}
const parts = JSON.parse(line) as Parts;
const [{ keyid, sig } = { keyid: '', sig: '' }] = parts.signatures;
const written = (changes: object): string => `${JSON.stringify({ ...parts, ...changes })}\n`;

/** Rightly signed, whatever it is. */
function signedAs(body: string | Buffer, payloadType: string, key: KeyObject = signing): string {
  const bytes = Buffer.from(body as string);
  const pae = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `), bytes]);
  return written({
    payload: bytes.toString('base64'),
    payloadType,
    signatures: [{ keyid: keyIdOf(key), sig: sign(null, pae, key).toString('base64') }],
  });
}

it('signs what DSSE says is signed', () => {
  expect(parts.payloadType).toBe('application/vnd.in-toto+json');
  expect(Buffer.from(parts.payload, 'base64').toString()).toBe(payload);
  expect(signedAs(payload, statementType)).toBe(line);
});

it('gives the same line for the same key: what Python’s cryptography gives', () => {
  const seed = createHash('sha256').update('a key for this test').digest();
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  expect(sealPayload('{}', key)).toBe(
    '{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"102359e8e991f0981b92cbe9b0871a1728d8a519ef6b0ed88cbcc7cc7b305138","sig":"xlz/kGSfx5Otf4tQ+rfec6/e/3vzRboR9BOgpVYt7hQvSfc3WMb6y4IS1YdhvFdKp6PI+SbGVRbpnATyZRNXAw=="}]}\n',
  );
});

it('opens what it has signed', () => {
  expect(openEnvelope(line, trusted)).toEqual({ value: { a: 1, b: 'ü' }, text: payload });
});

it.each([
  ['signed with another key', sealPayload(payload, newKey().signing), 'it is signed with another key'],
  ['of another key id', written({ signatures: [{ keyid: '0'.repeat(64), sig }] }), 'keyid does not name the key'],
  ['without a key id', written({ signatures: [{ sig }] }), 'has no keyid'],
  ['of another payload', written({ payload: Buffer.from('{"a":2}').toString('base64') }), 'does not hold'],
  ['of another type', signedAs(payload, 'application/json'), 'payloadType is not'],
  [
    'with another signature',
    written({ signatures: [{ keyid, sig: Buffer.alloc(64).toString('base64') }] }),
    'not hold',
  ],
  ['with no signature', written({ signatures: [] }), 'exactly one signature'],
  ['with a signature more', written({ signatures: [...parts.signatures, { keyid, sig }] }), 'exactly one signature'],
  ['with a field more', written({ more: 1 }), 'it has fields that no envelope'],
  ['with a field more at the signature', written({ signatures: [{ keyid, sig, cert: '' }] }), 'it has fields that no'],
  ['with white space', line.replace(',', ', '), 'no JSON of the one form'],
  ['with something behind it', line.replace('\n', ' \n'), 'no JSON of the one form'],
  ['with its line end cut off', line.trimEnd(), 'no JSON of the one form'],
  ['with a key twice', line.replace('{', '{"payload":"e30=",'), 'no JSON of the one form'],
  ['with an escape that is none', line.replace('application/', 'application\\/'), 'no JSON of the one form'],
  [
    'in another order',
    `${JSON.stringify({ signatures: parts.signatures, payload: parts.payload, payloadType: statementType })}\n`,
    'it has fields that no',
  ],
  ['unpadded', written({ signatures: [{ keyid, sig: sig.replace(/=+$/, '') }] }), 'no canonical base64'],
  ['with bits left over', written({ signatures: [{ keyid, sig: sig.replace(/.==$/, 'z==') }] }), 'no canonical base64'],
  ['with a space in base64', written({ payload: `${parts.payload} ` }), 'no canonical base64'],
  ['of a payload that is no JSON', signedAs('{', statementType), 'the payload is no JSON'],
  ['of a payload with a key twice', signedAs('{"a":1,"a":2}', statementType), 'the payload is no JSON'],
  ['of a payload that is no UTF-8', signedAs(Buffer.from([0x22, 0xff, 0x22]), statementType), 'the payload is no JSON'],
  ['of a payload with a byte order mark', signedAs('\ufeff{}', statementType), 'the payload is no JSON'],
  ['no envelope', '[]\n', 'it is no DSSE envelope'],
  ['null', 'null\n', 'it is no DSSE envelope'],
  ['nested without end', `${'['.repeat(100_000)}\n`, 'no JSON of the one form'],
])('does not open a line %s', (_, changed, why) => {
  expect(changed).not.toBe(line);
  expect(openEnvelope(changed, trusted)).toEqual({ problem: expect.stringContaining(why) as string });
});

it('opens it with no bit of it flipped', () => {
  const bytes = Buffer.from(line);
  const opened = Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return openEnvelope(changed.toString('latin1'), trusted);
  }).filter(({ problem }) => problem === undefined);
  expect(opened).toEqual([]);
});
