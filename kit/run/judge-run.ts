/**
 * From the raw trials to the report, in two passes over the file and bounded memory: first what concerns many trials
 * (late lines, gates, what the API can expose), then each trial by itself. A run's own report is made by this, and so
 * is `lastword judge`: they cannot differ.
 */
import type { Hello, LogEntry } from '../core/adapter-event';
import { exceptionOf, stateOfEntry, type BaselineEntry, type BaselineReport } from '../core/baseline';
import type { JudgeContext } from '../core/bench';
import type { Transport } from '../core/case';
import { sectionsOf } from '../core/clauses';
import { decides, weightOf } from '../core/conclusion';
import { expand } from '../core/expand';
import { judgeCase } from '../core/judge-case';
import { neverOpens } from '../core/judge-never-open';
import { judgeTrial } from '../core/judge-trial';
import { KitError } from '../core/kit-error';
import type { TrialJudgement, Verdict } from '../core/outcome';
import { replayCommand, replayToken } from '../core/replay';
import { reportSchema, type CaseReport, type Report, type TargetReport } from '../core/report';
import { fisherExact } from '../core/statistics';
import { addJudgement, emptyTally, type Tally } from '../core/tally';
import type { Trial } from '../core/trial';
import { catalogueDigest } from '../cases/catalogue';
import { gateCase } from '../cases/control';
import { knownCases } from '../cases/server';
import { readJournal, trialsSchema, type EndLine, type RunLine, type TargetLine } from './journal';
import { targetDifference } from './target-likeness';
import { partName, unitsOf, type Unit } from './unit';

/** The attempts at one gate so far, and what they showed. */
export interface GateState {
  readonly transport: Transport;
  readonly index: number;
  attempts: number;
  shows: boolean;
  lost: boolean;
  notApplicable: boolean;
  why: string;
}

/** What is known of a target apart from any one trial. */
export interface TargetFacts {
  readonly line: TargetLine;
  codeSeenInControl: boolean;
  /** By transport: some message was delivered, in whatever trial. */
  readonly delivers: Set<Transport>;
  /** By transport and index: the attempts at a gate. */
  readonly gates: Map<string, GateState>;
  readonly late: Map<string, LogEntry[]>;
}

export function newTargetFacts(line: TargetLine): TargetFacts {
  return { line, codeSeenInControl: false, delivers: new Set(), gates: new Map(), late: new Map() };
}

export function gateKey(transport: Transport, index: number): string {
  return `${transport}:${index}`;
}

/** Judges one trial with all that is known of its target; `gates` false leaves row 1 out. */
export function judgeObservation(trial: Trial, facts: TargetFacts, gates: boolean): TrialJudgement {
  const { whole, context } = contextOf(trial, facts, gates);
  return judgeTrial(whole, context);
}

/** What the judge is given: the trial with what was said of it late, and all that is known beside it. */
export function contextOf(
  trial: Trial,
  facts: TargetFacts,
  gates: boolean,
): { readonly whole: Trial; readonly context: JudgeContext } {
  const kase =
    trial.role === 'gate' && trial.case === gateCase.id ? gateCase : knownCases.find((each) => each.id === trial.case);
  const part = kase?.parts.find((each) => partName(each) === trial.part);
  if (kase === undefined || part === undefined) {
    throw new KitError(
      'CATALOGUE',
      `the run has a trial of ${trial.case}@${trial.part}, which this catalogue does not know`,
    );
  }
  // What an adapter says of a close once it was told to abort is the kit's doing, and no report of the client's.
  const late = facts.late.get(trial.trial)?.filter((entry) => !trial.adapter.gaveUp || entry.event === 'message');
  const whole = late === undefined ? trial : { ...trial, log: [...trial.log, ...late] };
  const context: JudgeContext = {
    kase,
    part,
    expanded: expand(kase, part, { nonce: trial.nonce, transport: trial.transport }),
    hello: facts.line.hello ?? undefined,
    codeSeenInControl: facts.codeSeenInControl,
    gate: gates && trial.role === 'case' ? gateFailure(facts, trial.transport, trial.block) : undefined,
  };
  return { whole, context };
}

