/**
 * Whether a certificate holds. Cheap things first: what is signed, when it is valid, the names and lengths of files, their
 * digests; only then are the raw trials judged again, and the certificate made of them anew, to the byte.
 */
import type { KeyObject } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { catalogueDigest } from '../cases/catalogue';
import { KitError } from '../core/kit-error';
import { hashFile, listFolder } from '../run/sealed-folder';
import { kitVersion } from '../run/version';
import type { Certificate, SealedFile } from '../../reports/certificate/certificate';
import { differencesOf } from '../../reports/certificate/differences';
import { readCertificate } from '../../reports/certificate/read-certificate';
import { examineRun } from './examine-run';

export interface VerifyRequest {
  /** The file. */
  readonly bytes: Uint8Array;
  /** The public key that is trusted. */
  readonly key: KeyObject;
  /** Ms since 1970. */
  readonly now: number;
  /** The folder of the run; absent: only what is signed is looked at. */
  readonly folder?: string | undefined;
}

export interface Verification {
  /** There where signature and form are right, whatever else is wrong. */
  readonly certificate?: Certificate;
  /** What is wrong; none: nothing that was looked at. */
  readonly problems: readonly string[];
  /** Worth knowing. */
  readonly notes: readonly string[];
  /** The files were looked at as well, and judged again. */
  readonly isComplete: boolean;
}

/** Never rejects for what the file or the folder holds. */
export async function verifyCertificate({ bytes, key, now, folder }: VerifyRequest): Promise<Verification> {
  const { certificate, problems } = readCertificate(bytes, key, now);
  if (certificate === undefined || folder === undefined) {
    return { ...(certificate === undefined ? {} : { certificate }), problems, notes: [], isComplete: false };
  }
  const { version } = certificate.predicate.kit;
  const notes = version === kitVersion() ? [] : [`kit ${version} ran it, and this is kit ${kitVersion()}`];
  const found = await problemsOfFolder(folder, certificate);
  return { certificate, problems: [...problems, ...found], notes, isComplete: true };
}

async function problemsOfFolder(folder: string, certificate: Certificate): Promise<readonly string[]> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [`\`${folder}\` is no folder`];
  const root = realpathSync(folder);
  try {
    const wrong = wrongFiles(root, certificate.predicate.files);
    return wrong.length > 0 ? wrong : await problemsOfVerdicts(root, certificate);
  } catch (error) {
    if (error instanceof KitError) return [`the run cannot be checked: ${error.message}`];
    throw error;
  }
}

/** What a verdict rests on comes first. */
const rank = (name: string): number => (name === 'trials.ndjson' ? 0 : name === 'report.json' ? 1 : 2);

/** Every file that is not as it was; those of a wrong name or length without a look into any. */
function wrongFiles(root: string, sealed: readonly SealedFile[]): readonly string[] {
  const files = [...sealed].sort((a, b) => rank(a.name) - rank(b.name));
  const listing = listFolder(root);
  const known = new Set(files.map(({ name }) => name));
  const wrong = files.flatMap(({ name, bytes }) => {
    const found = listing.files.get(name);
    if (found === bytes) return [];
    return [found === undefined ? `${name} is missing` : `${name} has ${found} bytes, and had ${bytes}`];
  });
  const strange = [...listing.files.keys()].filter((name) => !known.has(name));
  wrong.push(...listing.problems, ...strange.map((name) => `${name} is no file that the certificate knows`));
  if (wrong.length > 0) return wrong;
  return files.flatMap(({ name, bytes, sha256 }) => {
    const is = hashFile(root, name);
    return is.sha256 === sha256 && is.bytes === bytes ? [] : [`${name} was changed: its SHA-256 is ${is.sha256}`];
  });
}

async function problemsOfVerdicts(root: string, certificate: Certificate): Promise<readonly string[]> {
  const { predicate } = certificate;
  const { kit, profile, target, files, issuedAt, expiresAt } = predicate;
  if (kit.catalogueDigest !== catalogueDigest()) {
    return [
      `it cannot be judged again by this kit (${kitVersion()}), which has another catalogue (${catalogueDigest().slice(0, 12)}): use kit ${kit.version} with catalogue ${kit.catalogueDigest.slice(0, 12)}`,
    ];
  }
  const { refusals, certificate: made } = await examineRun({
    folder: root,
    files,
    profile: profile.name,
    target: target.name,
    allowsUnbuilt: profile.unbuilt.length > 0,
    kit: kit.version,
    issuedAt,
    expiresAt,
  });
  const found = made === undefined ? refusals.map(({ why }) => why) : differencesOf(certificate, made);
  if (found.length === 0) return [];
  const own = kitVersion();
  if (kit.version !== own) {
    // A later kit may judge, or only word, what was rightly certified otherwise: that accuses nobody.
    const head = `kit ${own} judges or words it otherwise than kit ${kit.version}, which issued it: verify it with kit ${kit.version}`;
    return [head, ...found.map((each) => `by kit ${own}: ${each}`)];
  }
  const words = made === undefined ? 'it should not have been certified' : 'judged again, it says otherwise';
  return found.map((each) => `${words}: ${each}`);
}
