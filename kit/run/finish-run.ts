/** The end of a run: verdicts from the raw trials, evidence of those that matter, and the report that names it. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EvidenceRun, MakeEvidence } from '../core/evidence';
import { sha256 } from '../core/message';
import { observeTrial } from '../core/observation';
import type { EvidenceReference, Report } from '../core/report';
import { EvidencePolicy } from './evidence-policy';
import { readJournal } from './journal';
import { contextOf, judgeSurveyed, surveyRun, unitKeyOf, type Survey } from './judge-run';
import { trialsFile, writeReport } from './run-folder';

/** Files of evidence of a whole run, in bytes; what comes behind has its counts in the report, and no files. */
const mostBytes = 512 * 1024 * 1024;

/**
 * Judges the raw trials in a folder, writes `evidence/` and `report.json`, and gives the report. The same trials give the
 * same files, whenever this is done.
 * @param makeEvidence absent: none is written
 * @throws {KitError} `JOURNAL`, `CATALOGUE`
 */
export async function finishRun(folder: string, makeEvidence?: MakeEvidence): Promise<Report> {
  const file = trialsFile(folder);
  const survey = await surveyRun(file);
  const policy = new EvidencePolicy();
  const judged = await judgeSurveyed(file, survey, (trial, unit, judgement) => policy.see(trial, unit.key, judgement));
  const report =
    makeEvidence === undefined ? judged : await addEvidence({ folder, survey, policy, judged, makeEvidence });
  writeReport(folder, report);
  return report;
}

interface EvidenceOrder {
  readonly folder: string;
  readonly survey: Survey;
  readonly policy: EvidencePolicy;
  readonly judged: Report;
  readonly makeEvidence: MakeEvidence;
}

async function addEvidence(order: EvidenceOrder): Promise<Report> {
  const { folder, judged } = order;
  const part = join(folder, 'evidence.part');
  rmSync(part, { recursive: true, force: true });
  const references = await writeEvidence(order, part);
  rmSync(join(folder, 'evidence'), { recursive: true, force: true });
  if (references.size > 0) renameSync(part, join(folder, 'evidence'));
  return {
    ...judged,
    targets: judged.targets.map((target) => ({
      ...target,
      cases: target.cases.map((each) => ({
        ...each,
        evidence: references.get(`${target.name}\0${each.id}@${each.variant}`) ?? [],
      })),
    })),
  };
}

async function writeEvidence(
  order: EvidenceOrder,
  part: string,
): Promise<ReadonlyMap<string, readonly EvidenceReference[]>> {
  const { folder, survey, makeEvidence } = order;
  const chosen = order.policy.chosen();
  const references = new Map<string, EvidenceReference[]>();
  if (chosen.size === 0) return references;
  const folders = folderNames([...survey.targets.keys()]);
  let left = [...chosen.values()].reduce((sum, trials) => sum + trials.size, 0);
  let bytes = 0;
  for await (const line of readJournal(trialsFile(folder))) {
    if (left === 0) break;
    if (line.kind !== 'trial' || line.role !== 'case') continue;
    const facts = survey.targets.get(line.target);
    const unit = unitKeyOf(survey.units, line);
    if (facts === undefined || unit === undefined) continue;
    const key = `${line.target}\0${unit.key}`;
    if (chosen.get(key)?.has(line.trial) !== true || bytes > mostBytes) continue;
    left -= 1;
    const { whole, context } = contextOf(line, facts, true);
    const list = references.get(key) ?? [];
    references.set(key, list);
    for (const made of makeEvidence(observeTrial(whole, context), evidenceRun(survey, line.trial))) {
      const within = `${folders.get(line.target) ?? 'target'}/${unit.key}/${safeName(line.trial)}/${made.name}`;
      mkdirSync(dirname(join(part, within)), { recursive: true });
      writeFileSync(join(part, within), made.bytes);
      bytes += made.bytes.length;
      list.push({
        kind: made.kind,
        trial: line.trial,
        path: `evidence/${within}`,
        ...(made.source === undefined ? {} : { source: made.source }),
        ...(made.why === undefined ? {} : { why: made.why }),
        bytes: made.bytes.length,
        sha256: sha256(made.bytes),
      });
    }
  }
  return references;
}

/** What a run says of the clocks of a trial; those of a merged run are of several machines. */
function evidenceRun({ run, end }: Survey, trial: string): EvidenceRun {
  const known = {
    version: run.version,
    ...(end?.droppedPackets === undefined ? {} : { droppedPackets: end.droppedPackets }),
  };
  const { startedAt, startedAtNs } = run.shares?.find((share) => trial.startsWith(share.prefix)) ?? run;
  if (startedAtNs === undefined) return known;
  return {
    ...known,
    wallMinusMonotonicNs: BigInt(Date.parse(startedAt)) * 1_000_000n - BigInt(Math.round(startedAtNs)),
  };
}

/** The folder of each target: its name where that is one, and no two the same, whatever a file system thinks of case. */
function folderNames(targets: readonly string[]): ReadonlyMap<string, string> {
  const used = new Set<string>();
  return new Map(
    targets.map((target) => {
      const base = safeName(target);
      let name = base;
      for (let nth = 2; used.has(name.toLowerCase()); nth += 1) name = `${base}-${nth}`;
      used.add(name.toLowerCase());
      return [target, name];
    }),
  );
}

function safeName(text: string): string {
  const safe = text
    .replaceAll(/[^\w@.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 60);
  return safe === '' ? 'target' : safe;
}