/** Why the gate before or behind a block showed nothing; undefined where both showed something, or one was never run. */
export function gateFailure(facts: TargetFacts, transport: Transport, block: number): string | undefined {
  for (const index of [block, block + 1]) {
    const gate = facts.gates.get(gateKey(transport, index));
    if (gate === undefined || gate.shows || (gate.lost && facts.delivers.has(transport))) continue;
    return `the control ${index === block ? 'before' : 'behind'} this block showed nothing: ${gate.why}`;
  }
  return undefined;
}

/** Takes note of what a trial says beyond itself. */
export function learn(facts: TargetFacts, trial: Trial): void {
  if (trial.log.some((entry) => entry.event === 'message')) facts.delivers.add(trial.transport);
  const isControl = trial.case.startsWith('control/');
  if (
    isControl &&
    trial.log.some(
      (entry) => entry.event === 'close' && entry.code !== null && entry.code !== 1006 && entry.code !== 1005,
    )
  ) {
    facts.codeSeenInControl = true;
  }
  if (trial.role !== 'gate') return;
  const { main } = judgeObservation(trial, facts, false);
  const key = gateKey(trial.transport, trial.block);
  const gate = facts.gates.get(key) ?? {
    transport: trial.transport,
    index: trial.block,
    attempts: 0,
    shows: false,
    lost: false,
    notApplicable: false,
    why: '',
  };
  gate.attempts += 1;
  gate.why = main.note;
  if (main.outcome === 'not-applicable') gate.notApplicable = true;
  else if (main.outcome === 'lost') gate.lost = true;
  else if (main.outcome !== 'inconclusive') gate.shows = true;
  facts.gates.set(key, gate);
}

/** Everything that the first pass over a journal finds. */
export interface Survey {
  readonly run: RunLine;
  readonly end: EndLine | undefined;
  readonly targets: ReadonlyMap<string, TargetFacts>;
  readonly units: readonly Unit[];
}

/** @throws {KitError} `JOURNAL`, `CATALOGUE`: the file is no run of this kit's, or of another catalogue */
export async function surveyRun(file: string): Promise<Survey> {
  let run: RunLine | undefined;
  let end: EndLine | undefined;
  const targets = new Map<string, TargetFacts>();
  for await (const line of readJournal(file)) {
    if (line.kind === 'run') {
      if (run !== undefined) throw new KitError('JOURNAL', `${file} holds two runs: it is the record of neither`);
      run = checkRunLine(line, file);
    } else if (line.kind === 'end') end = line;
    else if (line.kind === 'target') {
      const known = targets.get(line.name);
      const difference = known === undefined ? undefined : targetDifference(known.line, line);
      if (difference !== undefined) {
        const { what, was, is } = difference;
        throw new KitError('JOURNAL', `${file} is of two targets: ${what} (${line.name}) is ${was} and later ${is}`);
      }
      targets.set(line.name, known === undefined ? newTargetFacts(line) : { ...known, line });
    } else if (line.kind === 'late') {
      const late = targets.get(line.target)?.late;
      late?.set(line.trial, [...(late.get(line.trial) ?? []), ...line.log]);
    } else {
      if (end !== undefined) end = undefined;
      const facts = targets.get(line.target);
      if (facts !== undefined) learn(facts, line);
    }
  }
  if (run === undefined) throw new KitError('JOURNAL', `${file} holds no run: its first line is missing`);
  return { run, end, targets, units: unitsOfRun(run) };
}

/** @throws {KitError} `JOURNAL` */
function checkRunLine(line: RunLine, file: string): RunLine {
  const schema: string = line.schema;
  if (schema !== trialsSchema) {
    throw new KitError('JOURNAL', `${file} is of schema ${schema}, this kit reads ${trialsSchema}`);
  }
  const lists = [line.cases, line.transports, line.binding, line.units, line.targets];
  if (!lists.every((list) => Array.isArray(list)) || typeof line.catalogueDigest !== 'string') {
    throw new KitError('JOURNAL', `the first line of ${file} says not what was run: the file was changed`);
  }
  return line;
}

