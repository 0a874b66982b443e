/** Small damage to a file, anywhere: one bit mostly, or bytes put in, taken out, cut off, or two lines exchanged. */

export interface Damage {
  /** Says where and how, so that it can be done again. */
  readonly what: string;
  readonly bytes: Buffer;
}

/** A number from 0 to below 1, the same row for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Never the bytes as they were. */
export function damage(bytes: Buffer, random: () => number): Damage {
  for (;;) {
    const made = attempt(bytes, random);
    if (!made.bytes.equals(bytes)) return made;
  }
}

function attempt(bytes: Buffer, random: () => number): Damage {
  const below = (n: number): number => Math.floor(random() * n);
  const at = below(bytes.length);
  const kind = below(10);
  if (kind < 6) {
    const bit = below(8);
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ (1 << bit);
    return { what: `bit ${bit} of byte ${at} flipped`, bytes: changed };
  }
  if (kind === 6) {
    const byte = below(256);
    return {
      what: `byte ${byte} put in at ${at}`,
      bytes: Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)]),
    };
  }
  if (kind === 7) {
    return { what: `byte ${at} taken out`, bytes: Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]) };
  }
  if (kind === 8) return { what: `cut off at ${at}`, bytes: bytes.subarray(0, at) };
  const lines = bytes.toString('latin1').split(/(?<=\n)/);
  const [one, other] = [below(lines.length), below(lines.length)];
  const swapped = lines.map((line, index) => lines[index === one ? other : index === other ? one : index] ?? line);
  return { what: `lines ${one} and ${other} exchanged`, bytes: Buffer.from(swapped.join(''), 'latin1') };
}
