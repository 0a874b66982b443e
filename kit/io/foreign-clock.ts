/**
 * An endpoint under another kernel has another monotonic clock. How far it is off is measured, and what it says is told in
 * ours; under the same kernel, a container included, there is one clock and nothing is changed.
 */
import { nowNs } from './clock';
import type { EndpointPort } from './endpoint-client';

/** The other clock against ours. */
export interface ClockOffset {
  /** To be added to the other's times; 0 where it is the same clock. */
  readonly ns: number;
  /** How far that may be wrong, ns. */
  readonly uncertaintyNs: number;
}

const questions = 9;
/** What the answer's own way may look like, where the clock is the same, ns. */
const toleranceNs = 200_000;

/** Asks some times, and believes the quickest answer. */
export async function measureClock(port: EndpointPort): Promise<ClockOffset> {
  let best: ClockOffset | undefined;
  let hear: (atNs: number) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    port.listen((message) => {
      if (message.op === 'clock') hear(message.atNs);
    }, reject);
  });
  // Behind the last question nobody asks any more.
  failed.catch(() => undefined);
  for (let question = 0; question < questions; question++) {
    const sentNs = nowNs();
    const answer = new Promise<number>((resolve) => {
      hear = resolve;
      port.say({ op: 'clock' });
    });
    const theirs = await Promise.race([answer, failed]);
    const uncertaintyNs = (nowNs() - sentNs) / 2;
    if (best === undefined || uncertaintyNs < best.uncertaintyNs) {
      best = { ns: Math.round(sentNs + uncertaintyNs - theirs), uncertaintyNs };
    }
  }
  if (best === undefined) throw new TypeError('no question was asked');
  const isSame = Math.abs(best.ns) <= best.uncertaintyNs + toleranceNs;
  return isSame ? { ns: 0, uncertaintyNs: 0 } : best;
}

/** A port of which the times are in our clock. */
export function inOurClock(port: EndpointPort, offset: ClockOffset): EndpointPort {
  if (offset.ns === 0) return port;
  return {
    ...port,
    listen: (onMessage, onFailure) => port.listen((message) => onMessage(shifted(message, offset.ns)), onFailure),
  };
}

/**
 * A message with `ns` added to all the endpoint's own times, which are called `atNs`. The proofs of a freeze are the run's,
 * with times of other names.
 */
export function shifted<Value>(value: Value, ns: number): Value {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const copy: unknown = Array.isArray(value)
    ? value.map((each: unknown) => shifted(each, ns))
    : Object.fromEntries(
        Object.entries(value).map(([key, each]: [string, unknown]) => [
          key,
          key === 'atNs' && typeof each === 'number' ? each + ns : shifted(each, ns),
        ]),
      );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same shape, copied
  return copy as Value;
}
