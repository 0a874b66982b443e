/** `lastword verify FILE --key PUBLIC.pem [--evidence DIR]`. */
import { resolve } from 'node:path';
import { KitError } from '../core/kit-error';
import { readNamed } from '../run/sealed-folder';
import { mostCertificateBytes } from '../../reports/certificate/read-certificate';
import { keyIdOf, readPublicKey } from '../../reports/certificate/signing-key';
import { excerpt } from '../../targets/excerpt';
import { describeCertificate } from './describe-certificate';
import { exitStatus } from './exit-status';
import { verifyCertificate, type Verification } from './verify-certificate';

export interface VerifyWords {
  readonly key?: string | undefined;
  readonly evidence?: string | undefined;
}

export interface VerifyWorld {
  /** PEM, from the environment. */
  readonly trustedKey: string | undefined;
  /** Ms since 1970. */
  readonly now: number;
  readonly say: (text: string) => void;
}

const mostKeyBytes = 64 * 1024;
const shownAtMost = 20;

/**
 * Verifies and gives 0, or 1 with a line for each thing that is wrong.
 * @throws {KitError} `KEY`, `FILES`
 */
export async function verifyCommand(file: string, words: VerifyWords, world: VerifyWorld): Promise<number> {
  const key = trustedKeyOf(words, world);
  const bytes = readNamed(resolve(file), mostCertificateBytes);
  const verified = await verifyCertificate({ bytes, key, now: world.now, folder: words.evidence });
  const { problems, certificate, notes } = verified;
  if (problems.length > 0 || certificate === undefined) {
    const more = problems.length > shownAtMost ? [`and ${problems.length - shownAtMost} more`] : [];
    const lines = [...problems.slice(0, shownAtMost), ...more, ...notes].map((each) => `  ${excerpt(each, 1000)}`);
    world.say([`NOT VERIFIED  ${file}`, ...lines, ''].join('\n'));
    return exitStatus.violates;
  }
  const said = `${describeCertificate(certificate)}\n  signed with key ${keyIdOf(key)}`;
  world.say(`${headOf(verified)}  ${said}\n${closingOf(verified, words)}\n`);
  return exitStatus.ok;
}

function headOf({ isComplete }: Verification): string {
  return isComplete ? 'verified' : 'signature verified';
}

function closingOf({ certificate, notes }: Verification, { evidence }: VerifyWords): string {
  const lines = notes.map((note) => `  ${excerpt(note, 400)}`);
  const files = certificate?.predicate.files.length ?? 0;
  if (evidence !== undefined) {
    return [
      ...lines,
      `  all ${files} files are as they were, and judged again they give the same verdicts and counts`,
    ].join('\n');
  }
  return [
    ...lines,
    `  NOT CHECKED  the ${files} files of the run (report, raw trials, evidence), and whether they give these verdicts:`,
    '               whoever signed it says so; `--evidence DIR` checks it',
  ].join('\n');
}

function trustedKeyOf({ key }: VerifyWords, { trustedKey }: VerifyWorld) {
  if (key !== undefined) {
    return readPublicKey(readNamed(resolve(key), mostKeyBytes).toString(), `\`--key ${excerpt(key, 200)}\``);
  }
  if (trustedKey !== undefined && trustedKey !== '') return readPublicKey(trustedKey, '`LASTWORD_VERIFY_KEY`');
  throw new KitError(
    'KEY',
    'whom you trust is yours to say: name the signer’s public key by `--key PUBLIC.pem`, or put its PEM into `LASTWORD_VERIFY_KEY`',
  );
}
