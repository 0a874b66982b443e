/** What the run's thread and the endpoint's thread say to each other. */
import type { Transport } from '../core/case';
import type { Collected, EndpointSignal, FreezeAnswer, TrialOrder } from '../core/endpoint';
import type { Certificates } from './certificates';

export interface EndpointThreadData {
  readonly certificates: Certificates;
}

export type ToEndpoint =
  | { readonly op: 'prepare'; readonly id: number; readonly order: TrialOrder }
  | { readonly op: 'answer'; readonly answer: FreezeAnswer }
  | { readonly op: 'collect'; readonly id: number; readonly trial: string }
  | { readonly op: 'close' };

export type FromEndpoint =
  | {
      readonly op: 'ready';
      readonly ports: Readonly<Record<Transport, number>>;
      readonly witness: 'tcp-info' | 'proc-net-tcp' | 'none';
      readonly exactSegments: boolean;
    }
  | { readonly op: 'signal'; readonly signal: EndpointSignal }
  | { readonly op: 'done'; readonly id: number; readonly collected?: Collected }
  | { readonly op: 'closed' };
