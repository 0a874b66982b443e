/**
 * `npm run bench:convictions [-- ROUNDS [SIDE_BY_SIDE [FAULT]]]`: how often each fault process of `targets/faulty` is
 * convicted by the cases made for it, over real TLS 1.3, with the outcome, row and layer that its fault has. Faults that
 * show at random run at the tier that is to find them. With 0 rounds: each once in the whole catalogue, and which cases
 * convict it without an explanation.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCase } from '../cases/catalogue';
import type { CaseReport, Report } from '../core/report';
import { casesAgainst, explainedCases, faults } from '../model/faults';
import type { Conviction, Fault } from '../model/subject';

const root = join(__dirname, '../../..');
const rounds = Number(process.argv[2] ?? 20);
const sideBySide = Number(process.argv[3] ?? 3);
const only = process.argv[4] ?? '';
const scratch = mkdtempSync(join(tmpdir(), 'lastword-bench-'));
const tiers: Readonly<Record<string, string>> = { 'm27-drop-10': 'standard', 'm27-drop-01': 'deep' };
let runs = 0;

/** One run of the kit against a fault; the cases as the report has them. */
function judge(fault: Fault, words: readonly string[]): Promise<readonly CaseReport[]> {
  const out = join(scratch, `run-${++runs}`);
  const kit = [join(root, 'dist/kit/cli/main.js'), 'run', '--tls', '1.3', '--out', out, ...words];
  const client = ['--', process.execPath, join(root, 'targets/faulty/adapter.cjs'), '--fault', fault.id];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...kit, ...client], { maxBuffer: 1 << 26 }, (error, _, stderr) => {
      if (error !== null && error.code !== 1 && error.code !== 3) return reject(new Error(stderr, { cause: error }));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by our own other half
      const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;
      rmSync(out, { recursive: true });
      return resolve(report.targets.flatMap((target) => target.cases));
    });
  });
}

const accusing: ReadonlySet<string> = new Set(['violates', 'kit-fail', 'suspect', 'deviates']);

function isConvictedAs(cases: readonly CaseReport[], { case: id, outcome, row, layer }: Conviction): boolean {
  return cases.some(
    (each) =>
      each.id === id &&
      // What breaks a SHOULD deviates.
      (each.verdict === 'violates' || each.verdict === 'kit-fail' || each.verdict === 'deviates') &&
      (each.outcomes[outcome] ?? 0) > 0 &&
      (each.rows[row] ?? 0) > 0 &&
      (layer === undefined || (each.layers[layer] ?? 0) > 0),
  );
}

async function count(fault: Fault): Promise<string> {
  const made = fault.convictedBy.filter((each) => findCase(each.case)?.transports.includes('tls13'));
  const words = made.flatMap((each) => ['--case', each.case]);
  const tier = tiers[fault.id] ?? 'quick';
  const found = new Map(made.map((each) => [each, 0]));
  for (let round = 0; round < rounds; round++) {
    const cases = await judge(fault, [...words, '--tier', tier]);
    for (const each of made) if (isConvictedAs(cases, each)) found.set(each, (found.get(each) ?? 0) + 1);
  }
  return made
    .map(
      (each) => `${fault.id}  ${tier}  ${each.case}  ${each.outcome}, row ${each.row}  ${found.get(each)} of ${rounds}`,
    )
    .join('\n');
}

async function lookEverywhere(fault: Fault): Promise<string> {
  const cases = await judge(fault, ['--profile', 'all']);
  const explained = explainedCases(fault);
  const accused = cases.filter((each) => accusing.has(each.verdict));
  const strange = accused.filter((each) => !explained.has(each.id));
  const missed = [...casesAgainst(fault)].filter(
    (id) => findCase(id)?.transports.includes('tls13') && !accused.some((each) => each.id === id),
  );
  const list = (ids: readonly string[]): string => (ids.length === 0 ? 'none' : ids.join(' '));
  const unexplained = strange.map((each) => `${each.id}@${each.variant} ${each.verdict}`);
  return `${fault.id}  convicted by ${accused.length}; unexplained: ${list(unexplained)}; expected and not convicted: ${list(missed)}`;
}

async function lane(queue: Fault[]): Promise<void> {
  for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
    process.stdout.write(`${await (rounds === 0 ? lookEverywhere(fault) : count(fault))}\n`);
  }
}

async function main(): Promise<void> {
  const queue = faults.filter((fault) => fault.id.startsWith(only) && fault.isOfModel !== true);
  await Promise.all(Array.from({ length: sideBySide }, () => lane(queue)));
  rmSync(scratch, { recursive: true, force: true });
}

void main();
