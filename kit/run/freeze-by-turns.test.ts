import { ClientEnded, type FrozenCage } from '../core/target';
import type { FreezeProof } from '../core/trial';
import { freezeByTurns } from './freeze-by-turns';

const proof = (atNs: number, more: Partial<FreezeProof> = {}): FreezeProof => ({
  frozenAtNs: atNs,
  thawedAtNs: atNs + 1,
  processes: 1,
  threads: 11,
  confirmed: true,
  ...more,
});

/** Cages that give these proofs one after the other, and tell when the last of them was asked for. */
function cages(proofs: readonly (FreezeProof | Error)[]) {
  let reachedLast: () => void;
  const last = new Promise<void>((resolve) => {
    reachedLast = resolve;
  });
  let at = 0;
  const stop = (): Promise<FrozenCage> => {
    const turn = proofs[at++];
    if (at === proofs.length) reachedLast();
    if (turn === undefined || turn instanceof Error) return Promise.reject(turn ?? new Error('no more'));
    return Promise.resolve({ thaw: () => Promise.resolve(turn) });
  };
  return { stop, last };
}

const duty = { frozenMs: 1, runningMs: 1 };

describe('a freeze by turns', () => {
  it('is proved from the first freeze to the last thaw, with the number of turns', async () => {
    const { stop, last } = cages([proof(10), proof(20), proof(30)]);
    const cage = await freezeByTurns(stop, { frozenMs: 1, runningMs: 1 });
    await last;
    expect(await cage.thaw()).toEqual({ ...proof(30), frozenAtNs: 10, turns: 3 });
  });

  it('is not confirmed where one turn was not, and ends with it', async () => {
    const { stop, last } = cages([proof(10), proof(20, { confirmed: false, reason: 'a thread moved' })]);
    const cage = await freezeByTurns(stop, duty);
    await last;
    expect(await cage.thaw()).toMatchObject({ confirmed: false, reason: 'turn 2: a thread moved', turns: 2 });
  });

  it('is not confirmed where the client cannot be stopped again', async () => {
    const { stop, last } = cages([proof(10), new Error('it has ended')]);
    const cage = await freezeByTurns(stop, duty);
    await last;
    expect(await cage.thaw()).toMatchObject({ confirmed: false, reason: 'turn 2: it has ended', turns: 1 });
  });

  it('stays confirmed where the client ended while it ran', async () => {
    const { stop, last } = cages([proof(10), new ClientEnded('process 7 has ended')]);
    const cage = await freezeByTurns(stop, duty);
    await last;
    expect(await cage.thaw()).toEqual({ ...proof(10), turns: 1 });
  });

  it('ends at once when it is told to, in whatever half of a turn', async () => {
    const { stop } = cages([proof(10)]);
    const cage = await freezeByTurns(stop, { frozenMs: 3_600_000, runningMs: 1 });
    expect(await cage.thaw()).toEqual({ ...proof(10), turns: 1 });
    const running = cages([proof(10), proof(20)]);
    const other = await freezeByTurns(running.stop, { frozenMs: 0, runningMs: 3_600_000 });
    expect(await other.thaw()).toMatchObject({ confirmed: true, turns: 1 });
  });

  it('does not begin where the client cannot be stopped at all', async () => {
    await expect(freezeByTurns(cages([new Error('no')]).stop, duty)).rejects.toThrow('no');
  });
});
