/** Prints 100 MB of lines that belong to no trial, before it says anything else. */
import { say } from './base.mjs';

const lines = `${'y'.repeat(99)}\n`.repeat(1000);
for (let bytes = 0; bytes < 100_000_000; bytes += lines.length) say(lines);
