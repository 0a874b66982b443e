import { createHash } from 'node:crypto';

/** Numbers from 0 up to, not including, 1, that look random and are a function of the seed. */
export function seededRandom(seed: string): () => number {
  let count = 0;
  return () => createHash('sha256').update(`${seed}\0${count++}`).digest().readUInt32BE(0) / 2 ** 32;
}
