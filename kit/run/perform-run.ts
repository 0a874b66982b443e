/** A run from its first line to its report: endpoint, campaign, journal. Whoever asks for one has checked it before. */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, type as osType } from 'node:os';
import { join } from 'node:path';
import type { BaselineEntry } from '../core/baseline';
import type { Endpoint, EndpointGone } from '../core/endpoint';
import type { MakeEvidence } from '../core/evidence';
import { KitError } from '../core/kit-error';
import type { Tier } from '../core/plan-trials';
import type { Environment, Report } from '../core/report';
import { catalogueDigest } from '../cases/catalogue';
import { nowNs } from '../io/clock';
import { startEmbeddedEndpoint } from '../io/embedded-endpoint';
import { closeGuard, guardFolder } from '../io/guard';
import { runCampaign, type CampaignListener, type CampaignOptions } from './campaign';
import { finishRun } from './finish-run';
import { surveyRun, tallyRun } from './judge-run';
import { Journal, trialsSchema, type RunLine } from './journal';
import { trialsFile } from './run-folder';
import { lockRun } from './run-lock';
import { RunCapture, type CaptureWish } from './run-capture';
import type { Selected } from './select';
import { kitVersion } from './version';

export interface RunRequest {
  /** Made already, and empty; or, to be resumed, that of the run. */
  readonly folder: string;
  /** Each target, and what to type to mean it again. */
  readonly targets: CampaignOptions['targets'];
  readonly selected: Selected;
  readonly tier: Tier;
  readonly trials?: number | undefined;
  /** Default: made for the run. */
  readonly seed?: string | undefined;
  readonly label?: string | undefined;
  /** Adapters side by side; default: one a core, at least four. */
  readonly lanes?: number | undefined;
  readonly resume: boolean;
  /** Default: the embedded one. */
  readonly startEndpoint?: (() => Promise<Endpoint>) | undefined;
  /** Known failures. */
  readonly baseline?: readonly BaselineEntry[] | undefined;
  /** Default: no evidence is written beside the report. */
  readonly makeEvidence?: MakeEvidence | undefined;
  /** Where the captures among the evidence come from; default: `auto`. */
  readonly capture?: CaptureWish | undefined;
  /** Ends the run early, with a partial report; its reason goes into the journal where it is a text. */
  readonly abort: AbortSignal;
  readonly listener: CampaignListener & { onBegin?(line: RunLine): void };
}

/**
 * Runs everything and writes `trials.ndjson`, `evidence/` and `report.json`.
 * @throws {KitError} `RESUME`, `JOURNAL`, `CATALOGUE`
 * @throws {EndpointGone} the endpoint ended; what there was until then is written, and the report is partial
 */
export async function performRun(request: RunRequest): Promise<Report> {
  const { folder, listener, abort } = request;
  using _lock = lockRun(folder);
  // Another run may have come between the check of the folder and the lock, and have ended.
  if (!request.resume && existsSync(trialsFile(folder))) {
    throw new KitError('OUT', `\`${folder}\` holds another run: name another folder`);
  }
  const scratch = makeScratch();
  const guarded = guardFolder(scratch);
  let endpoint: Endpoint | undefined;
  try {
    endpoint = await (request.startEndpoint ?? startEmbeddedEndpoint)();
    // The clients' files have to be readable for a client that runs as somebody else.
    const caFile = join(scratch, 'ca.pem');
    writeFileSync(caFile, endpoint.caPem, { mode: 0o644 });
    await using capture =
      request.makeEvidence === undefined ? undefined : await RunCapture.open(request.capture ?? 'auto', endpoint);
    const resumed = request.resume ? await takeUp(request, endpoint) : undefined;
    using journal = new Journal(trialsFile(folder));
    const line = resumed?.survey.run ?? runLine(request, endpoint, capture);
    if (resumed === undefined) journal.write(line);
    listener.onBegin?.(line);
    const { ending, gone } = endingOf(abort, endpoint);
    await runCampaign({
      targets: request.targets,
      units: request.selected.units,
      seed: line.seed,
      lanes: request.lanes ?? Math.max(4, cpus().length),
      endpoint,
      caFile,
      journal,
      capture,
      resumed,
      abort: ending,
      listener,
    });
    const partial = ending.aborted;
    const why: unknown = ending.reason;
    const reason = partial && typeof why === 'string' ? { why } : {};
    const droppedPackets = await capture?.close();
    const dropped = droppedPackets === undefined ? {} : { droppedPackets };
    journal.write({ kind: 'end', endedAt: new Date().toISOString(), partial, ...reason, ...dropped });
    const report = await finishRun(folder, request.makeEvidence);
    const failure = gone();
    if (failure !== undefined) throw failure;
    return report;
  } finally {
    await endpoint?.close();
    rmSync(scratch, { recursive: true, force: true });
    guarded.release();
    await closeGuard();
  }
}

