/** How a run and an adversarial endpoint speak, wherever the endpoint runs: in a thread, a process or a container. */
import type { Transport } from './case';
import type { Condition, ConditionProof, Duty, NetworkShape } from './condition';
import type { Script } from './script';
import type { Place, TcpEnd } from './target';
import type { Connection, FreezeProof, Snapshot, Stray } from './trial';

/** What the endpoint is told before the client is. */
export interface TrialOrder {
  /** Also the path of the URL. */
  readonly trial: string;
  /** Whose client it is: what is known of it holds for its other trials too. */
  readonly target: string;
  readonly transport: Transport;
  readonly script: Script;
  readonly offer: string;
  readonly nonce: string;
  /** Root of the client's process tree, where it is on this machine and known. */
  readonly pid: number | undefined;
  /** `NAME=value` in the environment of every process of the client. */
  readonly marker: string;
}

/** What the endpoint wants of the run, or tells it. */
export type EndpointSignal =
  | { readonly signal: 'freeze'; readonly trial: string; readonly duty?: Duty }
  | { readonly signal: 'thaw' | 'lift'; readonly trial: string }
  | {
      readonly signal: 'impose';
      readonly trial: string;
      readonly condition: Condition;
      readonly client: TcpEnd;
      readonly server: TcpEnd;
    }
  /** The script has come to the end of the endpoint's process. */
  | { readonly signal: 'kill'; readonly trial: string }
  | { readonly signal: 'request'; readonly trial: string; readonly atNs: number }
  | {
      readonly signal: 'script-over';
      readonly trial: string;
      readonly atNs: number;
      readonly status: 'complete' | 'failed' | 'cut-short';
      /** The client has been, or can be, told of the end: by FIN or RST. */
      readonly ended: boolean;
    }
  /** The client's side of the connection is gone. */
  /**
   * `waits`: it has ended its own side alone (RFC 9293 §3.6), and may wait for the endpoint's FIN before it says so; another
   * signal follows where it gives that up.
   */
  | { readonly signal: 'client-gone'; readonly trial: string; readonly atNs: number; readonly waits: boolean }
  /**
   * A connection asks for the trial, and the endpoint cannot see the client's side: who holds `client`? The script begins
   * with the answer.
   */
  | { readonly signal: 'arrival'; readonly trial: string; readonly client: TcpEnd; readonly server: TcpEnd };

export interface FreezeAnswer {
  readonly trial: string;
  readonly answer: 'frozen' | 'thawed' | 'failed' | 'unavailable';
  /** Of `failed`, and of `unavailable`: what cannot be had here at all. */
  readonly reason?: string;
  readonly proof?: FreezeProof;
  /** With `thawed`: the client's socket just before the thaw, where the endpoint cannot see it itself. */
  readonly peer?: NonNullable<Snapshot['peer']>;
}

/** Who holds the other end of the connection that arrived. */
export interface Located {
  readonly trial: string;
  readonly answer: 'located';
  readonly path: Connection['path'];
}

/** After a thaw: the client took the bytes from its socket, which was looked at now. */
export interface Taken {
  readonly trial: string;
  readonly answer: 'taken';
  readonly peer: NonNullable<Snapshot['peer']>;
}

/** A condition holds, or no longer does. */
export type ConditionAnswer =
  | { readonly trial: string; readonly answer: 'imposed' }
  | { readonly trial: string; readonly answer: 'lifted'; readonly proof: ConditionProof };

/** What a run tells the endpoint of a client. */
export type ClientAnswer = FreezeAnswer | ConditionAnswer | Located | Taken;

/**
 * Disturbs single connections in the network namespace that the endpoint has to itself. Absent where it has none: the
 * network of a machine is never touched.
 */
export interface NetworkShaper {
  /**
   * @param way from the endpoint's end to the client's
   * @throws {Unavailable} the kernel or the container lacks what it takes
   */
  apply(shape: NetworkShape, way: { readonly from: TcpEnd; readonly to: TcpEnd }): Promise<ShapedWay>;
}

