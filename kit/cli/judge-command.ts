/** `lastword judge DIR` and `lastword replay TOKEN`. */
import { existsSync, readFileSync } from 'node:fs';
import { KitError } from '../core/kit-error';
import { isTemplateSpec, readToken, replayCommand as commandOf } from '../core/replay';
import { finishRun } from '../run/finish-run';
import { makeEvidence } from '../../reports/evidence/make-evidence';
import { renderTerminal } from '../../reports/terminal';
import { statusOf } from './exit-status';
import { runCommand } from './run-command';
import { checkRunFolder, reportFile } from '../run/run-folder';
import { openScreen } from './screen';

/** Judges the raw trials of a run again, writes its report and says whether it is the one that lay there. */
export async function judgeCommand(folder: string): Promise<number> {
  checkRunFolder(folder);
  const before = existsSync(reportFile(folder)) ? readFileSync(reportFile(folder)) : undefined;
  const report = await finishRun(folder, makeEvidence);
  const screen = openScreen();
  const same =
    before === undefined
      ? 'written anew'
      : before.equals(readFileSync(reportFile(folder)))
        ? 'the same, byte for byte'
        : 'it differs from the one that was there';
  process.stdout.write(`${renderTerminal(report, screen)}\n\nreport ${reportFile(folder)}: ${same}\n`);
  return statusOf(report);
}

/** Runs the case of a token again. @throws {KitError} `TOKEN`, and those of `run` */
export async function replayCommand(
  token: string,
  parse: (spec: string) => Parameters<typeof runCommand>[0],
): Promise<number> {
  const replay = readToken(token);
  if (isTemplateSpec(replay.spec)) {
    throw new KitError(
      'TOKEN',
      `that case is of a client which only your own program knows; it is run again by: ${commandOf({ ...replay, hasSeed: true })}`,
    );
  }
  return runCommand({ ...parse(replay.spec), case: [replay.case], seed: replay.seed, tier: replay.tier });
}
