import type { ObservedCase, ObservedTrial } from '../kit/core/observation';
import type { WitnessTier } from '../kit/core/outcome';
import { timelineOfTrial } from '../kit/core/timeline';
import { showText } from '../kit/core/timeline-text';
import { callOf, fieldsOfTrial } from './ask';
import { describeHeard, heardInTrial } from './ask-trial';
import { composeFailure } from './failure-message';
import type { MatcherContext, MatcherResult } from './matcher-context';
import { misuse } from './misuse';
import { settleWith, type Standing } from './settle';
import { showValue } from './show-value';
import { subjectOf } from './subject';

const name = 'toBeWitnessed';
const order: readonly WitnessTier[] = ['w0', 'w1', 'w2', 'w2+', 'w3', 'w4'];

/**
 * What was sent is witnessed to have reached the client, at this tier or a higher one; of a case: in every trial. It asks
 * the kit's evidence and not the client, so that a trial that is inconclusive has an answer, too.
 *
 * @param tier W2 where the client's TCP acknowledged the last byte; without it no loss is ever claimed
 */
export function toBeWitnessed(
  this: MatcherContext,
  received: ObservedTrial | ObservedCase,
  tier: WitnessTier | Uppercase<WitnessTier>,
): MatcherResult {
  const given: unknown = tier;
  const wanted = order.find((each) => typeof given === 'string' && each === given.toLowerCase());
  if (wanted === undefined) {
    throw misuse(name, `knows the tiers w0, w1, w2, w2+, w3 and w4, and not ${showValue(this, given, 30)}.`);
  }
  const subject = subjectOf(this, name, received, ['observed-trial', 'observed-case']);
  if (subject.is === 'observed-trial') {
    const has = isAtLeast(subject.value, wanted);
    const headline = `The trial is witnessed at ${subject.value.judgement.witness.toUpperCase()}`;
    return settleWith(this, {
      stands: has ? 'yes' : 'no',
      message: () => compose(this, { wanted, headline, observed: subject.value, subject: 'trial' }),
    });
  }
  return settleWith(this, standingOfCase(this, subject.value, wanted));
}

function isAtLeast({ judgement }: ObservedTrial, wanted: WitnessTier): boolean {
  return order.indexOf(judgement.witness) >= order.indexOf(wanted);
}

/** As every matcher on a case, it is asked of each trial, and so is its negation. */
function standingOfCase(context: MatcherContext, { trials, report }: ObservedCase, wanted: WitnessTier): Standing {
  const isNot = context.isNot === true;
  const apply = trials.filter((each) => each.judgement.main.outcome !== 'not-applicable');
  const failing = apply.filter((each) => isAtLeast(each, wanted) === isNot);
  const id = showText(`${report.id}@${report.variant}`, 60);
  const [first] = failing;
  if (apply.length === 0) return { stands: 'unknown', message: () => `No statement about ${id}: it has no trial` };
  if (first === undefined) return { stands: isNot ? 'no' : 'yes', message: () => id };
  const headline =
    `${failing.length} of ${apply.length} trials of ${id} are witnessed ` +
    `${isNot ? 'at' : 'below'} ${wanted.toUpperCase()}${isNot ? ' or above' : ''}, ` +
    `for instance at ${first.judgement.witness.toUpperCase()}`;
  return {
    stands: isNot ? 'yes' : 'no',
    message: () => compose(context, { wanted, headline, observed: first, subject: 'kase' }),
  };
}

interface Told {
  readonly wanted: WitnessTier;
  readonly headline: string;
  readonly observed: ObservedTrial;
  readonly subject: string;
}

function compose(context: MatcherContext, { wanted, headline, observed, subject }: Told): string {
  return composeFailure(context, {
    headline,
    call: callOf(context, subject, { name, args: `"${wanted}"` }),
    expected: `witness ${wanted.toUpperCase()} or above`,
    received: `witness ${observed.judgement.witness.toUpperCase()}`,
    fields: [['Log', describeHeard(heardInTrial(observed))], ...fieldsOfTrial(observed)],
    timeline: timelineOfTrial(observed),
  });
}
