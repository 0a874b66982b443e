/** Where a suite was described, so that a failure points there and not into the kit. */
import { relative, sep } from 'node:path';

export interface CallSite {
  /** Lines of a stack, from the caller's on. */
  readonly frames: string;
  /** Path of the caller's file from the working directory, with slashes; undefined where the stack does not say. */
  readonly file: string | undefined;
}

/** @param stack of an error made in `describeConformance`, without the kit's own frames */
export function readCallSite(stack: string): CallSite {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const match = /\(?(?:file:\/\/)?((?:\/|[A-Za-z]:[\\/])[^()]*?):\d+:\d+\)?$/.exec(lines[0] ?? '');
  const file = match?.[1] === undefined ? undefined : relative(process.cwd(), match[1]).split(sep).join('/');
  return { frames: lines.join('\n'), file };
}