/** A run ends where it is told to, and where its endpoint is gone. */
function endingOf(abort: AbortSignal, endpoint: Endpoint) {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  let gone: EndpointGone | undefined;
  const onAbort = (): void => controller.abort(abort.reason);
  abort.addEventListener('abort', onAbort, { once: true });
  if (abort.aborted) onAbort();
  endpoint.onGone((error) => {
    gone = error;
    controller.abort(error.message);
  });
  return { ending: controller.signal, gone: () => gone };
}

/** @throws {KitError} `TMPDIR` */
function makeScratch(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'lastword-'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KitError(
      'TMPDIR',
      `no temporary folder can be made in \`${tmpdir()}\` (${why}): set TMPDIR to one that can`,
    );
  }
}

function runLine(request: RunRequest, endpoint: Endpoint, capture: RunCapture | undefined): RunLine {
  const { selected, targets } = request;
  return {
    kind: 'run',
    schema: trialsSchema,
    id: randomBytes(8).toString('hex'),
    ...(request.label === undefined ? {} : { label: request.label }),
    seed: request.seed ?? randomBytes(6).toString('hex'),
    startedAt: new Date().toISOString(),
    startedAtNs: nowNs(),
    version: kitVersion(),
    catalogueDigest: catalogueDigest(),
    profile: selected.profile,
    tier: request.tier,
    ...(request.trials === undefined ? {} : { trials: request.trials }),
    ...(selected.shard === undefined ? {} : { shard: selected.shard }),
    cases: selected.cases.map((kase) => kase.id),
    transports: selected.transports,
    binding: selected.binding,
    units: selected.units.map((unit) => unit.key),
    targets: targets.map(({ target }) => target.name),
    environment: environmentOf(endpoint, capture),
    ...(request.baseline === undefined ? {} : { baseline: request.baseline }),
  };
}

function environmentOf(endpoint: Endpoint, capture: RunCapture | undefined): Environment {
  const limits = [
    ...(endpoint.exactSegments ? [] : ['no FFI: a segment is one write, and a FIN is a segment of its own']),
    ...(endpoint.witness === 'none'
      ? ['no kernel witness: nothing above W1, so no client is accused of losing a message']
      : []),
    ...(process.platform === 'win32' ? ['no freeze: frozen cases are inconclusive'] : []),
    ...endpoint.limits,
  ];
  return {
    os: osType(),
    kernel: release(),
    arch: process.arch,
    cpus: cpus().length,
    node: process.versions.node,
    endpoint: endpoint.where,
    path: endpoint.path,
    witness: endpoint.witness,
    ...(endpoint.server === undefined ? {} : { server: endpoint.server }),
    ...(capture === undefined ? {} : { capture: capture.words }),
    limits,
  };
}

/** What a killed run has, checked against what is asked for now. */
async function takeUp(request: RunRequest, endpoint: Endpoint): Promise<CampaignOptions['resumed']> {
  const { folder, selected, targets } = request;
  // The journal is opened first where it cuts off a torn line; reading copes with one as well.
  const survey = await surveyRun(trialsFile(folder));
  const line = survey.run;
  const differs = (option: string, was: string, is: string): KitError =>
    new KitError(
      'RESUME',
      `\`--resume\`: that run had ${option} ${was}, this has ${is}; ask for the same, or start a new run`,
    );
  if (line.version !== kitVersion()) throw differs('kit', line.version, kitVersion());
  const { endpoint: where, path } = line.environment;
  if (where !== endpoint.where || path !== endpoint.path)
    throw differs('`--endpoint`', `${where} (${path})`, `${endpoint.where} (${endpoint.path})`);
  if (line.label !== request.label) throw differs('`--label`', line.label ?? 'none', request.label ?? 'none');
  if (line.transports.join() !== selected.transports.join())
    throw differs('transports', line.transports.join(', '), selected.transports.join(', '));
  if (line.tier !== request.tier) throw differs('`--tier`', line.tier, request.tier);
  if (request.seed !== undefined && request.seed !== line.seed) throw differs('`--seed`', line.seed, request.seed);
  if (line.trials !== request.trials) {
    const named = (trials: number | undefined): string => (trials === undefined ? 'the tier’s number' : String(trials));
    throw differs('`--trials`', named(line.trials), named(request.trials));
  }
  if (JSON.stringify(line.baseline ?? []) !== JSON.stringify(request.baseline ?? []))
    throw differs('`--baseline`', 'other exceptions', 'these');
  const names = targets.map(({ target }) => target.name);
  if (names.join('\n') !== line.targets.join('\n')) throw differs('targets', line.targets.join(', '), names.join(', '));
  const keys = selected.units.map((unit) => unit.key);
  if (keys.join('\n') !== line.units.join('\n'))
    throw differs(
      'cases',
      `${line.units.length} of profile ${line.profile}`,
      `others (${keys.length} of ${selected.profile})`,
    );
  return { survey, tallies: await tallyRun(trialsFile(folder), survey) };
}
