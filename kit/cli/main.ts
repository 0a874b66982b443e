#!/usr/bin/env node
/** The command line. Everything that it can do is in the commands beside it. */
import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { KitError } from '../core/kit-error';
import { showLines } from '../core/timeline-text';
import { listCommand, showCommand } from './catalogue-commands';
import { addCertificateCommands, refuseSigningKey, takeSigningKey } from './certificate-commands';
import { checkAdapterCommand } from './check-adapter-command';
import { describeKitFailure } from './kit-failure';
import { exitStatus } from './exit-status';
import { splitWords } from '../../targets/command-words';
import { parseMemory } from '../../targets/container/memory-size';
import { imageCommand, type ImageWords } from './image-command';
import { lintServerCommand, type LintWords } from './lint-server-command';
import { judgeCommand, replayCommand } from './judge-command';
import { addReportCommands, reporterOption } from './report-commands';
import { captureWishes } from '../run/run-capture';
import { runCommand, type RunWords } from './run-command';
import { kitVersion } from '../run/version';

const examples = `
Examples:
  lastword run ws                                   the smoke profile against the ws client of npm
  lastword run ws@8.18.0 undici bun                 several clients, each at a version
  lastword run --exec "python3 my_adapter.py"       a client of your own (README: "Your own client")
  lastword run --image my-client:1.2                the same in a container (README: "Your client in a container")
  lastword run ws --case 'freeze/*' --tier standard more trials of some cases
  lastword check-adapter -- ./my-adapter            what the kit thinks of an adapter
  lastword show freeze/answer-fin                   what a case sends and expects
  lastword judge lastword-runs/…                    the verdicts again, from the raw trials
  lastword report lastword-runs/… --reporter html   what it found, as a page (junit, markdown, ctrf, …)
  lastword certify lastword-runs/… --profile core   a signed record of it that others can verify

Exit status: 0 all conforms; 1 a client violates; 3 something is undecided; 2 wrong use; 70 the kit failed.`;

function positive(name: string, most: number): (word: string) => number {
  return (word) => {
    const value = Number(word);
    if (!/^\d+$/.test(word) || value < 1 || value > most) {
      throw new InvalidArgumentError(`\`${name}\` expects a whole number from 1 to ${most}.`);
    }
    return value;
  };
}

function minutes(word: string): number {
  const value = Number(word);
  if (!Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('`--max-minutes` expects a number above 0.');
  return value;
}

function cpus(word: string): number {
  const value = Number(word);
  if (!Number.isFinite(value) || value < 0.01)
    throw new InvalidArgumentError('`--cpus` expects a number of processors such as 0.5 or 2.');
  return value;
}

function seed(word: string): string {
  if (!/^[\w.-]{1,64}$/.test(word))
    throw new InvalidArgumentError('`--seed` expects up to 64 letters, digits, dots, dashes.');
  return word;
}

function collect(word: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), word];
}

function withTarget(command: Command): Command {
  return command
    .option(
      '--exec <command>',
      'a program of yours that speaks the adapter protocol; split like a shell does, run without one',
      collect,
    )
    .option('--env <name=value>', 'for that program or image; repeatable', collect)
    .option('--cwd <dir>', 'where that program runs')
    .option('--prefix <dir>', 'where the libdatachannel is installed that `libdatachannel` means')
    .option(
      '--image <ref>',
      'an image of which the program speaks the adapter protocol; "REF ARGS" gives it arguments; repeatable',
      collect,
    )
    .option('--cpus <n>', 'processors that its container may use, such as 0.5', cpus)
    .option('--memory <size>', 'memory that its container may use, such as 512m', (size: string) => {
      parseMemory(size, '`--memory`');
      return size;
    });
}

function runOptions(command: Command): Command {
  return withTarget(command)
    .addOption(reporterOption())
    .option('--browser-path <file>', 'the browser to drive, for a target that is one; default: the one of this machine')
    .addOption(
      new Option(
        '--freeze <what>',
        'what a freeze stops: all processes of a client (default), or the main thread of a browser’s page alone',
      ).choices(['processes', 'main-thread']),
    )
    .option('--profile <name>', 'which cases: smoke (default), core, … (lastword list profiles)')
    .option('--case <glob>', "cases by id, such as 'freeze/*' or freeze/answer-fin@tls12; repeatable", collect)
    .addOption(
      new Option('--tier <name>', 'how many trials; a violation is followed up to 20, so that a rate can be given')
        .choices(['quick', 'standard', 'deep'])
        .default('quick'),
    )
    .option('--trials <n>', 'trials of each case instead of the tier’s number', positive('--trials', 1_000_000))
    .option(
      '--tls <version>',
      '1.2, 1.3 or plain; repeatable. Without it all three, plain as a diagnosis only',
      collect,
    )
    .option('--seed <seed>', 'the order and the content of the trials; printed, so that a run can be repeated', seed)
    .option('--shard <i/n>', 'one of n equal shares of the cases')
    .option('--workers <n>', 'adapters side by side; default: one a core, at least four', positive('--workers', 256))
    .addOption(
      new Option(
        '--endpoint <where>',
        'where the servers run; default: embedded, and container where a client is an image',
      ).choices(['embedded', 'container']),
    )
    .addOption(
      new Option(
        '--container-path <path>',
        'how clients of this machine reach the container: its own address (default where that is possible) or a published port',
      ).choices(['bridge', 'published']),
    )
    .addOption(
      new Option(
        '--capture <source>',
        'packets among the evidence: as a tool captures them where it may (auto), or no run (real), or made of the bytes sent',
      )
        .choices(captureWishes)
        .default('auto'),
    )
    .option('--label <text>', 'the name of the run, and of a program of yours in it')
    .option('--max-minutes <n>', 'end early, with a partial, valid report', minutes)
    .option('--server <name>', 'a real signaling server in a container, such as nginx, instead of the endpoint')
    .option('--out <dir>', 'where the run is kept; default: a new folder in lastword-runs')
    .option(
      '--baseline <file>',
      'known failures, each with its reason: listed, excused, and refused once they are stale',
    )
    .option('--resume', 'go on with the run in --out that was killed; ask for the same again');
}

