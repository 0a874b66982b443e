/** A model client by name: what it does otherwise, and what it says of itself. */
import type { Hello } from '../core/adapter-event';
import type { LossLayer, OutcomeKind } from '../core/outcome';
import type { Switches } from './switches';

export interface Subject {
  /** The number it has in cases.md, where it has one, and what it does: `m01-fin-unhooks-tls`. */
  readonly id: string;
  readonly title: string;
  readonly switches: Switches;
  /** What its hello says otherwise than that of the conforming client. */
  readonly hello?: Partial<Omit<Hello, 'protocol' | 'client'>>;
}

/** What a trial of a case must be judged as. */
export interface Conviction {
  readonly case: string;
  readonly outcome: OutcomeKind;
  /** Row of the decision table. */
  readonly row: string;
  /** Of `lost`. */
  readonly layer?: LossLayer;
}

/** Why some cases convict a fault that they were not made for. */
export interface Explanation {
  readonly because: string;
  readonly cases: readonly string[];
}

/** A faulty client, and what shows its fault. */
export interface Fault extends Subject {
  /** The first is the case that was made for this fault. */
  readonly convictedBy: readonly Conviction[];
  /** Cases that convict it as well, each with the reason why: no conviction without an explanation. */
  readonly elsewhere: readonly Explanation[];
  /** Cases that convict it only as a machine's load has it: never in the simulation, and now and then in a live run. */
  readonly races?: readonly Explanation[];
  /** The fault lies in the TLS layer: on plain `ws` there is none. */
  readonly isOfTls?: boolean;
  /** The fault lies below what a program of ours can be given, such as the kernel's TCP. */
  readonly isOfModel?: boolean;
  /** The fault shows in so large a share of the trials; absent: in all. */
  readonly probability?: number;
}

/** The name of every model client in its hello; its version is its id. */
export const subjectName = 'lastword-faulty';

/** The hello of a model client. */
export function helloOf(subject: Pick<Subject, 'id' | 'hello'>): Hello {
  return {
    protocol: 1,
    client: { name: subjectName, version: subject.id, runtime: 'model', platform: 'model' },
    api: 'callback',
    model: 'whatwg',
    habits: [],
    observes: ['code', 'reason', 'wasClean', 'error'],
    features: ['wss', 'ws', 'tls1.2', 'tls1.3', 'send-binary', 'react-send', 'react-close', 'react-sleep'],
    limits: {},
    ...subject.hello,
  };
}

/** The client that has no fault. */
export const conforming: Subject = { id: 'conforming', title: 'no fault at all', switches: {} };
