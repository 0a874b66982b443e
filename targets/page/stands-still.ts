/**
 * Whether a page is that of a tree of processes: it answers nobody while the tree stands still. The process at the other
 * end of its connections need not be its browser's: a proxy that the same test has started is there as well, and who
 * freezes that freezes no client.
 */
import { confirmFrozen, freezeTree, thawTree } from '../../kit/io/freeze';
import { guardProcess } from '../../kit/io/guard';
import type { PageChannel } from './page-channel';

/** The shortest silence that is one, ms. */
const leastMs = 300;
/** A silence is so many times as long as the page took for an answer just before. */
const patience = 20;
const answerMs = 5000;

/** Undefined where the page is that of the tree of `pid`; else why that is not known, one clause for people. */
export async function whyNotOf(channel: PageChannel, pid: number): Promise<string | undefined> {
  const tookMs = await timeAnswers(channel);
  if (tookMs === undefined) return 'the page did not answer before its browser was to be looked for';
  // Where this process dies meanwhile, nobody else would let it go on.
  const guarded = guardProcess(pid);
  try {
    const frozen = await freezeTree({ rootPid: pid });
    if (frozen.kind === 'failed')
      return `process ${pid}, which connects for the page, cannot be frozen: ${frozen.detail}`;
    const answer = await channel.ask(Math.max(leastMs, patience * tookMs));
    const confirmed = confirmFrozen(frozen.evidence);
    thawTree(frozen.evidence);
    if (answer !== 'silent') {
      return `process ${pid}, which connects for the page, is not of its browser, since the page answers while it stands still: a proxy`;
    }
    if (confirmed.kind === 'moved')
      return `process ${pid}, which connects for the page, did not stay frozen: ${confirmed.detail}`;
    // What it was asked waits in the channel: a session begins behind it.
    const back = await channel.ask(answerMs);
    return back === 'silent' ? 'the page did not answer when its browser went on' : undefined;
  } finally {
    guarded.release();
  }
}

/** The slowest of some answers, ms; undefined where there was none. */
async function timeAnswers(channel: PageChannel): Promise<number | undefined> {
  let slowestMs = 0;
  for (let turn = 0; turn < 3; turn += 1) {
    const askedMs = performance.now();
    if ((await channel.ask(answerMs)) === 'silent') return undefined;
    slowestMs = Math.max(slowestMs, performance.now() - askedMs);
  }
  return slowestMs;
}
