/** `lastword certify DIR --profile NAME`. */
import { existsSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { KitError } from '../core/kit-error';
import { checkUnlocked, lockName } from '../run/run-lock';
import { listFolder, readNamed } from '../run/sealed-folder';
import { reportFile, trialsFile } from '../run/run-folder';
import { kitVersion } from '../run/version';
import type { Certificate } from '../../reports/certificate/certificate';
import type { Refusal } from '../../reports/certificate/rules';
import { sealCertificate } from '../../reports/certificate/seal-certificate';
import { keyIdOf, readSigningKey } from '../../reports/certificate/signing-key';
import { excerpt } from '../../targets/excerpt';
import { describeCertificate } from './describe-certificate';
import { examineRun, sealFiles } from './examine-run';
import { exitStatus } from './exit-status';

export interface CertifyWords {
  readonly profile: string;
  readonly target?: string | undefined;
  readonly key?: string | undefined;
  /** How long it is valid. */
  readonly days: number;
  readonly out?: string | undefined;
  readonly unfinishedProfile?: boolean | undefined;
}

export interface CertifyWorld {
  /** PEM, from the environment. */
  readonly signingKey: string | undefined;
  /** Ms since 1970. */
  readonly now: number;
  readonly say: (text: string) => void;
}

const day = 24 * 60 * 60 * 1000;
const mostKeyBytes = 64 * 1024;

/**
 * Certifies a run, or says everything that stands in the way; 0 or 1.
 * @throws {KitError} `KEY`, `OUT`, `PROFILE`, `TARGET`, `FILES`, `JOURNAL`, `CATALOGUE`, `REPORT`
 */
export async function certifyCommand(folder: string, words: CertifyWords, world: CertifyWorld): Promise<number> {
  const key = signingKeyOf(words, world);
  const root = realFolder(folder);
  const { files: found, problems } = listFolder(root);
  if (problems.length > 0)
    throw new KitError('FILES', `\`${folder}\`: ${problems.slice(0, 5).join('; ')}: take it away`);
  const issuedAt = new Date(world.now).toISOString();
  const expiresAt = new Date(world.now + words.days * day).toISOString();
  const { profile, target } = words;
  const { refusals, certificate } = await examineRun({
    folder: root,
    files: sealFiles(
      root,
      [...found.keys()].filter((name) => name !== lockName),
    ),
    profile,
    target,
    allowsUnbuilt: words.unfinishedProfile === true,
    kit: kitVersion(),
    issuedAt,
    expiresAt,
  });
  if (certificate === undefined) {
    world.say(describeRefusals(folder, refusals));
    return exitStatus.violates;
  }
  const out = outFile(words, certificate, root);
  const text = sealCertificate(certificate, key);
  // Of a run that was killed at its very end: verify would not know it.
  if (found.has(lockName)) takeAway(join(root, lockName));
  writeNew(out, text);
  world.say(`certified  ${describeCertificate(certificate)}\n  signed with key ${keyIdOf(key)}\n\n${out}\n`);
  return exitStatus.ok;
}

function signingKeyOf({ key }: CertifyWords, { signingKey }: CertifyWorld) {
  if (key !== undefined) {
    return readSigningKey(readNamed(resolve(key), mostKeyBytes).toString(), `\`--key ${excerpt(key, 200)}\``);
  }
  if (signingKey !== undefined && signingKey !== '') return readSigningKey(signingKey, '`LASTWORD_SIGNING_KEY`');
  throw new KitError(
    'KEY',
    'a certificate is signed: name the private key by `--key FILE`, or put its PEM into `LASTWORD_SIGNING_KEY`; `openssl genpkey -algorithm ed25519 -out key.pem` makes one',
  );
}

/** @throws {KitError} `OUT` it holds no run that can be certified */
function realFolder(folder: string): string {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new KitError('OUT', `\`${folder}\` is no folder: name that of a run`);
  }
  if (!existsSync(trialsFile(folder))) {
    throw new KitError(
      'OUT',
      `\`${folder}\` holds no trials.ndjson: a certificate rests on the raw trials, which the folder of each run has`,
    );
  }
  if (!existsSync(reportFile(folder))) {
    throw new KitError('OUT', `\`${folder}\` holds no report.json: \`lastword judge ${folder}\` writes it`);
  }
  checkUnlocked(folder);
  return realpathSync(folder);
}

/** @throws {KitError} `OUT` it would be one of the files that it names */
function outFile({ out }: CertifyWords, { predicate }: Certificate, root: string): string {
  const { target, profile, tier } = predicate;
  const named = `${target.name}-${profile.name}-${tier}`.replaceAll(/[^\w@.-]+/g, '-').replace(/^[.-]+/, '');
  const file = resolve(out ?? `${named}.intoto.jsonl`);
  const parent = resolve(file, '..');
  if (!existsSync(parent)) throw new KitError('OUT', `\`--out ${file}\`: there is no folder ${parent}`);
  const real = realpathSync(parent);
  if (real === root || real.startsWith(root + sep)) {
    throw new KitError('OUT', `\`--out ${file}\` lies in the folder that it certifies: name a file elsewhere`);
  }
  return file;
}

/** @throws {KitError} `OUT` */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    if (typeof error !== 'object' || error === null || !('code' in error)) throw error;
    const why =
      error.code === 'EEXIST' ? 'exists: nothing is ever overwritten' : `cannot be written (${String(error.code)})`;
    throw new KitError('OUT', `\`--out ${file}\` ${why}: name another file`);
  }
}

/** @throws {KitError} `OUT` */
function takeAway(lock: string): void {
  try {
    rmSync(lock, { force: true });
  } catch (error) {
    if (typeof error !== 'object' || error === null || !('code' in error)) throw error;
    throw new KitError(
      'OUT',
      `\`${lock}\` is of a run that was killed, and cannot be taken away (${String(error.code)}): remove it`,
    );
  }
}

function describeRefusals(folder: string, refusals: readonly Refusal[]): string {
  const lines = refusals.map(({ why, remedy }) => `  ${excerpt(why, 4000)}\n    ${excerpt(remedy, 1000)}`);
  return [`NOT CERTIFIED  ${folder}: ${count(refusals.length, 'reason')}`, ...lines, ''].join('\n');
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