/** The units that a run planned. @throws {KitError} `CATALOGUE` it ran another catalogue */
export function unitsOfRun(run: RunLine): readonly Unit[] {
  const digest = catalogueDigest();
  if (run.catalogueDigest !== digest) {
    throw new KitError(
      'CATALOGUE',
      `the run was made with catalogue ${run.catalogueDigest.slice(0, 12)} (kit ${run.version}), this kit has ${digest.slice(0, 12)}; judge it with the kit that made it`,
    );
  }
  const cases = knownCases.filter((kase) => run.cases.includes(kase.id));
  const wanted = new Set(run.units);
  return unitsOf({ cases, transports: run.transports, tier: run.tier, trials: run.trials }).filter((unit) =>
    wanted.has(unit.key),
  );
}

/** The key of the unit that a trial belongs to. */
export function unitKeyOf(units: readonly Unit[], trial: Trial): Unit | undefined {
  return units.find(
    (unit) =>
      unit.kase.id === trial.case &&
      unit.transport === trial.transport &&
      unit.parts.some((part) => partName(part) === trial.part),
  );
}

export type Tallies = Map<string, Tally>;

/** Sees each trial of a case with what was said of it. */
export type TrialWatcher = (trial: Trial, unit: Unit, judgement: TrialJudgement) => void;

/** Tallies by target and unit key, from the second pass. */
export async function tallyRun(
  file: string,
  survey: Survey,
  watch?: TrialWatcher,
): Promise<ReadonlyMap<string, Tallies>> {
  const all = new Map<string, Tallies>();
  for await (const line of readJournal(file)) {
    if (line.kind !== 'trial' || line.role !== 'case') continue;
    const facts = survey.targets.get(line.target);
    const unit = unitKeyOf(survey.units, line);
    if (facts === undefined || unit === undefined) continue;
    const tallies = all.get(line.target) ?? new Map<string, Tally>();
    all.set(line.target, tallies);
    const judgement = judgeObservation(line, facts, true);
    watch?.(line, unit, judgement);
    tallies.set(unit.key, addJudgement(tallies.get(unit.key) ?? emptyTally(), judgement, line.part));
  }
  return all;
}

/** The report of a journal, without evidence. */
export async function judgeRun(file: string): Promise<Report> {
  return judgeSurveyed(file, await surveyRun(file));
}

/** The same, of a journal that was surveyed. */
export async function judgeSurveyed(file: string, survey: Survey, watch?: TrialWatcher): Promise<Report> {
  const tallies = await tallyRun(file, survey, watch);
  const { run, end } = survey;
  const targets = [...survey.targets.values()].map((facts) =>
    targetReport(survey, facts, tallies.get(facts.line.name) ?? new Map<string, Tally>()),
  );
  return {
    schema: reportSchema,
    run: {
      id: run.id,
      ...(run.label === undefined ? {} : { label: run.label }),
      seed: run.seed,
      shard: run.shard === undefined ? null : `${run.shard.index}/${run.shard.of}`,
      startedAt: run.startedAt,
      endedAt: end?.endedAt ?? null,
      partial: end?.partial ?? true,
    },
    suite: {
      version: run.version,
      catalogueDigest: run.catalogueDigest,
      profile: run.profile,
      tier: run.tier,
      binding: run.binding,
    },
    environment: run.environment,
    ...(run.baseline === undefined ? {} : { baseline: applyBaseline(run.baseline, targets, survey) }),
    targets,
  };
}

function applyBaseline(
  entries: readonly BaselineEntry[],
  targets: readonly TargetReport[],
  survey: Survey,
): readonly BaselineReport[] {
  const { run } = survey;
  return entries.map((entry) => {
    const judged = targets.filter((target) => target.name === entry.target).flatMap((target) => target.cases);
    const hello = survey.targets.get(entry.target)?.line.hello ?? null;
    return stateOfEntry(entry, judged, {
      decides: (of) => decides({ suite: run }, of),
      asked: askedOf(entry, hello, run),
      isShare: run.shard !== undefined,
    });
  });
}

