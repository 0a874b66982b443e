import { showText } from '../kit/core/timeline-text';
import type { JudgedCases } from './judged-cases';
import { misuse } from './misuse';
import type { Subject } from './subject';

export interface ProfileCheck {
  /** What keeps the run from being one of the profile; undefined where nothing does. */
  readonly lacks?: string;
}

/**
 * Whether a run was one of a profile. Which cases a profile has is the catalogue's to know, and not a report's: it comes
 * from the list, or from the run. Of a bare report the profile's name is compared, and that it is no shard.
 *
 * @throws {KitError} `MATCHER`: not of a run, or neither a name nor a list
 */
export function checkProfile(profile: unknown, subject: Subject, judged: JudgedCases): ProfileCheck {
  if (profile === undefined) return {};
  const { whole } = judged;
  if (whole === undefined) throw misuse('toConform', '`profile` is asked of a whole run or report.');
  if (isList(profile)) return lacking(profile, judged);
  if (typeof profile !== 'string') {
    throw misuse('toConform', '`profile` is the name of a profile, or the list of its cases (`profiles.core.cases`).');
  }
  const known = subject.is === 'observed-run' ? subject.value.profiles?.[profile] : undefined;
  if (known !== undefined) return lacking(known, judged);
  const { suite, run } = whole;
  if (suite.profile !== profile) {
    return { lacks: `the run was one of profile ${showText(suite.profile, 40)}, and not of ${showText(profile, 40)}` };
  }
  return run.shard === null ? {} : { lacks: `the run was shard ${showText(run.shard, 20)}: merge the shards first` };
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
}

/** Every target has to have been asked every case. */
function lacking(ids: readonly string[], { cases }: JudgedCases): ProfileCheck {
  const missing = ids.filter((id) => !cases.some(({ report }) => report.id === id));
  const [first] = missing;
  if (first === undefined) return {};
  const more = missing.length === 1 ? '' : ` and ${missing.length - 1} more`;
  return {
    lacks: `the run lacks ${missing.length} of the profile’s ${ids.length} cases: ${showText(first, 60)}${more}`,
  };
}
