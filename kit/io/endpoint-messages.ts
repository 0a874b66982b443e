/** What a run and an endpoint say to each other, whether through a thread's port or a control channel. */
import type { Transport } from '../core/case';
import type { ClientAnswer, Collected, EndpointSignal, TrialOrder } from '../core/endpoint';
import type { Connection } from '../core/trial';
import type { Certificates } from './certificates';

/** What an endpoint needs in order to listen. */
export interface ListenPlan {
  readonly certificates: Certificates;
  /** `loopback`: both families, at ports of the kernel's choice. Else all interfaces, at these ports. */
  readonly ports: 'loopback' | Readonly<Record<Transport, number>>;
  /** Whether the sockets of clients are looked for on the endpoint's own machine; else the run is asked. */
  readonly seesClients: boolean;
}

export interface EndpointThreadData {
  readonly plan: ListenPlan;
  /** One number, counted up each time a thaw is asked for or a script is over; wakes who waits for it. */
  readonly thaws: SharedArrayBuffer;
}

export type ToEndpoint =
  | { readonly op: 'listen'; readonly plan: ListenPlan }
  | { readonly op: 'prepare'; readonly order: TrialOrder }
  | { readonly op: 'answer'; readonly answer: ClientAnswer }
  | { readonly op: 'collect' | 'peek' | 'capture'; readonly id: number; readonly trial: string }
  /** Asks what its clock shows. */
  | { readonly op: 'clock' }
  | { readonly op: 'close' };

/** The endpoint listens. */
export interface Ready {
  readonly op: 'ready';
  readonly ports: Readonly<Record<Transport, number>>;
  readonly witness: 'tcp-info' | 'proc-net-tcp' | 'none';
  readonly exactSegments: boolean;
}

export type FromEndpoint =
  | Ready
  | { readonly op: 'signal'; readonly signal: EndpointSignal }
  | { readonly op: 'collected'; readonly id: number; readonly collected: Collected }
  | { readonly op: 'captured'; readonly id: number; readonly captures: readonly Connection['capture'][] }
  | { readonly op: 'clock'; readonly atNs: number };
