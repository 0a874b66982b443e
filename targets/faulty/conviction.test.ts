/**
 * The kit end to end: every fault of the model, as a real process over real TLS, is convicted by the cases made for it,
 * with the outcome and the row that it has; every odd but correct client is acquitted.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaseReport, Report } from '../../kit/core/report';
import { findCase } from '../../kit/cases/catalogue';
import { faults } from '../../kit/model/faults';
import { trickyClients } from '../../kit/model/tricky';
import { strictReport } from '../../reports/testing/strict-report';

const root = join(__dirname, '../..');

// A client that hangs is waited for, 10 s at a time.
jest.setTimeout(300_000);
// Not in a hook: tests that run at once do not wait for it.
const folder = mkdtempSync(join(tmpdir(), 'lastword-faulty-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs cases over TLS 1.3 against one of the faulty clients. */
function judge(option: readonly string[], cases: readonly string[], trials?: number): Promise<readonly CaseReport[]> {
  const out = mkdtempSync(join(folder, 'run-'));
  const run = join(out, 'run');
  const command = ['--', process.execPath, join(root, 'targets/faulty/adapter.cjs'), ...option];
  const args = [
    join(root, 'dist/kit/cli/main.js'),
    'run',
    '--tls',
    '1.3',
    '--out',
    run,
    ...cases.flatMap((id) => ['--case', id]),
    ...(trials === undefined ? [] : ['--trials', String(trials)]),
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...args, ...command], { maxBuffer: 1 << 24 }, (error, _, stderr) => {
      // 1 and 3 are verdicts; anything else is a kit that does not work.
      if (error !== null && error.code !== 1 && error.code !== 3) {
        reject(new Error(`${error.message}\n${stderr}`));
        return;
      }
      const report = strictReport(JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')) as Report);
      resolve(report.targets.flatMap((target) => target.cases));
    });
  });
}

/** Cases that mostly wait take over half a minute each: the model shows them, and a run at leisure. */
function isQuick(id: string): boolean {
  const kase = findCase(id);
  return (
    kase?.transports.includes('tls13') === true &&
    !id.startsWith('net/') &&
    !kase.parts.some((part) => part.waits === true)
  );
}

const chance = new Set(['m27-drop-10', 'm27-drop-01']);
const quick = faults
  .filter((fault) => !chance.has(fault.id) && fault.isOfModel !== true)
  .map((fault) => ({ id: fault.id, cases: fault.convictedBy.filter((each) => isQuick(each.case)).slice(0, 1) }))
  .filter((fault) => fault.cases.length > 0);

describe('a faulty client', () => {
  // Most of the time they wait: some at once, `maxConcurrency` of Jest's configuration.
  it.concurrent.each(quick)('$id is convicted by the cases made for it', async ({ id, cases }) => {
    const judged = await judge(
      ['--fault', id],
      cases.map((each) => each.case),
    );
    for (const wanted of cases) {
      const found = judged.filter((each) => each.id === wanted.case);
      // What breaks a SHOULD deviates.
      const convicted = found.filter((each) => ['violates', 'kit-fail', 'deviates'].includes(each.verdict));
      expect([id, wanted.case, found.map((each) => each.verdict), convicted.length > 0]).toEqual([
        id,
        wanted.case,
        expect.anything(),
        true,
      ]);
      expect(
        convicted.some((each) => (each.outcomes[wanted.outcome] ?? 0) > 0 && (each.rows[wanted.row] ?? 0) > 0),
      ).toBe(true);
    }
  });
});

describe('an odd but correct client', () => {
  it.concurrent.each(trickyClients.map((each) => [each.id] as const))('%s is acquitted', async (id) => {
    const judged = await judge(
      ['--tricky', id],
      ['freeze/answer-fin', 'close/answer-close-abandon', 'code/none', 'burst/mixed-types'],
      5,
    );
    const accused = judged.filter(
      (each) => ['violates', 'kit-fail', 'suspect'].includes(each.verdict) || each.also.length > 0,
    );
    expect(accused.map((each) => `${each.id}@${each.variant} ${each.phrase}`)).toEqual([]);
  });
});
