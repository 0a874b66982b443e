/** Loaded in front of the command line by the benchmark: writes down the peak resident set of the process, in KiB. */
import { writeFileSync } from 'node:fs';

const file = process.env['LASTWORD_BENCH_RSS'];
if (file !== undefined) process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS)));
