/** The commands about certificates, as the command line knows them. */
import { InvalidArgumentError, type Command } from 'commander';
import { KitError } from '../core/kit-error';
import type { CertifyWords } from './certify-command';
import type { VerifyWords } from './verify-command';

/* oxlint-disable typescript/no-require-imports, typescript/no-unsafe-type-assertion -- most commands have no use for them */
const certify = () => require('./certify-command') as typeof import('./certify-command');
const verify = () => require('./verify-command') as typeof import('./verify-command');
/* oxlint-enable typescript/no-require-imports, typescript/no-unsafe-type-assertion */

const longestDays = 3650;

/** Takes the signing key out of the environment that is handed on. */
export function takeSigningKey(environment: NodeJS.ProcessEnv): string | undefined {
  const key = environment['LASTWORD_SIGNING_KEY'];
  delete environment['LASTWORD_SIGNING_KEY'];
  return key;
}

/** Those that start programs of others. */
const startsClients: ReadonlySet<string> = new Set(['run', 'replay', 'check-adapter']);

/**
 * Refuses to start clients beside the signing key: what a process began with stays readable for those of the same user, in
 * `/proc/PID/environ` of this one and of what started it, and nothing that is done here can take it back.
 * @throws {KitError} `KEY`
 */
export function refuseSigningKey(command: string, signingKey: string | undefined): void {
  // Empty is what a CI sets where a secret is not given.
  if (signingKey === undefined || signingKey === '' || !startsClients.has(command)) return;
  throw new KitError(
    'KEY',
    `\`LASTWORD_SIGNING_KEY\` is set, and a client that \`lastword ${command}\` starts could read it: set it for \`lastword certify\` alone, in a CI for that step and not for the whole job; to protect it from a client that you do not trust, certify in another job, or as another user`,
  );
}

/** Adds them to the program. */
export function addCertificateCommands(
  root: Command,
  { setStatus, signingKey }: { readonly setStatus: (status: number) => void; readonly signingKey: string | undefined },
): void {
  const say = (text: string): void => void process.stdout.write(text);
  root
    .command('certify')
    .description('certify a run for a profile: a signed record that others can check')
    .argument('<dir>', 'the folder of a run')
    .requiredOption('--profile <name>', 'what it is certified for: smoke, core, … (lastword list profiles)')
    .option('--target <name>', 'the client, where the run has several')
    .option('--key <file>', 'private key, Ed25519 in PEM; default: the PEM in LASTWORD_SIGNING_KEY')
    .option('--days <n>', 'how long it is valid', days, 365)
    .option('--out <file>', 'default: TARGET-PROFILE-TIER.intoto.jsonl')
    .option(
      '--unfinished-profile',
      'also where this kit does not have all cases of the profile; the certificate says so',
    )
    .action(async (folder: string, words: CertifyWords) =>
      setStatus(await certify().certifyCommand(folder, words, { signingKey, now: Date.now(), say })),
    );
  root
    .command('verify')
    .description('check a certificate: who signed it, whether it is valid, and with --evidence whether it is true')
    .argument('<file>', 'what `certify` wrote')
    .option('--key <file>', 'the public key that you trust, in PEM; default: the PEM in LASTWORD_VERIFY_KEY')
    .option('--evidence <dir>', 'the folder of the run: every digest is checked, and the raw trials are judged again')
    .action(async (file: string, words: VerifyWords) => {
      const trustedKey = process.env['LASTWORD_VERIFY_KEY'];
      setStatus(await verify().verifyCommand(file, words, { trustedKey, now: Date.now(), say }));
    });
}

function days(word: string): number {
  const value = Number(word);
  if (!/^\d+$/.test(word) || value < 1 || value > longestDays) {
    throw new InvalidArgumentError(`\`--days\` expects a whole number from 1 to ${longestDays}.`);
  }
  return value;
}
