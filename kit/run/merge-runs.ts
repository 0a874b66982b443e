/**
 * Joins the shares of one run, made by `--shard I/N` side by side, into the run that asked everything. Rules:
 *
 * - the shares are of one kit, catalogue, profile, tier, seed, baseline, server and target, down to what its adapter says
 *   of it, and together they are whole; the first difference is named;
 * - the raw trials are joined, and judged as those of any run: what a verdict needs of other shares (the same case on plain
 *   `ws:`, whether a close code was ever seen) is then there;
 * - trials keep all that they say; their names begin with their share, and their blocks are numbered on, since each share
 *   has counted from zero.
 */
import { createHash } from 'node:crypto';
import { KitError } from '../core/kit-error';
import type { Environment } from '../core/report';
import type { LateLog, Trial } from '../core/trial';
import { knownCases } from '../cases/server';
import { Journal, readJournal, type EndLine, type RunLine, type TargetLine } from './journal';
import { trialsFile } from './run-folder';
import { targetLikenesses } from './target-likeness';

interface Share {
  readonly folder: string;
  readonly run: RunLine;
  readonly targets: ReadonlyMap<string, TargetLine>;
  readonly end: EndLine | undefined;
  /** Number of blocks by target and transport. */
  readonly blocks: ReadonlyMap<string, number>;
}

/**
 * Writes the joined `trials.ndjson` into a folder that is empty.
 * @throws {KitError} `MERGE` the shares are not of one run, naming the difference; `JOURNAL`
 */
export async function mergeRuns(folders: readonly string[], out: string): Promise<void> {
  const read: Share[] = [];
  for (const folder of folders) read.push(await surveyShare(folder));
  const shares = inOrder(read);
  checkAlike(shares);
  using journal = new Journal(trialsFile(out));
  journal.write(joinedRun(shares));
  for (const line of joinedTargets(shares)) journal.write(line);
  const before = new Map<string, number>();
  for (const share of shares) {
    const prefix = prefixOf(share);
    for await (const line of readJournal(trialsFile(share.folder))) {
      if (line.kind === 'trial') journal.write(moved(line, prefix, before));
      else if (line.kind === 'late') journal.write({ ...line, trial: prefix + line.trial } satisfies LateLog);
    }
    // One number is left free, so that no block lies between the gates of two shares.
    for (const [key, count] of share.blocks) before.set(key, (before.get(key) ?? 0) + count + 1);
  }
  const ends = shares.map((share) => share.end);
  if (ends.every((end) => end !== undefined)) {
    const endedAt =
      ends
        .map((end) => end.endedAt)
        .sort()
        .at(-1) ?? '';
    journal.write({ kind: 'end', endedAt, partial: ends.some((end) => end.partial), ...joinedDrops(ends) });
  }
}

/** Not known of one share, it is not known of all. */
function joinedDrops(ends: readonly EndLine[]): Pick<EndLine, 'droppedPackets'> {
  const counts = ends.flatMap((end) => end.droppedPackets ?? []);
  return counts.length < ends.length ? {} : { droppedPackets: counts.reduce((sum, count) => sum + count, 0) };
}

function moved(trial: Trial, prefix: string, before: ReadonlyMap<string, number>): Trial {
  const block = trial.block + (before.get(blocksKey(trial)) ?? 0);
  return { ...trial, trial: prefix + trial.trial, block };
}

function blocksKey({ target, transport }: Pick<Trial, 'target' | 'transport'>): string {
  return `${target}\0${transport}`;
}

function prefixOf({ run }: Share): string {
  return `s${run.shard?.index ?? 0}-`;
}

async function surveyShare(folder: string): Promise<Share> {
  let run: RunLine | undefined;
  let end: EndLine | undefined;
  const targets = new Map<string, TargetLine>();
  const blocks = new Map<string, number>();
  for await (const line of readJournal(trialsFile(folder))) {
    if (line.kind === 'run') run = line;
    else if (line.kind === 'end') end = line;
    else if (line.kind === 'target') targets.set(line.name, line);
    else if (line.kind === 'trial') {
      end = undefined;
      blocks.set(blocksKey(line), Math.max(blocks.get(blocksKey(line)) ?? 0, line.block + 1));
    }
  }
  if (run === undefined) throw new KitError('JOURNAL', `${trialsFile(folder)} holds no run: its first line is missing`);
  return { folder, run, targets, end, blocks };
}

/** @throws {KitError} `MERGE` one is no share, is missing, or is there twice */
function inOrder(shares: readonly Share[]): readonly Share[] {
  const byIndex = new Map<number, Share>();
  const of = shares[0]?.run.shard?.of ?? 0;
  for (const share of shares) {
    const { shard } = share.run;
    if (shard === undefined) {
      throw new KitError('MERGE', `\`${share.folder}\` is a whole run: only shares (\`--shard I/N\`) can be merged`);
    }
    if (shard.of !== of) {
      const [first] = shares;
      throw differs('number of shares', [first?.folder ?? '', String(of)], [share.folder, String(shard.of)]);
    }
    const twin = byIndex.get(shard.index);
    if (twin !== undefined) {
      throw new KitError('MERGE', `\`${twin.folder}\` and \`${share.folder}\` are both share ${shard.index}/${of}`);
    }
    byIndex.set(shard.index, share);
  }
  const all = Array.from({ length: of }, (_, at) => at + 1);
  const missing = all.filter((index) => !byIndex.has(index));
  if (missing.length > 0) {
    const named = missing.map((index) => `${index}/${of}`).join(', ');
    throw new KitError('MERGE', `share ${named} is missing: a merged run is whole, or it is none`);
  }
  return all.flatMap((index) => byIndex.get(index) ?? []);
}

