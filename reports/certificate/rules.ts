/**
 * Whether a run may be certified for a profile. Every reason against it is given, each with what to do about it. Rules:
 *
 *  the run       whole (not partial, not a share), against the endpoint (no `--server`), by the kit that judges it
 *  the target    admitted, and its bytes are known by a digest
 *  the profile   all of its cases are built, unless an unfinished profile is asked for; `browser` wants what it binds
 *  each case     there on TLS 1.2 and 1.3 as far as the case has them, with the trials that the tier plans, enough of
 *                them valid (of one that deviates, as many as may end it early), and not most inconclusive; neither
 *                `violates`, `kit-fail`, `suspect` nor `inconclusive`, whatever a baseline excuses; where it does not apply,
 *                that is the client's doing and not the machine's
 *  all together  something was judged
 *
 * `deviates` and `observed` by themselves never stand in the way: no MUST is broken.
 */
import { decides } from '../../kit/core/conclusion';
import type { CaseReport, Report, TargetReport } from '../../kit/core/report';
import { shareNeeded, type Verdict } from '../../kit/core/outcome';
import { keyOfCase } from '../verdicts';

/** A verdict that the profile asks for. */
export interface ExpectedVerdict {
  /** `freeze/answer-fin@tls13`. */
  readonly key: string;
  /** Trials that the tier plans. */
  readonly planned: number;
}

export interface CertificationInput {
  /** Judged anew from the raw trials. */
  readonly report: Report;
  readonly target: TargetReport;
  /** The version of the kit that must have run it. */
  readonly kit: string;
  readonly profile: string;
  /** In the order of the catalogue, on TLS 1.2 and 1.3. */
  readonly expected: readonly ExpectedVerdict[];
  /** Cases of the profile that the kit does not have yet. */
  readonly unbuilt: readonly string[];
  /** They may be missing. */
  readonly allowsUnbuilt: boolean;
  /** What the adapter says that the client's API exposes. */
  readonly observes: readonly string[];
  /** Verdicts of the target that could not be had on this machine, and why. */
  readonly unavailable: ReadonlyMap<string, string>;
}

/** Why a run is not certified: one sentence, and what to do. */
export interface Refusal {
  readonly why: string;
  readonly remedy: string;
}

/** All reasons against it; none: it may be certified. */
export function refusalsOf(input: CertificationInput): readonly Refusal[] {
  const found = [...aboutRun(input), ...aboutTarget(input), ...aboutProfile(input)];
  return input.target.admitted ? [...found, ...aboutCases(input)] : found;
}

function* aboutRun({ report, kit }: CertificationInput): Generator<Refusal> {
  const { run, suite, environment } = report;
  if (suite.version !== kit) {
    yield {
      why: `kit ${suite.version} made the run, and this is kit ${kit}`,
      remedy: 'certify it with the kit that made it',
    };
  }
  if (run.partial || run.endedAt === null) {
    yield {
      why: 'the run is partial: it ended before all was asked',
      remedy: 'go on with it by `lastword run … --out DIR --resume`, or run again',
    };
  }
  if (run.shard !== null) {
    yield {
      why: `the run is share ${run.shard} of a run`,
      remedy: 'join all shares by `lastword merge`, and certify that',
    };
  }
  if (environment.server !== undefined) {
    yield {
      why: `the run is against the server ${environment.server.name}, and says nothing of a profile`,
      remedy: 'run without `--server`',
    };
  }
}

function* aboutTarget({ target }: CertificationInput): Generator<Refusal> {
  if (!target.admitted) {
    yield {
      why: `the adapter was not admitted: ${target.refusal ?? 'no reason is given'}`,
      remedy: '`lastword check-adapter` shows what is wrong with it',
    };
  }
  if (target.digest?.method === undefined) {
    yield {
      why: 'nothing says which bytes were tested: the run has no digest of the client',
      remedy: 'run it as a package, a program or an image, with this kit; a function in a test process has no digest',
    };
  }
}

function* aboutProfile({ profile, unbuilt, allowsUnbuilt, target, observes }: CertificationInput): Generator<Refusal> {
  if (unbuilt.length > 0 && !allowsUnbuilt) {
    yield {
      why: `this kit does not have ${unbuilt.length} cases of profile ${profile}: ${unbuilt.join(', ')}`,
      remedy: 'ask for it by `--unfinished-profile`, and the certificate names them; or use a kit that has them',
    };
  }
  if (profile !== 'browser') return;
  // cases.md §6: code and wasClean must be observable there, and what binds WHATWG clients is binding.
  const blind = ['code', 'wasClean'].filter((what) => !observes.includes(what));
  if (target.model !== 'whatwg' || blind.length > 0) {
    const what =
      target.model === 'whatwg' ? `its API does not expose ${blind.join(' and ')}` : 'its model is not whatwg';
    yield { why: `profile browser is of WHATWG clients, and ${what}`, remedy: 'certify it for core' };
  }
}

