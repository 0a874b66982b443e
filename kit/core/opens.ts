/** Whether a script lets a connection open, and what a client finds that comes again. */
import type { Script, Step } from './script';

/** Whether the first bytes of a script are a sound 101: nothing else opens a connection (RFC 6455 §4.1). */
export function opens(script: Script): boolean {
  const [first] = script
    .flatMap((step) => (step.op === 'send' ? step.records : []))
    .flatMap((record) => (record.kind === 'data' ? record.parts : []));
  return first?.kind === 'response' && first.defect === undefined;
}

const accept: Step = {
  op: 'send',
  records: [{ kind: 'data', parts: [{ kind: 'response' }], ends: [] }],
  layout: 'stream',
  fin: false,
  stimulus: false,
};

/**
 * What is played to a later visitor of a trial: it is let in and told nothing, since what it does is a fact and no second
 * trial. Where nobody is let in it is refused as the first was, as by a server that has not changed its mind: so an `open`
 * is false whichever connection it was reported of, and one that tries again soon comes to its end.
 */
export function scriptOfLater(script: Script): Script {
  if (opens(script)) return [accept, { op: 'wait', ms: 2 ** 31 - 1 }];
  return script.filter((step) => step.op === 'send');
}
