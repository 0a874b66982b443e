/** All matchers. A new one is its file, its test and a line here: the types of every runner follow from this list. */
import { toBeWitnessed } from './to-be-witnessed';
import { toCloseWith } from './to-close-with';
import { toCloseWithin } from './to-close-within';
import { toConform } from './to-conform';
import { toLoseAtMost } from './to-lose-at-most';
import { toOpenBeforeMessages } from './to-open-before-messages';
import { toReceiveBeforeClose } from './to-receive-before-close';
import { toReceiveExactlyOnce } from './to-receive-exactly-once';
import { toReceiveInOrder } from './to-receive-in-order';
import { toReceiveNothing } from './to-receive-nothing';
import { toReceiveNothingAfterClose } from './to-receive-nothing-after-close';
import { toSettle } from './to-settle';

/** For `expect.extend`. */
export const matchers = {
  toReceiveBeforeClose,
  toReceiveInOrder,
  toReceiveExactlyOnce,
  toReceiveNothingAfterClose,
  toReceiveNothing,
  toOpenBeforeMessages,
  toCloseWith,
  toCloseWithin,
  toSettle,
  toConform,
  toLoseAtMost,
  toBeWitnessed,
} as const;
