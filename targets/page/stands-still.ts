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
/** A page that is slow for another reason is silent once or twice, and not each time that it should be, and then only. */
const rounds = 3;
/** A silence is so many times as long as the page took for an answer just before. */
const patience = 20;
const answerMs = 5000;

/** Undefined where the page is that of the tree of `pid`; else why that is not known, one clause for people. */
export async function whyNotOf(channel: PageChannel, pid: number): Promise<string | undefined> {
  // Where this process dies meanwhile, nobody else would let it go on.
  const guarded = guardProcess(pid);
  try {
    let slowestMs: number | undefined = 0;
    for (let round = 0; round < rounds; round += 1) {
      // What it was asked while it stood still waits in the channel: the next question comes behind it, as a session does.
      slowestMs = await timeAnswers(channel, slowestMs);
      if (slowestMs === undefined) return `the page did not answer while process ${pid}, which connects for it, ran`;
      const why = await whyNotSilent(channel, pid, Math.max(leastMs, patience * slowestMs));
      if (why !== undefined) return `process ${pid}, which connects for the page, ${why}`;
    }
    const back = await channel.ask(answerMs);
    return back === 'silent' ? 'the page did not answer when its browser went on' : undefined;
  } finally {
    guarded.release();
  }
}

async function whyNotSilent(channel: PageChannel, pid: number, silenceMs: number): Promise<string | undefined> {
  const frozen = await freezeTree({ rootPid: pid });
  if (frozen.kind === 'failed') return `cannot be frozen: ${frozen.detail}`;
  const answer = await channel.ask(silenceMs);
  const confirmed = confirmFrozen(frozen.evidence);
  thawTree(frozen.evidence);
  if (answer !== 'silent') return 'is not of its browser, since the page answers while it stands still: a proxy';
  return confirmed.kind === 'moved' ? `did not stay frozen: ${confirmed.detail}` : undefined;
}

/** The slowest of some answers, and of those before, ms; undefined where there was none. */
async function timeAnswers(channel: PageChannel, beforeMs: number): Promise<number | undefined> {
  let slowestMs = beforeMs;
  for (let turn = 0; turn < 3; turn += 1) {
    const askedMs = performance.now();
    if ((await channel.ask(answerMs)) === 'silent') return undefined;
    slowestMs = Math.max(slowestMs, performance.now() - askedMs);
  }
  return slowestMs;
}
