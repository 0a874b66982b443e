/**
 * `trials.ndjson`: everything that a run saw, a line each, written before anything is computed from it. A line is
 * written with one call; a kit that is killed leaves at most its last line torn, which the reader leaves out.
 */
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import type { Hello } from '../core/adapter-event';
import type { BaselineEntry } from '../core/baseline';
import type { Transport } from '../core/case';
import { KitError } from '../core/kit-error';
import type { Tier } from '../core/plan-trials';
import type { Environment } from '../core/report';
import type { TargetDigest } from '../core/target';
import type { LateLog, Trial } from '../core/trial';

export const trialsSchema = 'lastword/trials/1';

/** The first line: what was asked for, and where. */
export interface RunLine {
  readonly kind: 'run';
  readonly schema: typeof trialsSchema;
  readonly id: string;
  readonly label?: string;
  readonly seed: string;
  readonly startedAt: string;
  /** The same moment on the kit's monotonic clock, which all other times are of. */
  readonly startedAtNs?: number;
  readonly version: string;
  readonly catalogueDigest: string;
  readonly profile: string;
  readonly tier: Tier;
  readonly trials?: number;
  readonly shard?: { readonly index: number; readonly of: number };
  readonly cases: readonly string[];
  readonly transports: readonly Transport[];
  /** Plain `ws:` decides only where it was asked for by name. */
  readonly binding: readonly Transport[];
  /** Keys of the units, in the order of the catalogue. */
  readonly units: readonly string[];
  readonly targets: readonly string[];
  readonly environment: Environment;
  /** Known failures that the run was given. */
  readonly baseline?: readonly BaselineEntry[];
  /** A run that was merged: how the trials of each share begin, and its clocks. */
  readonly shares?: readonly { readonly prefix: string; readonly startedAt: string; readonly startedAtNs?: number }[];
}

/** What was learnt of a target before it was judged. */
export interface TargetLine {
  readonly kind: 'target';
  readonly name: string;
  /** What to type behind `lastword run` to mean it again. */
  readonly spec: string;
  readonly hello: Hello | null;
  readonly digest?: TargetDigest;
  readonly admitted: boolean;
  readonly refusal?: string;
  readonly stderr?: string;
}

export interface EndLine {
  readonly kind: 'end';
  readonly endedAt: string;
  readonly partial: boolean;
  readonly why?: string;
  /** Packets of the run that the kernel had to drop while it captured; absent: not known, or nothing was captured. */
  readonly droppedPackets?: number;
}

export type Line = RunLine | TargetLine | Trial | LateLog | EndLine;

/** Appends lines to a file; each is in the kernel's hands when `write` returns. */
export class Journal implements Disposable {
  private readonly fd: number;
  private isClosed = false;

  /** @param file created where it is missing; a torn last line of a run that was killed is cut off */
  constructor(readonly file: string) {
    if (existsSync(file)) cutTornLine(file);
    this.fd = openSync(file, 'a', 0o600);
  }

  /** What comes behind the end of a run, such as a late line of a client, is none of it; its descriptor may be another file's. */
  write(line: Line): void {
    if (this.isClosed) return;
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at);
  }

  [Symbol.dispose](): void {
    this.isClosed = true;
    closeSync(this.fd);
  }
}

function cutTornLine(file: string): void {
  const { size } = statSync(file);
  const fd = openSync(file, 'r');
  const window = Buffer.alloc(65_536);
  let end = size;
  try {
    while (end > 0) {
      const from = Math.max(0, end - window.length);
      const bytes = readSync(fd, window, 0, end - from, from);
      const newline = window.subarray(0, bytes).lastIndexOf(10);
      if (newline >= 0) {
        end = from + newline + 1;
        break;
      }
      end = from;
    }
  } finally {
    closeSync(fd);
  }
  if (end < size) truncateSync(file, end);
}

/**
 * The lines of a journal, in order, one at a time; a torn last line is left out.
 * @throws {KitError} `JOURNAL` a line in the middle cannot be read: the file was changed
 */
export async function* readJournal(file: string): AsyncGenerator<Line> {
  const stream = createReadStream(file);
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  let torn: number | undefined;
  try {
    for await (const text of lines) {
      number += 1;
      if (torn !== undefined) {
        throw new KitError('JOURNAL', `line ${torn} of ${file} is no record: the file was changed`);
      }
      if (text === '') continue;
      const line = parseLine(text);
      if (line === undefined) torn = number;
      else yield line;
    }
  } finally {
    // Whoever has read enough leaves no file open.
    stream.destroy();
  }
}

const kinds: ReadonlySet<unknown> = new Set(['run', 'target', 'trial', 'late', 'end']);

const trialFields = ['target', 'trial', 'case', 'part', 'transport', 'role', 'connections', 'log', 'adapter', 'host'];

function parseLine(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('kind' in value) || !kinds.has(value.kind)) return undefined;
    if (value.kind === 'trial' && !trialFields.every((field) => field in value)) return undefined;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by this kit; the digest of the catalogue is checked
    return value as Line;
  } catch {
    return undefined;
  }
}