/** @throws {KitError} `MERGE` */
function checkAlike(shares: readonly Share[]): void {
  const [first, ...others] = shares;
  if (first === undefined) throw new KitError('MERGE', 'there is nothing to merge: name the folders of the shares');
  for (const other of others) {
    for (const [what, tell] of likenesses) {
      const [was, is] = [tell(first), tell(other)];
      if (was !== is) throw differs(what, [first.folder, was], [other.folder, is]);
    }
  }
}

function differs(what: string, one: readonly [string, string], other: readonly [string, string]): KitError {
  const shown = ([folder, value]: readonly [string, string]): string =>
    `${value.slice(0, 160) || 'none'} in \`${folder}\``;
  return new KitError('MERGE', `these shares are not of one run: ${what} is ${shown(one)} and ${shown(other)}`);
}

/** What has to be the same, in words, and how it is told. */
const likenesses: readonly (readonly [string, (share: Share) => string])[] = [
  ['the catalogue', ({ run }) => run.catalogueDigest],
  ['the kit', ({ run }) => run.version],
  ['the seed', ({ run }) => run.seed],
  ['the profile', ({ run }) => run.profile],
  ['the tier', ({ run }) => run.tier],
  ['`--trials`', ({ run }) => String(run.trials ?? '')],
  ['`--tls`', ({ run }) => `${run.transports.join(', ')} (deciding: ${run.binding.join(', ')})`],
  ['the label', ({ run }) => run.label ?? ''],
  ['the baseline', ({ run }) => JSON.stringify(run.baseline ?? [])],
  ['the list of targets', ({ run }) => run.targets.join(', ')],
  ...targetLikenesses.map(([what, tell]) => [what, ofTargets(tell)] as const),
  ['the server', ({ run: { environment } }) => environment.server?.name ?? ''],
  [
    'the endpoint',
    ({ run: { environment } }) => `${environment.endpoint}, ${environment.path}, witness ${environment.witness}`,
  ],
  ['the machine', ({ run: { environment } }) => `${environment.os} ${environment.arch}`],
];

function ofTargets(tell: (line: TargetLine) => string): (share: Share) => string {
  return ({ run, targets }) =>
    run.targets
      .map((name) => {
        const line = targets.get(name);
        return line === undefined ? '' : tell(line);
      })
      .join('; ');
}

function joinedRun(shares: readonly Share[]): RunLine {
  const runs = shares.map((share) => share.run);
  const [first] = runs;
  if (first === undefined) throw new TypeError('there is no share');
  const { shard: _shard, startedAtNs: _startedAtNs, ...rest } = first;
  const ids = [...new Set(runs.map((run) => run.id))];
  const cases = new Set(runs.flatMap((run) => run.cases));
  return {
    ...rest,
    id: ids.length === 1 ? first.id : createHash('sha256').update(ids.join('\0')).digest('hex').slice(0, 16),
    startedAt: runs.map((run) => run.startedAt).sort()[0] ?? first.startedAt,
    cases: knownCases.filter((kase) => cases.has(kase.id)).map((kase) => kase.id),
    units: runs.flatMap((run) => run.units),
    environment: { ...joinedEnvironment(runs.map((run) => run.environment)), ...joinedCapture(runs) },
    shares: shares.map((share) => ({
      prefix: prefixOf(share),
      startedAt: share.run.startedAt,
      ...(share.run.startedAtNs === undefined ? {} : { startedAtNs: share.run.startedAtNs }),
    })),
  };
}

/** Shares may run on several machines of a kind: all of their kernels and limits are told. */
function joinedEnvironment(all: readonly Environment[]): Environment {
  const [first] = all;
  if (first === undefined) throw new TypeError('there is no share');
  const { capture: _capture, ...rest } = first;
  const words = (tell: (each: Environment) => string): string => [...new Set(all.map(tell))].join(', ');
  return {
    ...rest,
    kernel: words((each) => each.kernel),
    node: words((each) => each.node),
    cpus: Math.min(...all.map((each) => each.cpus)),
    limits: [...new Set(all.flatMap((each) => each.limits))],
  };
}

/** Packets of a run are captured where those of all its shares are; where not, it is told of which, and why. */
function joinedCapture(runs: readonly RunLine[]): Pick<Environment, 'capture'> {
  const all = runs.map((run) => run.environment.capture);
  const told = all.flatMap((capture) => capture ?? []);
  if (told.length === 0) return {};
  const words = (tell: (each: (typeof told)[number]) => string | undefined): string =>
    [...new Set(told.map((each) => tell(each) ?? ''))].join(', ');
  if (told.length === all.length && told.every(({ source }) => source === 'captured'))
    return { capture: { source: 'captured', by: words(({ by }) => by), device: words(({ device }) => device) } };
  const whys = runs.flatMap(({ shard, environment: { capture } }) =>
    capture?.source === 'captured' ? [] : [`share ${shard?.index}/${shard?.of}: ${capture?.why ?? 'nothing was kept'}`],
  );
  const isAlike = whys.length === runs.length && new Set(told.map(({ why }) => why)).size === 1;
  return { capture: { source: 'synthesised', why: isAlike ? words(({ why }) => why) : whys.join('; ') } };
}

/** Each target once; a share that refused it, or lost it on the way, speaks for all. */
function joinedTargets(shares: readonly Share[]): readonly TargetLine[] {
  const names = [...new Set(shares.flatMap((share) => [...share.targets.keys()]))];
  return names.flatMap((name) => {
    const lines = shares.flatMap((share) => share.targets.get(name) ?? []);
    return lines.find((line) => !line.admitted) ?? lines[0] ?? [];
  });
}
