/** What the command line shows while a run goes on: a bar on a terminal, one line a case elsewhere. */
import { Presets, SingleBar } from 'cli-progress';
import colors from 'picocolors';
import { showText } from '../core/timeline-text';
import type { CampaignListener, Progress } from '../run/campaign';
import { paintVerdict, type Paint } from '../../reports/terminal';

export interface Screen extends Required<CampaignListener> {
  readonly paint: Paint;
  readonly width: number;
  say(line: string): void;
  /** Takes the bar away. */
  end(): void;
}

/** A screen on standard error for progress; the summary goes to standard output. */
export function openScreen(): Screen {
  const paint: Paint = colors.createColors(wantsColor());
  const isLive = process.stderr.isTTY && process.env['CI'] === undefined;
  const width = Math.min(process.stdout.columns ?? 100, 100);
  const bar = isLive
    ? new SingleBar(
        {
          format: '  {bar} {percentage} %  {value} of {total} trials  {eta_formatted} left  {target}',
          hideCursor: true,
          clearOnComplete: true,
          stream: process.stderr,
          linewrap: false,
          // What stands beside the bar needs some 60 columns.
          barsize: Math.max(4, Math.min(40, (process.stderr.columns ?? 100) - 64)),
        },
        Presets.shades_classic,
      )
    : undefined;
  let isShown = false;
  const clear = (): void => {
    if (isShown) bar?.stop();
    isShown = false;
  };
  const say = (line: string): void => {
    clear();
    process.stderr.write(`${line}\n`);
  };
  const show = ({ done, planned, target: name }: Progress): void => {
    const target = showText(name, 40);
    if (bar === undefined) return;
    if (isShown) {
      bar.setTotal(planned);
      bar.update(done, { target });
      return;
    }
    bar.start(planned, done, { target });
    isShown = true;
  };
  return {
    paint,
    width,
    say,
    end: clear,
    onTarget: (name, hello) => say(`${paint.bold(showText(name, 80))}  ${paint.dim(showText(hello, 300))}`),
    onProgress: show,
    onUnit: (_, unit, { verdict, phrase }) => {
      const isQuiet = verdict === 'conforms' || verdict === 'observed' || verdict === 'not-applicable';
      const says = !isQuiet || verdict === 'not-applicable';
      // A bar shows how far it is; only what somebody has to look at breaks into it.
      if (bar !== undefined && isQuiet) return;
      say(
        `  ${paintVerdict(verdict, paint)}  ${unit.key}${says ? `  ${showText(phrase.split('. ')[0] ?? '', 400)}` : ''}`,
      );
    },
    onRefusal: (name, why, stderr) => {
      say(`${paint.bold(showText(name, 80))}  ${paint.yellow('not admitted')}: ${showText(why, 1000)}`);
      const last = stderr
        .trimEnd()
        .split('\n')
        .slice(-5)
        .filter((line) => line !== '');
      for (const line of last) say(`  ${paint.dim(`its standard error: ${showText(line, 200)}`)}`);
    },
  };
}

/** https://no-color.org and FORCE_COLOR, a terminal or not. */
export function wantsColor(): boolean {
  if ((process.env['NO_COLOR'] ?? '') !== '') return false;
  if ((process.env['FORCE_COLOR'] ?? '0') !== '0') return true;
  return process.stdout.isTTY && process.env['TERM'] !== 'dumb';
}
