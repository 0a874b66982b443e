/** `lastword run`: everything is checked, then the run is performed and its summary printed. */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { conclusionOf } from '../core/conclusion';
import type { Endpoint } from '../core/endpoint';
import { KitError } from '../core/kit-error';
import type { Tier } from '../core/plan-trials';
import type { Report } from '../core/report';
import { showText } from '../core/timeline-text';
import type { RunLine } from '../run/journal';
import { performRun } from '../run/perform-run';
import type { CaptureWish } from '../run/run-capture';
import { readBaseline } from '../run/read-baseline';
import { checkNewFolder, checkRunFolder, makeRunFolder, removeIfEmpty, reportFile } from '../run/run-folder';
import { select } from '../run/select';
import { makeEvidence } from '../../reports/evidence/make-evidence';
import { findReporters } from '../../reports/list';
import { sayConclusion } from '../../reports/verdicts';
import { statusOf } from './exit-status';
import { findTargets, type TargetWords } from './find-targets';
import { openPlace } from './open-place';
import { renderReports } from './render-reports';
import { openScreen, type Screen } from './screen';

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
  readonly endpoint?: 'embedded' | 'container' | undefined;
  readonly containerPath?: 'bridge' | 'published' | undefined;
  /** A real signaling server in a container, instead of the endpoint. */
  readonly server?: string | undefined;
  readonly reporter?: readonly string[] | undefined;
  readonly baseline?: string | undefined;
  readonly capture?: CaptureWish | undefined;
}

/** Runs and gives the exit status. @throws {KitError} before anything has started */
export async function runCommand(words: RunWords): Promise<number> {
  const screen = openScreen();
  const selected = select(words);
  const reporters = findReporters(words.reporter ?? ['terminal']);
  const baseline = words.baseline === undefined ? undefined : readBaseline(words.baseline);
  const interrupt = listenForInterrupts();
  try {
    if (words.containerPath !== undefined && words.endpoint !== 'container' && words.image === undefined)
      throw new KitError('ENDPOINT', '`--container-path` is for `--endpoint container`: give both, or neither');
    if (words.server !== undefined && (words.endpoint === 'container' || words.image !== undefined))
      throw new KitError(
        'SERVER',
        '`--server` takes the place of the endpoint, and its clients are on this machine: leave `--server` out, or `--endpoint container` and `--image`',
      );
    if (words.out === '') throw new KitError('OUT', '`--out` is empty: name a new folder');
    const folder = resolve(words.out ?? defaultFolder());
    if (words.resume === true) checkResume(words, folder);
    else checkNewFolder(folder);
    const found = await findTargets(words, {
      signal: interrupt.signal,
      log: (line) => screen.say(showText(line, 400)),
    });
    const log = (line: string): void => screen.say(screen.paint.dim(`  ${showText(line, 400)}`));
    await using place = await openPlace(words, found, log);
    const targets = place.targets.map(({ target, spec }) => ({ target, spec: `${spec}${endpointWords(words)}` }));
    if (words.resume !== true) makeRunFolder(folder);
    const clock =
      words.maxMinutes === undefined ? undefined : setTimeout(() => interrupt.end(), words.maxMinutes * 60_000);
    const report = await performRun({
      folder,
      targets,
      selected,
      tier: words.tier,
      trials: words.trials,
      seed: words.seed,
      label: words.label,
      lanes: words.workers,
      resume: words.resume === true,
      startEndpoint: words.server === undefined ? place.startEndpoint : () => startServer(words.server ?? '', log),
      makeEvidence,
      capture: words.capture,
      baseline,
      abort: interrupt.signal,
      listener: { ...screen, onBegin: (line) => introduce(line, screen) },
    }).finally(() => {
      clearTimeout(clock);
      removeIfEmpty(folder);
    });
    screen.end();
    await renderReports({ folder, report, reporters, screen });
    // Where a program reads standard output, what is for people goes beside it.
    const last = lastLine(report, folder, screen);
    if (reporters.some((each) => each.name === 'terminal')) process.stdout.write(`\n${last}\n`);
    else screen.say(last);
    return interrupt.status ?? statusOf(report);
  } catch (error) {
    // Interrupted while something was installed or built: nothing ran, and nothing failed.
    if (interrupt.status === undefined || error !== interrupt.signal.reason) throw error;
    screen.say('lastword: interrupted before anything was run');
    return interrupt.status;
  } finally {
    screen.end();
    interrupt.stop();
  }
}

