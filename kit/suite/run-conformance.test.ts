/** Runs without a command line: real clients in this very process, over real TLS. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { findTarget } from '../../targets/catalogue';
import { fromFunction, type Connect } from '../../targets/function-target';
import { findPackage } from '../../targets/install';
// oxlint-disable-next-line import/no-unassigned-import -- registers the matchers
import '../../matchers/jest';
import { headline } from '../../matchers/testing/failure';
import { profiles } from '../cases/catalogue';
import type { ObservedCase, ObservedTrial } from '../core/observation';
import { playCase, runConformance } from './programmatic';
import { strictReport } from '../../reports/testing/strict-report';
const { HastyClient } = require('./testing/hasty-client.cjs');

const byWs = fromFunction(({ url, ca }) => new WebSocket(url, { ca }), { name: 'ws by function' });
const hasty = fromFunction(({ url, ca }) => new HastyClient(url, ca), { name: 'hasty' });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a client that clears its queue on `end` is convicted when it is frozen', async () => {
  const kase = await playCase(hasty, 'freeze/answer-fin@tls13', { trials: 6, seed: 'a1' });
  await expect(kase).not.toConform();
  expect(kase.report).toMatchObject({
    verdict: 'violates',
    outcomes: { lost: kase.report.trials.valid },
    replay: "playCase(hasty, 'freeze/answer-fin@tls13', { seed: 'a1' })",
  });
  const trial = firstOf(kase);
  expect(trial.trial.connections[0]?.freezes).toMatchObject([{ confirmed: true, how: 'event-loop' }]);
  await expect(trial).toBeWitnessed('w2+');
  await expect(trial).not.toReceiveBeforeClose('A');
});

it('ws is acquitted, and nothing is left behind', async () => {
  const before = process.getActiveResourcesInfo().length;
  const kase = await playCase(byWs, 'freeze/answer-fin@tls12', { trials: 6 });
  await expect(kase).toConform();
  expect(kase.trials.map(({ judgement }) => judgement.main.outcome)).toEqual(Array(6).fill('pass'));
  expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before + 1);
});

it('ws is acquitted where no connection may open, and has reported none', async () => {
  const kase = await playCase(byWs, 'hs/http-error-with-body@426@tls13', { trials: 2 });
  await expect(kase).toConform();
  const events = kase.trials.map(({ trial }) => trial.log.map(({ event }) => event));
  expect(events).toEqual([
    ['error', 'close', 'done'],
    ['error', 'close', 'done'],
  ]);
  await expect(firstOf(kase)).toCloseWith({ code: 1006 });
});

const native = findPackage('node-datachannel', npmOf('node-datachannel'));
// oxlint-disable-next-line jest/no-disabled-tests -- it would be downloaded: skipped, but aloud
const itWithThreads = native === undefined ? it.skip : it;

itWithThreads('of a client with threads of its own nothing is said where the event loop was to freeze it', async () => {
  const { code, stdout } = await playInChild(native?.folder ?? '');
  const { verdict, why } = JSON.parse(stdout) as { readonly verdict: string; readonly why: object };
  // A thread that did not get a processor until the thaw has, now and then, stood still as well.
  expect({ code, why: Object.keys(why), verdict }).toEqual({
    code: 0,
    why: ['setup'],
    verdict: expect.stringMatching(/^(?:inconclusive|conforms)$/),
  });
});

it('a run keeps its folder, and the same seed gives the same trials', async () => {
  const options = { cases: ['control/close-without-answer'], seed: 'b2', tls: ['1.3'] } as const;
  const run = await runConformance(byWs, { ...options, out: join(folder, 'run') });
  await expect(run).toConform();
  expect(run.report.run.seed).toBe('b2');
  expect(run.profiles?.['smoke']).toEqual(profiles['smoke']?.cases);
  expect(JSON.parse(readFileSync(join(folder, 'run/report.json'), 'utf8'))).toEqual(strictReport(run.report));
  const again = await runConformance(byWs, { ...options, out: join(folder, 'again') });
  expect(again.cases[0]?.trials[0]?.trial.nonce).toBe(run.cases[0]?.trials[0]?.trial.nonce);
});

it('a signal ends a run early, and its report is partial', async () => {
  const run = await runConformance(byWs, { out: join(folder, 'run'), signal: AbortSignal.abort('enough') });
  expect(run.report.run.partial).toBe(true);
  expect(await headline(() => expect(run).toConform())).toMatch(/^No statement: the run was interrupted/);
});

describe('wrong use is refused before anything starts', () => {
  it.each<[string, object, string]>([
    ['a profile', { profile: 'smok' }, "runConformance: `profile: 'smok'`: there is no such profile; there are"],
    [
      'a case',
      { cases: ['freeze/answr'] },
      "runConformance: `cases: ['freeze/answr']` matches no case; possible here:",
    ],
    ['a TLS version', { tls: ['1.1'] }, "runConformance: `tls: '1.1'`: expected 1.2, 1.3 or plain"],
    ['a tier', { tier: 'slow' }, "`tier` of runConformance: expected quick, standard, deep, got 'slow'"],
    ['trials', { trials: 0 }, '`trials` of runConformance: expected a whole number from 1, got 0'],
    ['a seed', { seed: 5 }, '`seed` of runConformance: expected up to 64 letters, digits, dots, dashes, got 5'],
    ['cases', { cases: 'freeze/*' }, "`cases` of runConformance: expected a list such as ['freeze/*'], got 'freeze/*'"],
    ['workers', { workers: 1.5 }, '`workers` of runConformance: expected a whole number from 1, got 1.5'],
    ['captures', { capture: 'on' }, "`capture` of runConformance: expected auto, real, synthesised, got 'on'"],
    ['a folder', { out: '' }, "`out` of runConformance: expected the path of a folder, got ''"],
    [
      'an option',
      { case: 'x' },
      'runConformance has no option `case`; it has profile, cases, tier, tls, trials, seed,',
    ],
  ])('%s', async (_, options, message) => {
    await expect(runConformance(byWs, options)).rejects.toThrow(message);
  });

  it.each<[string, unknown, string]>([
    ['a bare function', () => undefined, 'runConformance: got a function; wrap it: `runConformance(fromFunction(…))`'],
    ['a promise', Promise.resolve(byWs), 'got a promise, and no target needs one: leave the `await` or `async` out'],
    ['a name that is none', 'wss', 'there is no built-in target `wss`: did you mean ws'],
    ['something else', 5, "or 'ws', got 5"],
  ])('as a target: %s', async (_, target, message) => {
    await expect(runConformance(target as string)).rejects.toThrow(message);
  });

  it('one case is asked for by its whole id', async () => {
    await expect(playCase(byWs, 'freeze/answer-fin')).rejects.toThrow(
      "playCase: 'freeze/answer-fin' names 3 cases; expected one of 'freeze/answer-fin@tls12', 'freeze/answer-fin@tls13'",
    );
  });
});

it('a function that gives no socket ends its run at once, and says what to write', async () => {
  const nothing: Connect = () => undefined;
  const run = runConformance(fromFunction(nothing, { name: 'mine' }), { out: join(folder, 'run') });
  await expect(run).rejects.toThrow(
    'target mine: the function of the target returned nothing: it has to return the socket it made; write `fromFunction(',
  );
  expect(existsSync(join(folder, 'run/report.json'))).toBe(true);
});

/** Native threads keep a process alive, and would keep the tests. */
async function playInChild(module: string): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const child = spawn(process.execPath, [join(__dirname, 'testing/play-native.cjs'), module], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout }));
  });
}

function npmOf(name: string) {
  const { install } = findTarget(name).manifest;
  if (install === undefined || !('npm' in install)) throw new TypeError(`${name} is no npm package`);
  return install.npm;
}

function firstOf({ trials: [first] }: ObservedCase): ObservedTrial {
  if (first === undefined) throw new TypeError('the case has no trial');
  return first;
}