/** A way that is disturbed. */
export interface ShapedWay {
  /** Undisturbs it, and says what was counted meanwhile: packets that were dropped or passed the disturbance. */
  clear(): Promise<{ readonly packets: number }>;
}

/** The endpoint is gone, or can no longer be heard: nothing more can be said of any client. */
export class EndpointGone extends Error {
  override readonly name = 'EndpointGone';
}

/** What a case asks for and this machine or run cannot give: the case is not applicable, for the reason of the message. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** Where a capturing tool of this machine sees the packets of an endpoint. */
export interface CaptureSite {
  /** The interface that they pass: `lo`. */
  readonly device: string;
  /** A process in whose network namespace that interface is; absent: this one's. */
  readonly inNamespaceOf?: number;
  /** A datagram from this machine to here passes the interface as well. */
  readonly address: string;
  /** Of the endpoint, as the interface sees them. */
  readonly ports: readonly number[];
}

export interface Collected {
  readonly connections: readonly Connection[];
  readonly strays: readonly Stray[];
  /** Longest time that the endpoint itself did not run while the trial was on, in ms. */
  readonly stallMs: number;
}

/** A real server in words. */
export interface ServerWords {
  readonly name: string;
  readonly wire: readonly { readonly transport: Transport; readonly seen: string }[];
}

/** A running endpoint. */
export interface Endpoint {
  /** Whether a client's socket is the endpoint's own machine's to see; else the run is asked, by `arrival`. */
  readonly seesClients: boolean;
  /** Where a client dials; undefined where one in that place cannot reach the endpoint. */
  address(place: Place, transport: Transport): { readonly host: string; readonly port: number } | undefined;
  /** The CA that clients trust. */
  readonly caPem: string;
  /** What says that bytes arrived: `none` means W1 at most. */
  readonly witness: 'tcp-info' | 'proc-net-tcp' | 'client-socket' | 'none';
  readonly where: 'embedded' | 'process' | 'container';
  /** A real server, which performs no script: what it is, and what a recording client saw it put on the wire. */
  readonly server?: ServerWords;
  /** What lies between clients of this machine and the endpoint, as far as it is known before any connects. */
  readonly path: 'direct' | 'proxied' | 'remote';
  /** What this endpoint cannot do or see, in words for a report. */
  readonly limits: readonly string[];
  /** Whether `{…}` is one segment, or only one write. */
  readonly exactSegments: boolean;
  readonly shaper?: NetworkShaper;
  /** Absent where its packets cannot be seen from here. */
  readonly captureSite?: CaptureSite;
  onSignal(listener: (signal: EndpointSignal) => void): void;
  /** Tells, before anything that waits for it rejects, that it is gone; at once where it is already. */
  onGone(listener: (gone: EndpointGone) => void): void;
  /** Announces a trial; a request that overtakes the announcement waits for it. */
  prepare(order: TrialOrder): void;
  answer(answer: ClientAnswer): void;
  /**
   * Holds the calling thread until a thaw is asked for, or a script is over. Absent where the endpoint has no thread of
   * its own in this process.
   * @param announce called before; what it tells the endpoint is what makes it go on
   * @returns false after `timeoutMs`
   */
  readonly holdUntilThaw?: (announce: () => void, timeoutMs: number) => boolean;
  /** Ends what is left of the trial's connections and gives all that was seen. */
  collect(trial: string): Promise<Collected>;
  /** Gives all that was seen so far, and ends nothing. */
  peek(trial: string): Promise<Collected>;
  /**
   * The raw bytes of a trial that is under way or was collected a moment ago, by the index of the connection; the endpoint remembers the
   * last ones only.
   */
  capture(trial: string): Promise<readonly Connection['capture'][]>;
  close(): Promise<void>;
}
