/** A run of a real client, certified, verified, and damaged in a thousand ways. */
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from '../../reports/certificate/certificate';
import { sealPayload } from '../../reports/certificate/envelope';
import { payloadsOf } from '../../reports/certificate/make-certificate';
import { newKey } from '../../reports/certificate/testing/sample-certificate';
import { refuseSigningKey, takeSigningKey } from './certificate-commands';
import { certifyCommand, type CertifyWords } from './certify-command';
import { damage, seeded } from './testing/mutate';
import { startedAt } from '../io/process-table';
import { kitVersion } from '../run/version';
import { verifyCertificate } from './verify-certificate';
import { verifyCommand, type VerifyWords } from './verify-command';

const root = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'lastword-certify-'));
const at = (...names: readonly string[]): string => join(folder, ...names);
const { signing, trusted } = newKey();
const pem = String(signing.export({ type: 'pkcs8', format: 'pem' }));
const publicPem = String(trusted.export({ type: 'spki', format: 'pem' }));
const plainOutput = { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' };

function lastword(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [join(root, 'dist/kit/cli/main.js'), ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...plainOutput, ...env },
  });
}

const file = at('ws.intoto.jsonl');

beforeAll(() => {
  writeFileSync(at('key.pem'), pem, { mode: 0o600 });
  writeFileSync(at('public.pem'), publicPem);
  const attempt = () => lastword(['run', 'ws', '--profile', 'smoke', '--seed', 'certify', '--out', at('run')]);
  let run = attempt();
  // A machine that is too busy to judge a case is no subject of these tests.
  for (let nth = 2; run.status === 3 && nth <= 4; nth += 1) {
    rmSync(at('run'), { recursive: true });
    run = attempt();
  }
  if (run.status !== 0) throw new Error(`status ${run.status}: ${run.stdout}${run.stderr}`);
  const made = lastword(['certify', 'run', '--profile', 'smoke', '--key', 'key.pem', '--out', file]);
  if (made.status !== 0) throw new Error(`status ${made.status}: ${made.stdout}${made.stderr}`);
}, 900_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const now = (): number => Date.now();
const verify = async (bytes: Buffer, evidence?: string, key: KeyObject = trusted) =>
  (await verifyCertificate({ bytes, key, now: now(), folder: evidence })).problems;
const payloadAt = (line: number): string => {
  const text = readFileSync(file, 'utf8').split('\n')[line] ?? '';
  return Buffer.from((JSON.parse(text) as { payload: string }).payload, 'base64').toString();
};
const certificate = (): Certificate => JSON.parse(payloadAt(1)) as Certificate;
const sealed = (of: Certificate, key: KeyObject = signing): Buffer =>
  Buffer.from(
    payloadsOf(of)
      .map((each) => sealPayload(each, key))
      .join(''),
  );

/** A copy of the run with changes, in a folder of its own. */
function copyOfRun(name: string, change: (copy: string) => void): string {
  const copy = at(name);
  cpSync(at('run'), copy, { recursive: true });
  change(copy);
  return copy;
}

function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`nothing to change in ${path}`);
  writeFileSync(path, after);
}

