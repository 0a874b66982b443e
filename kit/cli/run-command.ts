/** `lastword run`: everything is checked, then the endpoint starts, the campaign runs, the report is made. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, type as osType } from 'node:os';
import { join, resolve } from 'node:path';
import type { Endpoint } from '../core/endpoint';
import { KitError } from '../core/kit-error';
import type { Tier } from '../core/plan-trials';
import type { Environment, Report } from '../core/report';
import { catalogueDigest } from '../cases/catalogue';
import { startEmbeddedEndpoint } from '../io/embedded-endpoint';
import { closeGuard, guardFolder } from '../io/guard';
import { runCampaign } from '../run/campaign';
import { judgeRun, surveyRun, tallyRun, type Survey } from '../run/judge-run';
import { Journal, trialsSchema, type RunLine } from '../run/journal';
import { renderTerminal } from '../../reports/terminal';
import { exitStatus, statusOf } from './exit-status';
import { findTargets, type FoundTarget, type TargetWords } from './find-targets';
import { checkRunFolder, makeRunFolder, reportFile, trialsFile, writeReport } from './run-folder';
import { openScreen, type Screen } from './screen';
import { select, type Selected } from './select';
import { kitVersion } from './version';

export interface RunWords extends TargetWords {
  readonly profile?: string | undefined;
  readonly case?: readonly string[] | undefined;
  readonly tier: Tier;
  readonly trials?: number | undefined;
  readonly tls?: readonly string[] | undefined;
  readonly seed?: string | undefined;
  readonly shard?: string | undefined;
  readonly workers?: number | undefined;
  readonly maxMinutes?: number | undefined;
  readonly out?: string | undefined;
  readonly resume?: boolean | undefined;
}

/** Runs and gives the exit status. @throws {KitError} before anything has started */
export async function runCommand(words: RunWords): Promise<number> {
  const screen = openScreen();
  const selected = select(words);
  const interrupt = listenForInterrupts();
  try {
    const folder = resolve(words.out ?? defaultFolder());
    if (words.resume === true) checkResume(words, folder);
    const targets = await findTargets(words, { signal: interrupt.signal, log: (line) => screen.say(line) });
    if (words.resume !== true) makeRunFolder(folder);
    const report = await perform({ words, selected, folder, targets, screen, abort: interrupt });
    screen.end();
    process.stdout.write(`${renderTerminal(report, screen)}\n\n${lastLine(report, folder, screen)}\n`);
    return interrupt.status ?? statusOf(report);
  } finally {
    screen.end();
    interrupt.stop();
  }
}

interface Performance {
  readonly words: RunWords;
  readonly selected: Selected;
  readonly folder: string;
  readonly targets: readonly FoundTarget[];
  readonly screen: Screen;
  readonly abort: Interrupts;
}

async function perform(run: Performance): Promise<Report> {
  const { words, folder, screen, abort } = run;
  const endpoint = await startEmbeddedEndpoint();
  const scratch = mkdtempSync(join(tmpdir(), 'lastword-'));
  const guarded = guardFolder(scratch);
  const clock = words.maxMinutes === undefined ? undefined : setTimeout(() => abort.end(), words.maxMinutes * 60_000);
  try {
    // The clients' files have to be readable for a client that runs as somebody else.
    const caFile = join(scratch, 'ca.pem');
    writeFileSync(caFile, endpoint.caPem, { mode: 0o644 });
    const resumed = words.resume === true ? await takeUp(folder, run) : undefined;
    using journal = new Journal(trialsFile(folder));
    const line = resumed?.survey.run ?? runLine(run, endpoint);
    if (resumed === undefined) journal.write(line);
    introduce(line, run, endpoint);
    await runCampaign({
      targets: run.targets,
      units: run.selected.units,
      seed: line.seed,
      lanes: words.workers ?? Math.max(4, cpus().length),
      endpoint,
      caFile,
      journal,
      resumed,
      abort: abort.signal,
      listener: screen,
    });
    const partial = abort.signal.aborted;
    const why = abort.reason;
    journal.write({ kind: 'end', endedAt: new Date().toISOString(), partial, ...(why === undefined ? {} : { why }) });
    const report = await judgeRun(trialsFile(folder));
    writeReport(folder, report);
    return report;
  } finally {
    clearTimeout(clock);
    await endpoint.close();
    rmSync(scratch, { recursive: true, force: true });
    guarded.release();
    await closeGuard();
  }
}

function runLine(run: Performance, endpoint: Endpoint): RunLine {
  const { words, selected, targets } = run;
  return {
    kind: 'run',
    schema: trialsSchema,
    id: randomBytes(8).toString('hex'),
    ...(words.label === undefined ? {} : { label: words.label }),
    seed: words.seed ?? randomBytes(6).toString('hex'),
    startedAt: new Date().toISOString(),
    version: kitVersion(),
    catalogueDigest: catalogueDigest(),
    profile: selected.profile,
    tier: words.tier,
    ...(words.trials === undefined ? {} : { trials: words.trials }),
    ...(selected.shard === undefined ? {} : { shard: selected.shard }),
    cases: selected.cases.map((kase) => kase.id),
    transports: selected.transports,
    binding: selected.binding,
    units: selected.units.map((unit) => unit.key),
    targets: targets.map(({ target }) => target.name),
    environment: environmentOf(endpoint),
  };
}

