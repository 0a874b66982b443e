/** A timer as fine as a script asks for: Node's own count whole milliseconds, and round up. */
import { nowNs } from './clock';

/** Below this length, in ms, a rounding would be a large part of it. */
const coarseMs = 20;
/** A timer of Node's may be so late, ms. */
const slackMs = 2;

export interface Timer {
  cancel(): void;
}

/** Runs something once after a time, in ms, as late as Node's timers are. */
export function startCoarseTimer(ms: number, run: () => void): Timer {
  const timeout = setTimeout(run, ms);
  return { cancel: () => clearTimeout(timeout) };
}

/** Runs something once after a time, in ms, of which a fraction counts. A short one keeps a processor busy for up to 2 ms. */
export function startTimer(ms: number, run: () => void): Timer {
  const dueNs = nowNs() + ms * 1e6;
  let timeout: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  const look = (): void => {
    // The sockets are served in between; at the most for what Node's own timer could be late.
    if (nowNs() >= dueNs) run();
    else turn = setImmediate(look);
  };
  // Where the loop stood still, what came meanwhile is heard first: the sockets' turn lies in front of an immediate.
  const waitMs = ms >= coarseMs ? ms : ms - slackMs;
  if (waitMs > 0) timeout = setTimeout(() => (turn = setImmediate(look)), waitMs);
  else turn = setImmediate(look);
  return {
    cancel: () => {
      clearTimeout(timeout);
      clearImmediate(turn);
    },
  };
}