/** What a signer would sign who does not mind: the digests of the files as they are now. */
function resealed(copy: string, changes: Partial<Certificate['predicate']> = {}): Buffer {
  const { predicate, ...rest } = certificate();
  const files = predicate.files.map(({ name }) => {
    const bytes = readFileSync(join(copy, name));
    return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  return sealed({ ...rest, predicate: { ...predicate, files, ...changes } });
}

describe('a client that conforms', () => {
  it('is certified, and verified from the files', () => {
    const { status, stdout } = lastword(['verify', file, '--key', 'public.pem', '--evidence', 'run']);
    expect(stdout).toMatch(/^verified {2}ws: profile smoke, tier quick, TLS 1\.2 and 1\.3\n/);
    expect(stdout).toContain('26 verdicts on 12 cases: ');
    expect(stdout).toContain('not observable  wasClean');
    expect(stdout).toContain('judged again they give the same verdicts and counts');
    expect(status).toBe(0);
  });

  it('says what was not checked without them', () => {
    const { status, stdout } = lastword(['verify', file], { LASTWORD_VERIFY_KEY: publicPem });
    expect(stdout).toMatch(/^signature verified {2}ws/);
    expect(stdout).toContain('NOT CHECKED');
    expect(status).toBe(0);
  });

  it('gets the same file for the same moment, by the key of the environment', async () => {
    const issued = Date.parse(certificate().predicate.issuedAt);
    const again = await certifyCommand(
      at('run'),
      { profile: 'smoke', days: 365, out: at('again.jsonl') },
      { signingKey: pem, now: issued, say: () => undefined },
    );
    expect(again).toBe(0);
    expect(readFileSync(at('again.jsonl'))).toEqual(readFileSync(file));
  });

  it('names what was tested by a digest that a shell can compute', () => {
    const { subject } = certificate();
    expect(subject).toEqual([
      {
        name: 'ws',
        digest: { dirHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
        annotations: { of: expect.stringMatching(/^npm package ws@/) as string },
      },
    ]);
  });

  it('keeps the key to itself', () => {
    const secret = pem.split('\n')[1] ?? '';
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name !== 'key.pem');
    const holding = names.filter((name) => statSync(at(name)).isFile() && readFileSync(at(name)).includes(secret));
    expect(holding).toEqual([]);
  });
});

const withOpenssl = spawnSync('openssl', ['version']).status === 0 ? it : it.skip;
const hasLibrary = spawnSync('python3', ['-c', 'import securesystemslib.dsse']).status === 0;
if (!hasLibrary) process.stderr.write('certify.test.ts: securesystemslib (Python) is missing, one test is skipped\n');
const withSecuresystemslib = hasLibrary ? it : it.skip;

describe('without lastword', () => {
  /** As the page on certificates says it. */
  const byOpenssl = (of: string): string => {
    const page = readFileSync(join(root, 'reports/certificate.md'), 'utf8');
    const script = /```sh\n(for line in[^]*?)```/.exec(page)?.[1] ?? 'false';
    const words = ['-euo', 'pipefail', '-c', script.replace('FILE', of)];
    // A bash whose standard input is a socket takes itself for one of rshd, and reads the machine's settings.
    const { stdout, stderr } = spawnSync('bash', ['--norc', ...words], { cwd: folder, encoding: 'utf8' });
    return stdout + stderr;
  };

  withOpenssl('OpenSSL verifies the signatures, by four lines of a shell', () => {
    expect(byOpenssl(file)).toBe('Signature Verified Successfully\nSignature Verified Successfully\n');
    const other = at('forged.jsonl');
    writeFileSync(other, readFileSync(file, 'utf8').replace('"sig":"', '"sig":"AAAA'));
    expect(byOpenssl(other)).not.toContain('Successfully');
  });

  withSecuresystemslib('the library of in-toto verifies the envelopes', () => {
    const script = join(__dirname, 'testing/check-envelopes.py');
    const { stdout, stderr } = spawnSync('python3', [script, 'public.pem', file], { cwd: folder, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toBe('https://in-toto.io/attestation/test-result/v0.1\nurn:lastword:conformance:1\n');
  });

  withOpenssl('a key made as the page says signs, and its public half verifies', () => {
    const made = [
      ['genpkey', '-algorithm', 'ed25519', '-out', 'new.pem'],
      ['pkey', '-in', 'new.pem', '-pubout', '-out', 'new.pub.pem'],
    ].map((words) => spawnSync('openssl', words, { cwd: folder }).status);
    expect(made).toEqual([0, 0]);
    const words = ['certify', 'run', '--profile', 'smoke', '--key', 'new.pem', '--days', '1', '--out', 'new.jsonl'];
    expect(lastword(words)).toMatchObject({ status: 0, stderr: '' });
    expect(lastword(['verify', 'new.jsonl', '--key', 'new.pub.pem'])).toMatchObject({ status: 0 });
  });
});

describe('what was changed is found', () => {
  it('in 1,000 of 1,000 random places of report, trials, evidence and envelope', async () => {
    const random = seeded(20_261_126);
    const copy = copyOfRun('mutated', () => undefined);
    const evidence = certificate()
      .predicate.files.map(({ name }) => name)
      .filter((name) => name.startsWith('evidence/'));
    const original = readFileSync(file);
    const missed: string[] = [];
    for (let nth = 0; nth < 1000; nth += 1) {
      const pick = evidence[Math.floor(random() * evidence.length)] ?? '';
      const name = ['envelope', 'report.json', 'trials.ndjson', pick][nth % 4] ?? '';
      const before = name === 'envelope' ? original : readFileSync(join(copy, name));
      const { what, bytes } = damage(before, random);
      if (name !== 'envelope') writeFileSync(join(copy, name), bytes);
      const problems = await verify(name === 'envelope' ? bytes : original, copy);
      if (problems.length === 0) missed.push(`${name}: ${what}`);
      if (name !== 'envelope') writeFileSync(join(copy, name), before);
    }
    expect(missed).toEqual([]);
    expect(await verify(original, copy)).toEqual([]);
  }, 600_000);

  it.each([
    [
      'a file more',
      (copy: string) => writeFileSync(join(copy, 'evidence/more.txt'), ''),
      'evidence/more.txt is no file that the certificate knows',
    ],
    ['a file less', (copy: string) => rmSync(join(copy, 'report.json')), 'report.json is missing'],
    [
      'a link in the place of a file',
      (copy: string) => {
        renameSync(join(copy, 'report.json'), at('moved.json'));
        symlinkSync(at('moved.json'), join(copy, 'report.json'));
      },
      'report.json is a symbolic link',
    ],
    [
      'a link in the place of a folder',
      (copy: string) => {
        renameSync(join(copy, 'evidence'), at('moved'));
        symlinkSync(at('moved'), join(copy, 'evidence'));
      },
      'evidence is a symbolic link',
    ],
    [
      'a file of a terabyte',
      (copy: string) => truncateSync(join(copy, 'trials.ndjson'), 1e12),
      'trials.ndjson has 1000000000000 bytes',
    ],
    [
      'trials of another run',
      (copy: string) => edit(join(copy, 'trials.ndjson'), (text) => text.replace('"id":"', '"id":"f')),
      'trials.ndjson has',
    ],
    ['no folder', (copy: string) => rmSync(copy, { recursive: true }), 'is no folder'],
  ])('%s', async (name, change, why) => {
    const copy = copyOfRun(`found ${name}`, change);
    const problems = await verify(readFileSync(file), copy);
    expect(problems).toContainEqual(expect.stringContaining(why));
  });

  it('where somebody else has signed it', async () => {
    const other = newKey();
    expect(await verify(sealed(certificate(), other.signing), at('run'))).toEqual([
      expect.stringContaining('line 1: it is signed with another key'),
      expect.stringContaining('line 2: it is signed with another key'),
    ]);
    expect(await verify(readFileSync(file), at('run'), createPublicKey(other.signing))).toHaveLength(2);
  });
});

it('a certificate of one run is none of another, and says so before all else', async () => {
  lastword(['run', 'ws', '--case', 'code/none', '--trials', '1', '--out', 'other']);
  const problems = await verify(readFileSync(file), at('other'));
  expect(problems.slice(0, 2)).toEqual([
    expect.stringMatching(/^trials\.ndjson has \d+ bytes, and had \d+$/),
    expect.stringMatching(/^report\.json has \d+ bytes, and had \d+$/),
  ]);
});

it('an expired one is called expired, and is judged again all the same', async () => {
  const expired = Date.parse(certificate().predicate.expiresAt);
  const bytes = readFileSync(file);
  const { problems, isComplete } = await verifyCertificate({ bytes, key: trusted, now: expired, folder: at('run') });
  expect(problems).toEqual([expect.stringMatching(/^it has expired: it was valid until /)]);
  expect(isComplete).toBe(true);
});

it('the signing key is taken out of the environment, where clients would find it', () => {
  const environment = { LASTWORD_SIGNING_KEY: 'secret', PATH: '/bin' };
  expect(takeSigningKey(environment)).toBe('secret');
  expect(environment).toEqual({ PATH: '/bin' });
});

it('no client is started beside the signing key, which it could read in the environment of its parents', () => {
  for (const words of [
    ['run', 'ws', '--out', 'beside'],
    ['replay', 'token'],
    ['check-adapter', 'ws'],
  ]) {
    const { status, stderr } = lastword(words, { LASTWORD_SIGNING_KEY: pem });
    expect(stderr).toMatch(
      /^lastword: `LASTWORD_SIGNING_KEY` is set, and a client that `lastword [a-z-]+` starts could/,
    );
    expect(stderr).toContain('set it for `lastword certify` alone');
    expect(stderr).not.toContain(pem.split('\n')[1]);
    expect(status).toBe(2);
  }
  expect(existsSync(at('beside'))).toBe(false);
});

it('an empty signing key is none, as a CI gives it that has no such secret', () => {
  expect(() => refuseSigningKey('run', '')).not.toThrow();
  expect(() => refuseSigningKey('run', undefined)).not.toThrow();
  expect(() => refuseSigningKey('certify', pem)).not.toThrow();
});

describe('what was signed, and is not so, is found', () => {
  it.each([
    [
      'better counts',
      (of: Certificate['predicate']) => ({
        verdicts: of.verdicts.map((each) => ({ ...each, trials: { planned: 59, valid: 59, inconclusive: 0 } })),
      }),
      'verdicts.0.trials.planned is 59, and should be 1',
    ],
    ['a higher tier', () => ({ tier: 'deep' as const }), 'tier is "deep", and should be "quick"'],
    [
      'another client',
      (of: Certificate['predicate']) => ({
        target: { ...of.target, client: { ...of.target.client, version: '9.9.9' } },
      }),
      'target.client.version is "9.9.9"',
    ],
    [
      'a larger profile',
      (of: Certificate['predicate']) => ({ profile: { ...of.profile, name: 'all' } }),
      'verdicts of profile all are missing',
    ],
    [
      'a profile that there is not',
      (of: Certificate['predicate']) => ({ profile: { ...of.profile, name: 'gold' } }),
      'there is no such profile',
    ],
    [
      'another target',
      (of: Certificate['predicate']) => ({ target: { ...of.target, name: 'bun' } }),
      'the run has no such target',
    ],
    [
      'a catalogue that this kit does not have',
      (of: Certificate['predicate']) => ({ kit: { ...of.kit, version: '9.9.9', catalogueDigest: '0'.repeat(64) } }),
      'it cannot be judged again by this kit',
    ],
    [
      'a file outside of the folder',
      (of: Certificate['predicate']) => ({
        files: [...of.files, { name: '../public.pem', bytes: publicPem.length, sha256: '0'.repeat(64) }],
      }),
      '../public.pem is missing',
    ],
  ])('%s', async (_, changes, why) => {
    const { predicate, ...rest } = certificate();
    const bytes = sealed({ ...rest, predicate: { ...predicate, ...changes(predicate) } });
    expect(await verify(bytes)).toEqual([]);
    const problems = await verify(bytes, at('run'));
    expect(problems).toContainEqual(expect.stringContaining(why));
  });

  it('another subject', async () => {
    const bytes = sealed({ ...certificate(), subject: [{ name: 'ws', digest: { sha256: '0'.repeat(64) } }] });
    expect(await verify(bytes, at('run'))).toContainEqual(expect.stringContaining('subject.0.digest'));
  });

  it('a verdict in the report', async () => {
    const copy = copyOfRun('kinder report', (path) =>
      edit(join(path, 'report.json'), (text) => text.replace('"valid": 20', '"valid": 59')),
    );
    expect(await verify(resealed(copy), copy)).toContainEqual(
      expect.stringMatching(/should not have been certified: .*report\.json says conforms \(59 of 20 valid/),
    );
  });

  it('what another kit words otherwise accuses nobody, and names the kit that can tell', async () => {
    const own = kitVersion();
    const copy = copyOfRun('of a kit before', (path) => {
      edit(join(path, 'trials.ndjson'), (text) => text.replace(`"version":"${own}"`, '"version":"0.0.9"'));
      edit(join(path, 'report.json'), (text) =>
        text
          .replace(`"version": "${own}"`, '"version": "0.0.9"')
          .replace('"title": "Plain success"', '"title": "Plain"'),
      );
    });
    const kit = { ...certificate().predicate.kit, version: '0.0.9' };
    expect(await verify(resealed(copy, { kit }), copy)).toEqual([
      `kit ${own} judges or words it otherwise than kit 0.0.9, which issued it: verify it with kit 0.0.9`,
      expect.stringContaining(`by kit ${own}: report.json is not what the raw trials give`),
    ]);
    const before = at('before.intoto.jsonl');
    writeFileSync(before, resealed(copy, { kit }));
    const { status, stdout } = lastword(['verify', before, '--key', 'public.pem', '--evidence', copy]);
    expect(stdout).toContain(`NOT VERIFIED  ${before}\n  kit ${own} judges or words it otherwise`);
    expect(stdout).toContain(`  kit 0.0.9 ran it, and this is kit ${own}\n`);
    expect(status).toBe(1);
  });

  it('a word of the report that no verdict rests on', async () => {
    const copy = copyOfRun('another title', (path) =>
      edit(join(path, 'report.json'), (text) => text.replace('"title": "Plain success"', '"title": "Plain  success"')),
    );
    expect(await verify(resealed(copy), copy)).toEqual([
      expect.stringContaining('report.json is not what the raw trials give'),
    ]);
  });

  it('raw trials in which a message is lost', async () => {
    const copy = copyOfRun('lossy', (path) =>
      edit(join(path, 'trials.ndjson'), (text) =>
        text
          .split('\n')
          .map((line) => (line.includes('"case":"freeze/answer-fin"') ? withoutMessages(line) : line))
          .join('\n'),
      ),
    );
    expect(await verify(resealed(copy), copy)).toContainEqual(
      expect.stringContaining('should not have been certified: freeze/answer-fin@tls12 violates'),
    );
  });

  it('raw trials that break the judge', async () => {
    const copy = copyOfRun('broken', (path) =>
      edit(join(path, 'trials.ndjson'), (text) => text.replaceAll('"connections":[', '"connections":[null,')),
    );
    expect(await verify(resealed(copy), copy)).toEqual([expect.stringContaining('the run cannot be checked')]);
  });

  it('evidence that was changed together with the report', async () => {
    const [first] = certificate().predicate.files.filter(({ name }) => name.startsWith('evidence/'));
    const copy = copyOfRun('evidence', (path) => appendFileSync(join(path, first?.name ?? ''), ' '));
    expect(await verify(resealed(copy), copy)).toEqual([expect.stringContaining('is not as report.json says')]);
  });
});

function withoutMessages(line: string): string {
  const trial = JSON.parse(line) as { log: readonly { event: string }[] };
  return JSON.stringify({ ...trial, log: trial.log.filter(({ event }) => event !== 'message') });
}

describe('a run that may not be certified', () => {
  it('is refused with every reason', () => {
    const faulty = `node ${join(root, 'targets/faulty/adapter.cjs')} --fault m01-fin-unhooks-tls`;
    const baseline = at('baseline.json');
    const known = { case: 'freeze/answer-fin', target: 'faulty', reason: 'issue 7' };
    writeFileSync(baseline, JSON.stringify({ exceptions: [known] }));
    const words = ['run', '--exec', faulty, '--label', 'faulty', '--case', 'freeze/answer-fin', '--trials', '3'];
    const run = lastword([...words, '--tls', '1.3', '--baseline', baseline, '--out', at('bad')]);
    expect(run.status).toBe(0);
    const { status, stdout } = lastword([
      'certify',
      'bad',
      '--profile',
      'smoke',
      '--key',
      'key.pem',
      '--out',
      'bad.jsonl',
    ]);
    expect(stdout).toMatch(/^NOT CERTIFIED {2}bad: 3 reasons\n/);
    expect(stdout).toContain('25 of 26 verdicts of profile smoke are missing: control/answer-then-linger@tls12,');
    expect(stdout).toContain(
      'freeze/answer-fin@tls13 violates (a baseline excuses it: issue 7; a certificate does not)',
    );
    expect(stdout).toContain('freeze/answer-fin@tls13 was given 3 trials, and tier quick is 20');
    expect(status).toBe(1);
    expect(existsSync(at('bad.jsonl'))).toBe(false);
  });

  it('is refused where the report was changed by hand', () => {
    copyOfRun('by hand', (path) =>
      edit(join(path, 'report.json'), (text) => text.replace('"valid": 20', '"valid": 19')),
    );
    const { status, stdout } = lastword(['certify', 'by hand', '--profile', 'smoke', '--key', 'key.pem', '--out', 'x']);
    expect(stdout).toContain('report.json says conforms (19 of 20 valid');
    expect(stdout).toContain('`lastword judge DIR` writes it anew');
    expect(status).toBe(1);
  });

  const certify = (words: Partial<CertifyWords>, name = 'run', signingKey?: string): Promise<number> =>
    certifyCommand(
      at(name),
      { profile: 'smoke', days: 1, ...words },
      { signingKey, now: Date.now(), say: () => undefined },
    );
  const key = at('key.pem');

  it.each([
    ['no key', () => certify({}), 'a certificate is signed: name the private key'],
    ['a public key', () => certify({ key: at('public.pem') }), 'holds a public key'],
    ['no such key', () => certify({ key: at('none.pem') }), 'there is no such file'],
    ['garbage in the environment', () => certify({}, 'run', 'x'), '`LASTWORD_SIGNING_KEY` holds no key'],
    ['a profile that there is not', () => certify({ key, profile: 'gold' }), 'there is no such profile'],
    ['a target that there is not', () => certify({ key, target: 'bun' }), 'it has ws'],
    ['no run', () => certify({ key }, 'nowhere'), 'is no folder'],
    ['a file that is there', () => certify({ key, out: file }), 'nothing is ever overwritten'],
    ['a file among those of the run', () => certify({ key, out: at('run/x') }), 'lies in the folder that it certifies'],
    ['a file in no folder', () => certify({ key, out: at('no/x') }), 'there is no folder'],
  ])('is wrong use with %s', async (_, attempt, why) => {
    await expect(attempt()).rejects.toThrow(why);
  });

  it('is wrong use where there are no raw trials, a link is among them, or a run goes on', async () => {
    copyOfRun('no trials', (path) => rmSync(join(path, 'trials.ndjson')));
    copyOfRun('no report', (path) => rmSync(join(path, 'report.json')));
    copyOfRun('linked', (path) => symlinkSync('/etc/passwd', join(path, 'more')));
    const own = { pid: process.pid, started: startedAt(process.pid) ?? '' };
    copyOfRun('locked', (path) => writeFileSync(join(path, 'run.lock'), JSON.stringify(own)));
    const words = { key, out: at('never') };
    await expect(certify(words, 'no trials')).rejects.toThrow('holds no trials.ndjson: a certificate rests on the raw');
    await expect(certify(words, 'no report')).rejects.toThrow('holds no report.json: `lastword judge');
    await expect(certify(words, 'linked')).rejects.toThrow('more is a symbolic link');
    await expect(certify(words, 'locked')).rejects.toThrow('is being written by a run (process ');
  });

  it.each([
    ['of a process that is gone', { pid: process.pid, started: '1' }],
    ['of no process', {}],
  ])('is certified beside a lock %s, which is none of its files', async (name, lock) => {
    const copy = copyOfRun(name, (path) => writeFileSync(join(path, 'run.lock'), JSON.stringify(lock)));
    const out = at(`${name}.jsonl`);
    expect(await certify({ key, out }, name)).toBe(0);
    expect(await verify(readFileSync(out), copy)).toEqual([]);
  });
});

it('verifying is wrong use without a key, with a private one, and of no file', async () => {
  const attempt = (name: string, words: VerifyWords): Promise<number> =>
    verifyCommand(name, words, { trustedKey: undefined, now: Date.now(), say: () => undefined });
  await expect(attempt(file, {})).rejects.toThrow('whom you trust is yours to say');
  await expect(attempt(file, { key: at('key.pem') })).rejects.toThrow('holds a private key');
  await expect(attempt(at('nowhere'), { key: at('public.pem') })).rejects.toThrow('there is no such file');
  await expect(attempt(at('run'), { key: at('public.pem') })).rejects.toThrow('is no regular file');
  const damaged = lastword(['verify', 'public.pem', '--key', 'public.pem']);
  expect(damaged).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/^NOT VERIFIED {2}public\.pem\n {2}/) as string,
  });
  expect(lastword(['verify', file])).toMatchObject({ status: 2, stdout: '' });
});
