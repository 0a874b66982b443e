import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from './certificates';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe('the certificates of a run', () => {
  it('are an ECDSA leaf signed by a CA of another name', async () => {
    const { caPem, leafPem, leafKeyPem, caSha256 } = await makeCertificates(new Date('2026-03-01T12:00:00Z'));
    const ca = new X509Certificate(caPem);
    const leaf = new X509Certificate(leafPem);
    expect(leaf.checkIssued(ca)).toBe(true);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect([ca.ca, leaf.ca]).toEqual([true, false]);
    expect(leaf.subject).not.toBe(ca.subject);
    expect(leaf.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(leaf.subjectAltName).toBe(
      'DNS:localhost, DNS:host.docker.internal, DNS:lastword-endpoint, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(leafKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(caSha256).toBe(ca.fingerprint256.replaceAll(':', '').toLowerCase());
  });

  it('are valid from an hour before to 30 days after', async () => {
    const { caPem, leafPem } = await makeCertificates(new Date('2026-03-01T12:00:00Z'));
    for (const certificate of [new X509Certificate(caPem), new X509Certificate(leafPem)]) {
      expect(new Date(certificate.validFrom).toISOString()).toBe('2026-03-01T11:00:00.000Z');
      expect(new Date(certificate.validTo).toISOString()).toBe('2026-03-31T12:00:00.000Z');
    }
  });

  it('never share a serial number', async () => {
    const made = await Promise.all(Array.from({ length: 4 }, () => makeCertificates(new Date())));
    const serials = made.flatMap(({ caPem, leafPem }) =>
      [caPem, leafPem].map((pem) => new X509Certificate(pem).serialNumber),
    );
    expect(new Set(serials).size).toBe(8);
    expect(serials.every((serial) => /^[4-7][0-9A-F]{31}$/.test(serial))).toBe(true);
  });
});

(hasOpenssl ? describe : describe.skip)('the certificates of a run, where openssl is installed', () => {
  it('pass the strict verification of OpenSSL', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lastword-'));
    try {
      const { caPem, leafPem } = await makeCertificates(new Date());
      const [ca, leaf] = [join(folder, 'ca.pem'), join(folder, 'leaf.pem')];
      writeFileSync(ca, caPem);
      writeFileSync(leaf, leafPem);
      const said = execFileSync(
        'openssl',
        ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'localhost', '-CAfile', ca, leaf],
        { encoding: 'utf8' },
      );
      expect(said).toContain('OK');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
