/** Prints what is no JSON, with control characters in it, instead of a hello. */
import { say } from './base.mjs';

say('\u001b[31mUsage: client URL\u0007\n\u202eevil\n');
process.exitCode = 2;
