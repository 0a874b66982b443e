/** What a suite or a run of the programmatic interface is asked for, checked before anything starts. */
import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../core/endpoint';
import { KitError } from '../core/kit-error';
import type { Tier } from '../core/plan-trials';
import { captureWishes, type CaptureWish } from '../run/run-capture';
import { select, type Selected } from '../run/select';
import { showWord } from './show-word';

/** What is asked, and how often. */
export interface ConformanceOptions {
  /** `smoke`, `core`, … (`lastword list profiles`), or `all`. Default `smoke`; where `cases` are given, `all`. */
  readonly profile?: string;
  /** Ids or globs as `--case` takes them: `freeze/*`, `freeze/answer-fin@tls13`. Default: all of the profile. */
  readonly cases?: readonly string[];
  /** How many trials: `quick` (default), `standard`, `deep`. */
  readonly tier?: Tier;
  /** Default: TLS 1.2 and 1.3, and plain `ws:` beside them as a diagnosis, which decides nothing. */
  readonly tls?: readonly ('1.2' | '1.3' | 'plain')[];
  /** Trials of each racy case, instead of the tier's. */
  readonly trials?: number;
  /** Repeats the order and the content of a run. Default: the environment variable `LASTWORD_SEED`, or a new one. */
  readonly seed?: string;
  /** The run's folder, which must not exist or be empty. Default: a new one below `lastword-runs`. */
  readonly out?: string;
  /** Adapters side by side. Default: one a core, at least four. */
  readonly workers?: number;
  /**
   * Packets among the evidence: `auto` (default) as a tool captures them where it may, `real` so or no run, `synthesised` made
   * of the bytes that the endpoint sent and received.
   */
  readonly capture?: CaptureWish;
  /** Where the servers run: what `containerEndpoint()` of `lastword/containers` gives. Default: in this process. */
  readonly endpoint?: StartEndpoint;
}

/** Starts an endpoint for one run, which closes it. */
export type StartEndpoint = () => Promise<Endpoint>;

/** The options of a call, checked. */
export interface CheckedOptions {
  readonly selected: Selected;
  readonly tier: Tier;
  readonly trials: number | undefined;
  readonly seed: string;
  readonly out: string | undefined;
  readonly workers: number | undefined;
  readonly capture: CaptureWish | undefined;
  readonly endpoint: StartEndpoint | undefined;
}

const tiers: readonly Tier[] = ['quick', 'standard', 'deep'];

const known: ReadonlySet<string> = new Set([
  'profile',
  'cases',
  'tier',
  'tls',
  'trials',
  'seed',
  'out',
  'workers',
  'capture',
  'endpoint',
] satisfies (keyof ConformanceOptions)[]);

/**
 * Checks the options and chooses the cases.
 * @param call what was called, for messages
 * @param more names of options that the call takes besides
 * @throws {KitError} `OPTION`, and those of the choice: `PROFILE`, `CASE`, `TLS`
 */
export function checkOptions(call: string, options: ConformanceOptions, more: readonly string[] = []): CheckedOptions {
  const wrong = (name: string, expected: string, came: unknown): KitError =>
    new KitError('OPTION', `\`${name}\` of ${call}: expected ${expected}, got ${showWord(came)}`);
  if (typeof options !== 'object' || options === null) throw wrong('options', 'an object', options);
  for (const name of Object.keys(options)) {
    if (known.has(name) || more.includes(name)) continue;
    throw new KitError('OPTION', `${call} has no option \`${name}\`; it has ${[...known, ...more].join(', ')}`);
  }
  const { profile, cases, tls, tier = 'quick', trials, seed, out, workers, capture, endpoint } = options;
  const isList = (value: unknown): boolean => Array.isArray(value) && value.every((each) => typeof each === 'string');
  const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 1;
  if (profile !== undefined && typeof profile !== 'string') throw wrong('profile', 'the name of one', profile);
  if (cases !== undefined && !isList(cases)) throw wrong('cases', "a list such as ['freeze/*']", cases);
  if (tls !== undefined && !isList(tls)) throw wrong('tls', "a list such as ['1.2', '1.3']", tls);
  if (!tiers.includes(tier)) throw wrong('tier', tiers.join(', '), tier);
  if (trials !== undefined && !isCount(trials)) throw wrong('trials', 'a whole number from 1', trials);
  if (workers !== undefined && !isCount(workers)) throw wrong('workers', 'a whole number from 1', workers);
  if (capture !== undefined && !captureWishes.includes(capture))
    throw wrong('capture', captureWishes.join(', '), capture);
  if (seed !== undefined && !isSeed(seed)) throw wrong('seed', 'up to 64 letters, digits, dots, dashes', seed);
  if (out !== undefined && (typeof out !== 'string' || out === '')) throw wrong('out', 'the path of a folder', out);
  if (endpoint !== undefined && typeof endpoint !== 'function')
    throw wrong('endpoint', 'what containerEndpoint() of lastword/containers gives', endpoint);
  const selected = selectBy(call, { profile, case: cases, tier, trials, tls });
  return { selected, tier, trials, seed: seed ?? defaultSeed(), out, workers, capture, endpoint };
}

function isSeed(seed: unknown): boolean {
  return typeof seed === 'string' && /^[\w.-]{1,64}$/.test(seed);
}

/** @throws {KitError} `OPTION` the environment's is none */
function defaultSeed(): string {
  const given = process.env['LASTWORD_SEED'];
  if (given === undefined || given === '') return randomBytes(6).toString('hex');
  if (isSeed(given)) return given;
  throw new KitError(
    'OPTION',
    `LASTWORD_SEED: expected up to 64 letters, digits, dots, dashes, got ${showWord(given)}`,
  );
}

/** The choice speaks of options of the command line; here they have other names. */
function selectBy(call: string, words: Parameters<typeof select>[0]): Selected {
  try {
    return select(words);
  } catch (error) {
    if (!(error instanceof KitError)) throw error;
    const message = error.message
      .replaceAll(/`--(profile|tls) ([^`]*)`/g, "`$1: '$2'`")
      .replaceAll(/`--case ([^`]*)`/g, "`cases: ['$1']`")
      .replaceAll(/`--([a-z]+)`/g, '`$1`');
    throw new KitError(error.code, `${call}: ${message}`);
  }
}
