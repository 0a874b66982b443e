/** What a run and the thread that captures its packets say to each other. */
import type { CaptureSite } from '../core/endpoint';
import type { ConnectionPackets } from '../core/packets';
import type { Connection } from '../core/trial';

export interface CaptureThreadData {
  readonly site: CaptureSite;
}

export type ToCapture =
  | { readonly op: 'cut'; readonly id: number; readonly connection: Connection; readonly beganNs: number }
  | { readonly op: 'close' };

export type FromCapture =
  /** A process of the tool has begun, or ended. */
  | { readonly op: 'process'; readonly pid: number; readonly isRunning: boolean }
  | { readonly op: 'open'; readonly by: string }
  | { readonly op: 'refused'; readonly reasons: readonly string[] }
  /** The packets, or why there are none. */
  | { readonly op: 'cut'; readonly id: number; readonly found: ConnectionPackets | string }
  | { readonly op: 'closed'; readonly dropped: number | undefined };