const blocking: ReadonlySet<Verdict> = new Set<Verdict>(['violates', 'kit-fail', 'suspect', 'inconclusive']);

function* aboutCases(input: CertificationInput): Generator<Refusal> {
  const { report, target, expected, profile } = input;
  const found = new Map(target.cases.map((each) => [keyOfCase(each), each]));
  const missing = expected.filter(({ key }) => !found.has(key));
  if (missing.length > 0) {
    yield {
      why: `${missing.length} of ${expected.length} verdicts of profile ${profile} are missing: ${missing.map(({ key }) => key).join(', ')}`,
      remedy: `run all of it: \`--profile ${profile}\` without \`--case\`, on TLS 1.2 and 1.3`,
    };
  }
  const ids = new Set(expected.map(({ key }) => key.split('@')[0]));
  const planned = new Map(expected.map(({ key, planned: trials }) => [key, trials]));
  for (const each of target.cases) {
    // Plain `ws:` is a diagnosis, unless it was asked for.
    const isAsked = ids.has(each.id) && decides(report, each);
    if (isAsked || planned.has(keyOfCase(each))) yield* aboutCase(input, each, planned.get(keyOfCase(each)) ?? 0);
  }
  const isJudged = expected.some(({ key }) => (found.get(key)?.verdict ?? 'not-applicable') !== 'not-applicable');
  if (!isJudged) {
    yield {
      why: 'nothing was judged: no case of the profile applies to this client',
      remedy: 'certify it for another',
    };
  }
}

function* aboutCase(input: CertificationInput, each: CaseReport, planned: number): Generator<Refusal> {
  const key = keyOfCase(each);
  const { verdict, also, exception, phrase } = each;
  const held = [verdict, ...also].filter((one) => blocking.has(one));
  if (held.length > 0) {
    const excused =
      exception === undefined ? '' : ` (a baseline excuses it: ${exception.reason}; a certificate does not)`;
    yield { why: `${key} ${held.join(', ')}${excused}: ${phrase}`, remedy: remedyOf(held, each) };
  }
  yield* aboutTrials(input, each, planned);
  const unavailable = input.unavailable.get(key);
  if (unavailable !== undefined) {
    yield {
      why: `${key} could not be asked on this machine: ${unavailable}`,
      remedy: 'run where it can be had, such as with `--endpoint container` or as root',
    };
  }
}

/** A MUST that was never seen broken rests on the valid trials, whatever was found of a SHOULD beside it. */
function* aboutTrials(input: CertificationInput, each: CaseReport, planned: number): Generator<Refusal> {
  const { tier } = input.report.suite;
  const { verdict, trials } = each;
  const remedy = 'run again on a quieter machine';
  if (trials.planned < planned) {
    yield {
      why: `${keyOfCase(each)} was given ${trials.planned} trials, and tier ${tier} is ${planned}`,
      remedy: 'run without `--trials`, or with more',
    };
  } else if (verdict === 'conforms' || verdict === 'deviates') {
    const needed = Math.ceil(shareNeeded * (verdict === 'deviates' ? Math.min(planned, leastBefore(each)) : planned));
    if (trials.valid < needed) {
      yield { why: `${keyOfCase(each)} has ${trials.valid} valid trials, and tier ${tier} needs ${needed}`, remedy };
    } else if (trials.inconclusive > trials.valid) {
      yield {
        why: `${keyOfCase(each)} has ${trials.inconclusive} inconclusive trials, more than its ${trials.valid} valid ones`,
        remedy,
      };
    }
  }
}

/** Valid trials before which no case ends early for what it has found, if it ends as it should: see plan-trials.ts. */
function leastBefore({ class: kind }: CaseReport): number {
  return kind === 'D' || kind === 'L' ? 5 : 20;
}

function remedyOf(held: readonly Verdict[], { replay }: CaseReport): string {
  if (held.includes('violates') || held.includes('kit-fail')) {
    return replay === '' ? 'mend the client, and run again' : `mend the client; this shows it again: ${replay}`;
  }
  return held.includes('suspect')
    ? 'run it again at a higher tier: one violation was seen and did not come again'
    : 'run again; the sentence says what was in the way';
}
