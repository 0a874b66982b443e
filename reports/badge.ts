/** A badge for a README: what a run says, in two or three words. */
import { makeBadge } from 'badge-maker';
import { conclusionOf } from '../kit/core/conclusion';
import type { Report } from '../kit/core/report';

/** `--reporter badge`. */
export function renderBadge({ report }: { readonly report: Report }): string {
  return `${makeBadge({ label: 'lastword', ...saying(report) })}\n`;
}

function saying(report: Report): { readonly message: string; readonly color: string } {
  const { why, decisive, fails, unsure, excused, conforms, refused, stale } = conclusionOf(report);
  const open = { message: `${conforms} conform, ${unsure + refused} open`, color: 'yellow' } as const;
  switch (why) {
    case 'convicted':
      return { message: `${fails} of ${decisive} violate`, color: 'critical' };
    case 'stale':
      return { message: `${stale} exceptions stale`, color: 'critical' };
    case 'open':
      return open;
    case 'known':
      return report.run.partial ? open : { message: `${conforms} conform, ${excused} known`, color: 'yellowgreen' };
    case 'quiet':
      return report.run.partial ? open : { message: 'no rule broken', color: 'success' };
    case 'conforms':
      return report.run.partial ? open : { message: `${conforms} of ${decisive} conform`, color: 'success' };
    case 'unjudged':
      return { message: 'nothing judged', color: 'inactive' };
    default:
      throw new TypeError(`unknown conclusion ${String(why satisfies never)}`);
  }
}
