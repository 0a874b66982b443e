/** What the run's thread and the endpoint's thread say to each other. */
import type { Transport } from '../core/case';
import type { Collected, EndpointSignal, FreezeAnswer, TrialOrder } from '../core/endpoint';
import type { Connection } from '../core/trial';
import type { Certificates } from './certificates';

export interface EndpointThreadData {
  readonly certificates: Certificates;
  /** One number, counted up each time a thaw is asked for or a script is over; wakes who waits for it. */
  readonly thaws: SharedArrayBuffer;
}

export type ToEndpoint =
  | { readonly op: 'prepare'; readonly order: TrialOrder }
  | { readonly op: 'answer'; readonly answer: FreezeAnswer }
  | { readonly op: 'collect' | 'capture'; readonly id: number; readonly trial: string }
  | { readonly op: 'close' };

export type FromEndpoint =
  | {
      readonly op: 'ready';
      readonly ports: Readonly<Record<Transport, number>>;
      readonly witness: 'tcp-info' | 'proc-net-tcp' | 'none';
      readonly exactSegments: boolean;
    }
  | { readonly op: 'signal'; readonly signal: EndpointSignal }
  | { readonly op: 'collected'; readonly id: number; readonly collected: Collected }
  | { readonly op: 'captured'; readonly id: number; readonly captures: readonly Connection['capture'][] }
  | { readonly op: 'closed' };
