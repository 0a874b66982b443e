/** A client that is stopped for most of the time and let go in between: what it reads, it reads in slices. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Duty } from '../core/condition';
import { ClientEnded, type FrozenCage } from '../core/target';
import type { FreezeProof } from '../core/trial';

/**
 * Stops a client and goes on by turns until `thaw`. Every turn is proved by itself, when it begins and when it ends; the
 * first that is not ends them all, with the client let go, and is what `thaw` says then. A client that ends while it runs
 * ends them as well, and what was proved stays so.
 *
 * @param stop stops the client and proves it
 * @throws {Error} the client could not be stopped the first time
 */
export async function freezeByTurns(stop: () => Promise<FrozenCage>, duty: Duty): Promise<FrozenCage> {
  const first = await stop();
  const over = new AbortController();
  const turns = takeTurns(first, { stop, duty, over: over.signal });
  return {
    thaw: () => {
      over.abort();
      return turns;
    },
  };
}

interface Turns {
  readonly stop: () => Promise<FrozenCage>;
  readonly duty: Duty;
  readonly over: AbortSignal;
}

async function takeTurns(first: FrozenCage, { stop, duty, over }: Turns): Promise<FreezeProof> {
  let frozen = first;
  let proof: FreezeProof | undefined;
  for (;;) {
    await pause(duty.frozenMs, over);
    proof = withTurn(proof, await frozen.thaw());
    if (over.aborted || !proof.confirmed) return proof;
    await pause(duty.runningMs, over);
    if (over.aborted) return proof;
    try {
      frozen = await stop();
    } catch (error) {
      // It ended while it ran, of itself; up to there every turn was proved.
      if (error instanceof ClientEnded) return proof;
      const why = error instanceof Error ? error.message : String(error);
      return { ...proof, confirmed: false, reason: `turn ${(proof.turns ?? 0) + 1}: ${why}` };
    }
  }
}

/** The proof of all turns so far: from the first freeze to the last thaw. */
function withTurn(before: FreezeProof | undefined, turn: FreezeProof): FreezeProof {
  const turns = (before?.turns ?? 0) + 1;
  return {
    ...turn,
    frozenAtNs: before?.frozenAtNs ?? turn.frozenAtNs,
    turns,
    ...(turn.confirmed ? {} : { reason: `turn ${turns}: ${turn.reason ?? 'a thread ran on'}` }),
  };
}

/** Sleeps, or until it is over. */
async function pause(ms: number, over: AbortSignal): Promise<void> {
  if (over.aborted) return;
  try {
    await sleep(ms, undefined, { signal: over });
  } catch {
    // The abort is what was waited for.
  }
}
