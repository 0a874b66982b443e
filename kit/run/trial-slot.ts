/** A trial before it begins, and one that never did. */
import type { Case, CasePart, Transport } from '../core/case';
import { isFrozen } from '../core/expand';
import type { Connection, Trial } from '../core/trial';
import { nowNs } from '../io/clock';
import type { AdapterHost } from './adapter-host';

export interface TrialSlot {
  readonly target: string;
  readonly trial: string;
  readonly nonce: string;
  readonly kase: Case;
  readonly part: CasePart;
  readonly transport: Transport;
  readonly role: 'case' | 'gate';
  readonly block: number;
}

/** A trial that is over for its lane; `observation` comes once the kit has listened on. */
export interface RunningTrial {
  readonly observation: Promise<Trial>;
  /** The raw bytes of its connections, once it is observed; the endpoint remembers the last trials only. */
  captures(): Promise<readonly Connection['capture'][]>;
}

/** What of a trial stands before it begins. */
export function headOf(slot: TrialSlot) {
  return {
    kind: 'trial' as const,
    target: slot.target,
    trial: slot.trial,
    case: slot.kase.id,
    part: slot.part.name ?? '',
    transport: slot.transport,
    role: slot.role,
    frozen: isFrozen(slot.kase, slot.part),
    nonce: slot.nonce,
    block: slot.block,
  };
}

/** A trial that cannot be had here, or of which nothing was seen. */
export function notRun(host: AdapterHost, slot: TrialSlot, why: Pick<Trial, 'unavailable' | 'failure'>): RunningTrial {
  const atNs = nowNs();
  const trial: Trial = {
    ...headOf(slot),
    startedAtNs: atNs,
    endedAtNs: atNs,
    connections: [],
    ...why,
    strays: [],
    log: [],
    adapter: {
      process: host.number,
      pid: host.session.pid ?? null,
      mode: host.session.mode,
      used: host.used,
      pong: null,
      gaveUp: false,
    },
    host: { stallMs: 0, clockStepMs: 0, starved: null, stoppedByOther: false, oomKill: false },
  };
  return { observation: Promise.resolve(trial), captures: () => Promise.resolve([]) };
}