/** What to type to have the same endpoint again. */
function endpointWords({ endpoint, containerPath, server }: RunWords): string {
  const where = endpoint === 'container' ? ' --endpoint container' : '';
  const which = server === undefined ? '' : ` --server ${server}`;
  return `${where}${which}${containerPath === undefined ? '' : ` --container-path ${containerPath}`}`;
}

/** A real server in a container, on a network that goes with it. */
function startServer(name: string, log: (line: string) => void): Promise<Endpoint> {
  // Lazily: the engine's client takes a second to load.
  const servers: typeof import('../../containers/run-stack') = require('../../containers/run-stack');
  return servers.startRunStack(name, log);
}

function introduce(line: RunLine, screen: Screen): void {
  const names = { tls12: 'TLS 1.2', tls13: 'TLS 1.3', plain: 'plain' };
  const used = line.transports.filter((each) => line.units.some((unit) => unit.endsWith(`@${each}`)));
  const over = used.map((each) => names[each] + (line.binding.includes(each) ? '' : ' (diagnostic)'));
  const verdicts = line.units.length === 1 ? '1 verdict' : `${line.units.length} verdicts`;
  screen.say(`lastword ${line.version}  profile ${line.profile}, tier ${line.tier}, seed ${line.seed}`);
  screen.say(
    screen.paint.dim(
      `  ${verdicts} on ${over.join(', ')}; endpoint ${line.environment.endpoint}, witness ${line.environment.witness}`,
    ),
  );
  const { server } = line.environment;
  for (const { transport, seen } of server?.wire ?? [])
    screen.say(screen.paint.dim(`  ${server?.name ?? ''} on ${names[transport]}: ${showText(seen, 1000)}`));
  for (const limit of line.environment.limits) screen.say(screen.paint.yellow(`  ${showText(limit, 400)}`));
}

function checkResume(words: RunWords, folder: string): void {
  if (words.out === undefined) throw new KitError('RESUME', '`--resume` needs the folder of the run: `--out DIR`');
  checkRunFolder(folder);
}

function defaultFolder(): string {
  const stamp = new Date().toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return join('lastword-runs', `${stamp}-${randomBytes(2).toString('hex')}`);
}

function lastLine(report: Report, folder: string, { paint }: Screen): string {
  const conclusion = conclusionOf(report);
  const colours = { fails: paint.red, unsure: paint.yellow, holds: paint.green } as const;
  const said = colours[conclusion.kind](`${sayConclusion(conclusion)}.`);
  const partial = report.run.partial ? ` ${paint.yellow('The run ended early: this report is partial.')}` : '';
  return `${said}${partial}\n${paint.dim(`seed ${report.run.seed}  report ${reportFile(folder)}`)}`;
}

interface Interrupts {
  readonly signal: AbortSignal;
  /** Set once a signal ended the run: 130 or 143. */
  readonly status: number | undefined;
  /** The time is up: ends the run in order. */
  end(): void;
  stop(): void;
}

/** Ctrl-C and SIGTERM end a run in order; a second one at once. */
function listenForInterrupts(): Interrupts {
  const controller = new AbortController();
  let status: number | undefined;
  const on = (name: 'SIGINT' | 'SIGTERM' | 'SIGHUP', code: number) => (): void => {
    if (status !== undefined) process.exit(code);
    status = code;
    controller.abort(name);
  };
  const handlers = { SIGINT: on('SIGINT', 130), SIGTERM: on('SIGTERM', 143), SIGHUP: on('SIGHUP', 129) } as const;
  for (const [name, handler] of Object.entries(handlers)) process.on(name, handler);
  return {
    signal: controller.signal,
    get status() {
      return status;
    },
    end: () => controller.abort('--max-minutes'),
    stop: () => {
      for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
    },
  };
}
