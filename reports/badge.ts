/** A badge for a README: what a run says, in two or three words. */
import { makeBadge } from 'badge-maker';
import type { Report } from '../kit/core/report';
import { decides, staleOf, toneOf } from './verdicts';

/** `--reporter badge`. */
export function renderBadge({ report }: { readonly report: Report }): string {
  return `${makeBadge({ label: 'lastword', ...saying(report) })}\n`;
}

function saying(report: Report): { readonly message: string; readonly color: string } {
  const decisive = report.targets.flatMap(({ cases }) => cases.filter((each) => decides(report, each)));
  const count = (tone: string): number => decisive.filter((each) => toneOf(each) === tone).length;
  const stale = staleOf(report).length;
  const refused = report.targets.filter((target) => !target.admitted).length;
  const [bad, open, good] = [count('bad'), count('open') + refused, count('good')];
  if (bad > 0) return { message: `${bad} of ${decisive.length} violate`, color: 'critical' };
  if (stale > 0) return { message: `${stale} exceptions stale`, color: 'critical' };
  if (open > 0 || report.run.partial) return { message: `${good} conform, ${open} open`, color: 'yellow' };
  const known = decisive.filter((each) => each.exception !== undefined).length;
  if (known > 0) return { message: `${good} conform, ${known} known`, color: 'yellowgreen' };
  if (good === 0) return { message: 'nothing judged', color: 'inactive' };
  return { message: `${good} of ${decisive.length} conform`, color: 'success' };
}
