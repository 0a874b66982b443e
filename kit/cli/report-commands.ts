/** The commands about reports, as the command line knows them. */
import { Option, type Command } from 'commander';
import { reporters } from '../../reports/list';
import { compareCommand } from './compare-command';
import { mergeCommand, type MergeWords } from './merge-command';
import { reportCommand, type ReportWords } from './report-command';

/** `--reporter NAME`, repeatable, and several behind commas. */
export function reporterOption(): Option {
  const names = reporters.map((each) => each.name).join(', ');
  return new Option('--reporter <name>', `how it is told: ${names}; repeatable, terminal by default`).argParser(
    (word: string, before: readonly string[] | undefined) => [...(before ?? []), word],
  );
}

/** Adds them to the program. */
export function addReportCommands(root: Command, setStatus: (status: number) => void): void {
  root
    .command('report')
    .description('render the report of an earlier run again')
    .argument('<dir>', 'the folder of a run')
    .addOption(reporterOption())
    .action(async (folder: string, words: ReportWords) => setStatus(await reportCommand(folder, words)));
  root
    .command('merge')
    .description('join the shares of a run (--shard I/N) into the run that asked everything')
    .argument('<dir...>', 'the folders of all shares')
    .requiredOption('--out <dir>', 'a new folder for the whole run')
    .addOption(reporterOption())
    .action(async (folders: readonly string[], words: MergeWords) => setStatus(await mergeCommand(folders, words)));
  root
    .command('compare')
    .description(
      'say what got better and what got worse; exit status 1 on a regression, 3 where something was lost sight of',
    )
    .argument('<old>', 'the folder of a run, or a report.json')
    .argument('<new>')
    .action((before: string, after: string) => setStatus(compareCommand(before, after)));
}
