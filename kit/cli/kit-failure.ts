/** What the kit says when it is the kit, or the machine, that failed. */

import { EndpointGone } from '../core/endpoint';
import { showLines } from '../core/timeline-text';

/** What a machine can run out of, and what helps. */
const exhausted: Readonly<Record<string, string>> = {
  EMFILE: 'too many open files: raise the limit (`ulimit -n 4096`), or use fewer `--workers`',
  ENFILE: 'the machine has too many open files: end something, or use fewer `--workers`',
  ENOSPC: 'the disk is full: name a folder on another one with `--out`, or free some space',
  ENOMEM: 'the machine has no memory left: use fewer `--workers`',
  EDQUOT: 'the disk quota is used up: name another folder with `--out`',
};

/** One line for what a user can mend; the stack for what only we can. It may hold words of an engine or of a client. */
export function describeKitFailure(error: unknown): string {
  return showLines(describe(error), 1000);
}

function describe(error: unknown): string {
  const head = 'lastword: the kit failed; nothing is said of any client';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = exhausted[code];
  if (known !== undefined && error instanceof Error) return `${head}\n${error.message.slice(0, 200)}: ${known}\n`;
  if (error instanceof EndpointGone) {
    return `${head}\n${error.message.slice(0, 300)}: the run ended there; its folder has a partial report, and \`--resume\` goes on\n`;
  }
  if (error instanceof Error && error.name === 'ControlError') return `${head}\n${error.message.slice(0, 500)}\n`;
  // How the engine's client says what the engine said.
  if (error instanceof Error && 'statusCode' in error) {
    return `${head}\nthe container engine refused: ${error.message.trim().slice(0, 500)}\n`;
  }
  return `${head}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}
