/** A seeded generator: the order of a run is a function of its seed. */
import { createHash } from 'node:crypto';

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A new array in random order. */
  shuffle<T>(items: readonly T[]): T[];
}

/** Counter mode over SHA-256: slow, exact and the same everywhere. */
export function randomFrom(seed: string): Random {
  let counter = 0;
  const next = (): number => createHash('sha256').update(`${seed}\0${counter++}`).digest().readUInt32BE(0) / 2 ** 32;
  return {
    next,
    shuffle: (items) => {
      const shuffled = [...items];
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = Math.floor(next() * (last + 1));
        shuffled.splice(last, 1, ...shuffled.splice(other, 1, ...shuffled.slice(last, last + 1)));
      }
      return shuffled;
    },
  };
}
