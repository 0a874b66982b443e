/** What comments on packets say, whether they were captured or made. Pure. */
import type { TimelineEvent } from '../../kit/core/timeline';
import { showText } from '../../kit/core/timeline-text';
import type { Connection } from '../../kit/core/trial';

/** What ends in a piece of our stream. */
export function recordsIn({ sent }: Connection, from: number, to: number): readonly string[] {
  const stimulus = sent.find((record) => record.stimulus);
  return sent.flatMap((record, at) => {
    if (record.endOffset <= from || record.endOffset > to) return [];
    const names = (record.ends ?? []).map(
      (name) => `message ${name} ends here, with byte ${record.endOffset} of the endpoint’s stream`,
    );
    return [
      ...(record === stimulus ? ['what the case is about begins here'] : []),
      ...(at === 0 && !record.stimulus ? ['101, the response to the upgrade'] : []),
      ...(record.says === undefined ? [] : [`${showText(record.says, 64)}: no connection may open`]),
      ...names,
      ...(record.closeCode === undefined
        ? []
        : [`Close ${record.closeCode === 1005 ? 'without a code' : record.closeCode}`]),
      ...(record.type === 21 ? ['an alert'] : []),
    ];
  });
}

export function inWords({ what, detail }: TimelineEvent): string {
  return detail === undefined ? what : `${what} (${detail})`;
}

/** Who acknowledges, and ends TCP: something between may do so in the client's place. */
export function peerOf({ path }: Connection): string {
  return path === 'proxied' ? 'the peer (which is not the client, but something in its place)' : 'the client';
}

/** How the client was frozen at a time. */
export function standsStill({ freezes }: Connection, atNs: number): string {
  const proof = freezes.findLast((each) => each.frozenAtNs <= atNs + 1e6);
  const how = proof === undefined ? '' : `: ${some(proof.threads, 'thread')} of ${some(proof.processes, 'process')}`;
  return `the client stands still${how}`;
}

function some(count: number, what: 'thread' | 'process'): string {
  if (count === 1) return `1 ${what}`;
  return `${count} ${what === 'process' ? 'processes' : 'threads'}`;
}