/** What a run that left nothing out would ask: both versions of TLS, and plain `ws:` where it decides. */
function askedOf(
  entry: BaselineEntry,
  hello: Hello | null,
  run: RunLine,
): readonly Pick<CaseReport, 'id' | 'variant'>[] {
  const cases = knownCases.filter((kase) => kase.id === entry.case.split('@')[0]);
  const units = unitsOf({ cases, transports: ['tls12', 'tls13', ...run.binding], tier: run.tier });
  return units
    .filter((unit) => missingFeature(hello, unit) === undefined)
    .map((unit) => ({ id: unit.kase.id, variant: unit.variant }));
}

const noClient = { name: 'unknown', version: '', runtime: '', platform: '' };
const verdicts: readonly Verdict[] = [
  'conforms',
  'violates',
  'deviates',
  'kit-fail',
  'suspect',
  'observed',
  'inconclusive',
  'not-applicable',
];

function targetReport(survey: Survey, facts: TargetFacts, tallies: Tallies): TargetReport {
  const { line } = facts;
  const plain = verdictsOnPlain(survey, facts, tallies);
  const cases = survey.units.map((unit) => caseReport({ survey, facts, tallies, unit, plain }));
  const decisive = cases.filter((each) => decides({ suite: survey.run }, each));
  const judged = decisive.filter((each) => each.verdict !== 'not-applicable');
  const count = (verdict: Verdict): number => cases.filter((each) => each.verdict === verdict).length;
  return {
    name: line.name,
    client: line.hello?.client ?? noClient,
    api: line.hello?.api ?? 'callback',
    model: line.hello?.model ?? 'other',
    ...(line.hello?.freeze === undefined ? {} : { freeze: line.hello.freeze }),
    ...(line.digest === undefined ? {} : { digest: line.digest }),
    admitted: line.admitted,
    ...(line.refusal === undefined ? {} : { refusal: line.refusal }),
    conformant: judged.length > 0 && decisive.every((each) => weightOf(each) === 'holds'),
    cases,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from the list of all verdicts
    summary: Object.fromEntries(verdicts.map((verdict) => [verdict, count(verdict)])) as Record<Verdict, number>,
  };
}

interface CaseInput {
  readonly survey: Survey;
  readonly facts: TargetFacts;
  readonly tallies: Tallies;
  readonly unit: Unit;
  readonly plain: PlainVerdicts;
}

type PlainVerdicts = ReadonlyMap<string, { readonly verdict: Verdict; readonly valid: number }>;

function verdictsOnPlain(survey: Survey, facts: TargetFacts, tallies: Tallies): PlainVerdicts {
  const plain = survey.units.filter((unit) => unit.transport === 'plain');
  return new Map(
    plain.map((unit) => {
      const { verdict, tally } = verdictOf({ survey, facts, tallies, unit });
      return [plainKey(unit), { verdict, valid: tally.valid }];
    }),
  );
}

function plainKey(unit: Unit): string {
  return `${unit.kase.id}@${unit.variant.replace(unit.transport, '')}`;
}

/** Whether the client offers what a unit needs; the name of what is missing where it does not. */
export function missingFeature(hello: Hello | null, unit: Unit): string | undefined {
  if (hello === null) return undefined;
  const { features } = hello;
  const scheme = unit.transport === 'plain' ? 'ws' : 'wss';
  if (!features.includes(scheme)) return scheme;
  const version = unit.transport === 'tls12' ? 'tls1.2' : 'tls1.3';
  const namesVersions = features.includes('tls1.2') || features.includes('tls1.3');
  if (unit.transport !== 'plain' && namesVersions && !features.includes(version)) return version;
  const needs = unit.parts.map((part) => part.requires?.find((each) => !features.includes(each)));
  return needs.every((need) => need !== undefined) ? needs[0] : undefined;
}