const signingKey = takeSigningKey(process.env);

function program(setStatus: (status: number) => void): Command {
  const root = new Command('lastword')
    .description('Did every message that arrived come out of the WebSocket client, before the close?')
    .version(kitVersion())
    .addHelpText('after', examples)
    .showHelpAfterError('(lastword --help shows what is possible)')
    .enablePositionalOptions()
    .exitOverride()
    .hook('preAction', (_root, command) => refuseSigningKey(command.name(), signingKey));
  const [, rest] = splitAtDashes(process.argv);
  runOptions(root.command('run'))
    .description('run cases against clients, judge them, write a report')
    .argument('[target...]', 'a built-in target, NAME@VERSION, or a path to a target.json')
    .addHelpText('after', '\nBehind `--` a program with its arguments, as an alternative to --exec.')
    .action(async (names: readonly string[], options: RunWords) =>
      setStatus(await runCommand({ ...options, names, command: rest })),
    );
  root
    .command('image')
    .description('build the image of the container endpoint, or those of real signaling servers')
    .argument('<what>', 'build')
    .option('--offline', 'on a base made of this machine’s own Node; asks no registry')
    .option('--base <image>', 'on an image of yours that has Node 20.19 or later')
    .option('--server <name>', 'of a signaling server instead, or of all of them: all; repeatable', collect)
    .action(async (what: string, options: ImageWords) => setStatus(await imageCommand(what, options)));
  root
    .command('list')
    .description('list cases, targets or profiles')
    .argument('<what>', 'cases, targets or profiles')
    .action((what: string) => void process.stdout.write(`${listCommand(what)}\n`));
  root
    .command('show')
    .description('say what a case sends and expects, or what a target is')
    .argument('<case-or-target>')
    .action((what: string) => void process.stdout.write(`${showCommand(what)}\n`));
  root
    .command('judge')
    .description('judge the raw trials of a run again and write its report')
    .argument('<dir>')
    .action(async (folder: string) => setStatus(await judgeCommand(folder)));
  root
    .command('replay')
    .description('run one case of an earlier run again, by its token in report.json')
    .argument('<token>')
    .action(async (token: string) => setStatus(await replayCommand(token, parseSpec)));
  addReportCommands(root, setStatus);
  addCertificateCommands(root, { setStatus, signingKey });
  withTarget(root.command('check-adapter'))
    .description('prove an adapter: hello, unsupported, freeze, one answer over each transport')
    .argument(
      '[target]',
      'a built-in target or a path to a target.json; a program of yours behind `--`, an image with --image',
    )
    .action(async (name: string | undefined, options: RunWords) =>
      setStatus(await checkAdapterCommand({ ...options, names: name === undefined ? [] : [name], command: rest })),
    );
  root
    .command('lint-server')
    .description('record how a server of yours answers and hangs up, and advise; no verdict')
    .argument('<url>', 'wss://… or ws://…')
    .option('--ca <file>', 'the CA to trust, PEM; default: the system’s')
    .option('--offer <text>', 'the message that it answers; default: a WebRTC offer in JSON')
    .option('--header <field>', 'of the request, such as "Authorization: Bearer …"; repeatable', collect)
    .option('--times <n>', 'connections in each of the four modes', positive('--times', 100), 5)
    .addOption(new Option('--tls <version>', 'one version only').choices(['1.2', '1.3']))
    .option('--json', 'everything that was recorded, for programs')
    .action(async (url: string, options: LintWords) => setStatus(await lintServerCommand(url, options)));
  return root;
}

/** Everything behind the first `--` is a program of the user's, with options that are none of ours. */
function splitAtDashes(argv: readonly string[]): readonly [string[], string[]] {
  const at = argv.indexOf('--');
  return at < 0 ? [[...argv], []] : [argv.slice(0, at), argv.slice(at + 1)];
}

/** The target of a replay, as it was typed. */
function parseSpec(spec: string): RunWords {
  let parsed: RunWords | undefined;
  const command = runOptions(new Command('run'))
    .argument('[target...]')
    .exitOverride()
    .action((names: readonly string[], options: RunWords) => {
      parsed = { ...options, names };
    });
  command.parse([...splitWords(spec)], { from: 'user' });
  if (parsed === undefined) throw new KitError('TOKEN', 'the token names no target');
  return parsed;
}

async function main(): Promise<number> {
  let status = 0;
  const root = program((each) => {
    status = each;
  });
  try {
    await root.parseAsync(splitAtDashes(process.argv)[0]);
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.usage;
    if (error instanceof KitError) {
      process.stderr.write(`lastword: ${showLines(error.message, 4000)}\n`);
      return exitStatus.usage;
    }
    process.stderr.write(describeKitFailure(error));
    return exitStatus.kit;
  }
}

// Node would end with 1, which says that a client violates: what the kit breaks must never look like a verdict.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    process.stderr.write(describeKitFailure(error));
    process.exit(exitStatus.kit);
  });
}

// Whoever reads no further (`| head`) has what they wanted; a run goes on, and its report is on disk.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

// A run of a hundred thousand trials makes garbage and keeps next to nothing: a heap that may grow by a fifth between
// two collections stays small, where V8 would let it double.
setFlagsFromString('--heap-growing-percent=20');

void main().then((status) => {
  process.exitCode = status;
});