function environmentOf(endpoint: Endpoint): Environment {
  const limits = [
    ...(endpoint.exactSegments ? [] : ['no FFI: a segment is one write, and a FIN is a segment of its own']),
    ...(endpoint.witness === 'none'
      ? ['no kernel witness: nothing above W1, so no client is accused of losing a message']
      : []),
    ...(process.platform === 'win32' ? ['no freeze: frozen cases are inconclusive'] : []),
  ];
  return {
    os: osType(),
    kernel: release(),
    arch: process.arch,
    cpus: cpus().length,
    node: process.versions.node,
    endpoint: 'embedded',
    path: 'direct',
    witness: endpoint.witness,
    limits,
  };
}

function introduce(line: RunLine, run: Performance, endpoint: Endpoint): void {
  const { screen } = run;
  const names = { tls12: 'TLS 1.2', tls13: 'TLS 1.3', plain: 'plain' };
  const over = line.transports.map((each) => names[each] + (line.binding.includes(each) ? '' : ' (diagnostic)'));
  screen.say(`lastword ${line.version}  profile ${line.profile}, tier ${line.tier}, seed ${line.seed}`);
  screen.say(
    screen.paint.dim(
      `  ${run.selected.units.length} verdicts on ${over.join(', ')}; endpoint embedded, witness ${endpoint.witness}`,
    ),
  );
  for (const limit of line.environment.limits) screen.say(screen.paint.yellow(`  ${limit}`));
}

function checkResume(words: RunWords, folder: string): void {
  if (words.out === undefined) throw new KitError('RESUME', '`--resume` needs the folder of the run: `--out DIR`');
  checkRunFolder(folder);
}

/** What a killed run has, checked against what is asked for now. */
async function takeUp(
  folder: string,
  run: Performance,
): Promise<{ survey: Survey; tallies: Awaited<ReturnType<typeof tallyRun>> }> {
  // The journal is opened first where it cuts off a torn line; reading copes with one as well.
  const survey = await surveyRun(trialsFile(folder));
  const line = survey.run;
  const differs = (option: string, was: string, is: string): KitError =>
    new KitError(
      'RESUME',
      `\`--resume\`: that run had ${option} ${was}, this has ${is}; ask for the same, or start a new run`,
    );
  const { words, selected, targets } = run;
  if (line.tier !== words.tier) throw differs('`--tier`', line.tier, words.tier);
  if (words.seed !== undefined && words.seed !== line.seed) throw differs('`--seed`', line.seed, words.seed);
  if (line.trials !== words.trials) throw differs('`--trials`', String(line.trials), String(words.trials));
  const names = targets.map(({ target }) => target.name);
  if (names.join('\n') !== line.targets.join('\n')) throw differs('targets', line.targets.join(', '), names.join(', '));
  const keys = selected.units.map((unit) => unit.key);
  if (keys.join('\n') !== line.units.join('\n'))
    throw differs('cases', `${line.units.length} of profile ${line.profile}`, `${keys.length}`);
  return { survey, tallies: await tallyRun(trialsFile(folder), survey) };
}

function defaultFolder(): string {
  const stamp = new Date().toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return join('lastword-runs', `${stamp}-${randomBytes(2).toString('hex')}`);
}

function lastLine(report: Report, folder: string, screen: Screen): string {
  const status = statusOf(report);
  const { paint } = screen;
  const said =
    status === exitStatus.ok
      ? paint.green('All that was judged conforms.')
      : status === exitStatus.violates
        ? paint.red('A client violates what it must do.')
        : paint.yellow('Nothing was convicted, but not everything could be judged.');
  const partial = report.run.partial ? ` ${paint.yellow('The run ended early: this report is partial.')}` : '';
  return `${said}${partial}\n${paint.dim(`seed ${report.run.seed}  report ${reportFile(folder)}`)}`;
}

interface Interrupts {
  readonly signal: AbortSignal;
  /** Set once a signal ended the run: 130 or 143. */
  readonly status: number | undefined;
  readonly reason: string | undefined;
  /** The time is up: ends the run in order. */
  end(): void;
  stop(): void;
}

/** Ctrl-C and SIGTERM end a run in order; a second one at once. */
function listenForInterrupts(): Interrupts {
  const controller = new AbortController();
  let status: number | undefined;
  let reason: string | undefined;
  const on = (name: 'SIGINT' | 'SIGTERM' | 'SIGHUP', code: number) => (): void => {
    if (status !== undefined) process.exit(code);
    status = code;
    reason = name;
    controller.abort();
  };
  const handlers = { SIGINT: on('SIGINT', 130), SIGTERM: on('SIGTERM', 143), SIGHUP: on('SIGHUP', 129) } as const;
  for (const [name, handler] of Object.entries(handlers)) process.on(name, handler);
  return {
    signal: controller.signal,
    get status() {
      return status;
    },
    get reason() {
      return reason;
    },
    end: () => {
      reason ??= '--max-minutes';
      controller.abort();
    },
    stop: () => {
      for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
    },
  };
}