function verdictOf({ survey, facts, tallies, unit }: Omit<CaseInput, 'plain'>) {
  const tally = tallies.get(unit.key) ?? emptyTally();
  const again = { spec: facts.line.spec, case: `${unit.kase.id}@${unit.variant}`, seed: survey.run.seed };
  const replay = replayCommand({ ...again, hasSeed: false });
  const words = {
    clauses: sectionsOf(unit.kase.basis),
    replay,
    delivers: unit.parts.some((part) => part.expect.deliver.length > 0),
    opens: !unit.parts.some(neverOpens),
  };
  const judged = judgeCase({ tally, plan: unit.plan, level: unit.kase.level, words });
  const missing = missingFeature(facts.line.hello, unit);
  if (tally.judged > 0) return { ...judged, tally };
  const gate = facts.gates.get(gateKey(unit.transport, 0));
  if (missing !== undefined || gate?.notApplicable === true) {
    const phrase = `The client does not offer ${missing ?? 'what this needs'}.`;
    return { ...judged, verdict: 'not-applicable' as const, phrase, tally };
  }
  const why =
    facts.line.refusal ??
    (gate !== undefined && !gate.shows
      ? `the control showed nothing: ${gate.why}`
      : 'the run ended before it was tried');
  return {
    ...judged,
    verdict: 'inconclusive' as const,
    phrase: `No statement about the client: ${why}.`,
    tally,
  };
}

function caseReport(input: CaseInput): CaseReport {
  const { unit, survey, plain } = input;
  const { kase } = unit;
  const { tally, verdict, also, rate, bound, phrase } = verdictOf(input);
  const again = { spec: input.facts.line.spec, case: `${kase.id}@${unit.variant}`, seed: survey.run.seed };
  const lossLayer = layerOfCase(tally, unit, plain);
  const named = { id: kase.id, variant: unit.variant, verdict, also };
  const exception = exceptionOf(survey.run.baseline ?? [], input.facts.line.name, named);
  const parts = Object.entries(tally.parts).map(
    ([name, part]) => [name, { valid: part.valid, violating: part.violating }] as const,
  );
  return {
    id: kase.id,
    variant: unit.variant,
    title: kase.title,
    level: kase.level,
    class: kase.class,
    verdict,
    also,
    ...(exception === undefined ? {} : { exception }),
    clauses: sectionsOf(kase.basis),
    trials: {
      planned: unit.plan.total,
      valid: tally.valid,
      violating: tally.violating,
      inconclusive: tally.inconclusive,
    },
    outcomes: tally.outcomes,
    inconclusive: tally.why,
    rows: tally.rows,
    layers: tally.layers,
    ...(lossLayer === undefined ? {} : { lossLayer }),
    ...(tally.must.witness === null ? {} : { witness: tally.must.witness }),
    ...(rate === undefined ? {} : { rate }),
    ...(bound === undefined ? {} : { bound }),
    ...(unit.parts.length > 1 ? { parts: Object.fromEntries(parts) } : {}),
    phrase,
    notes: tally.samples.filter((sample) => sample.outcome !== 'pass').map((sample) => sample.note),
    replay: replayCommand({ ...again, hasSeed: true }),
    token: replayToken({ ...again, tier: survey.run.tier }),
    evidence: [],
  };
}

/** Where the losses of a case stayed: plain passing where TLS loses points at the TLS layer. */
function layerOfCase(tally: Tally, unit: Unit, plain: PlainVerdicts): CaseReport['lossLayer'] {
  const { layers } = tally;
  const counted = (['socket', 'decode', 'dispatch'] as const).filter((layer) => (layers[layer] ?? 0) > 0);
  const most = counted.reduce<'socket' | 'decode' | 'dispatch' | undefined>(
    (best, layer) => (best === undefined || (layers[layer] ?? 0) > (layers[best] ?? 0) ? layer : best),
    undefined,
  );
  if (most !== 'decode' || unit.transport === 'plain') return most;
  const same = plain.get(plainKey(unit));
  if (same?.verdict !== 'conforms') return most;
  // A loss that is rare enough may miss a second series by chance.
  const isDifferent = fisherExact({ k: tally.must.count, n: tally.valid }, { k: 0, n: same.valid }) < 0.05;
  return isDifferent ? 'tls' : most;
}
