import { readCertificate } from './read-certificate';
import { sealCertificate } from './seal-certificate';
import { newKey, sampleCertificate, sampleNow } from './testing/sample-certificate';

const { signing, trusted } = newKey();

/** With as many files more. */
function withFiles(count: number): typeof sampleCertificate {
  const { predicate, ...rest } = sampleCertificate;
  const more = Array.from({ length: count }, (_, at) => ({
    name: `evidence/${String(at).padStart(200, '0')}`,
    bytes: 1,
    sha256: 'a'.repeat(64),
  }));
  return { ...rest, predicate: { ...predicate, files: [...more, ...predicate.files] } };
}

it('signs what is read', () => {
  const bytes = Buffer.from(sealCertificate(withFiles(10), signing));
  expect(readCertificate(bytes, trusted, sampleNow)).toEqual({ certificate: withFiles(10), problems: [] });
});

it('signs nothing that is too large to be read', () => {
  expect(() => sealCertificate(withFiles(90_000), signing)).toThrow(
    expect.objectContaining({
      code: 'FILES',
      message: expect.stringMatching(
        /^the certificate would have \d{8} bytes, and `lastword verify` reads 33554432: the folder holds 90002 files;/,
      ) as string,
    }),
  );
});
