/** How a run drives a client, whatever it is: the types that `targets` implements and `run` uses. */
import type { AdapterExit, Breach, Hello, LogEntry, RunCommand } from './adapter-event';
import type { Connection, FreezeProof, Snapshot } from './trial';

/** Hears what an adapter says, line by line, in the order of the lines. */
export interface AdapterListener {
  /** A validated event that names a trial which this adapter was given, now or earlier. */
  onEvent(trial: string, entry: LogEntry): void;
  /** The adapter broke the protocol; the process is ended by the session itself after a flood. */
  onBreach(breach: Breach): void;
  /** The process ended; called once, after its last line. */
  onExit(exit: AdapterExit): void;
}

/**
 * Where a client stands, which decides how it dials and who can see its sockets: on the kit's machine, or in a container on
 * the network of the run.
 */
export type Place = 'host' | 'network';

/** One end of a TCP connection, as the endpoint's kernel has it. */
export interface TcpEnd {
  readonly address: string;
  readonly port: number;
}

/** The client's own socket of a connection, and whether the client itself holds it. */
export interface ClientSocket {
  readonly path: Connection['path'];
  readonly row?: NonNullable<Snapshot['peer']>;
}

/** What holds a client that is no process tree of this machine, so that it can be stopped as a whole. */
export interface Cage {
  /**
   * Stops the client and proves it.
   * @throws {ClientEnded} @throws {Error} it does not stand still, or nobody can tell
   */
  freeze(): Promise<FrozenCage>;
  /** Looks for the client's socket from the client's side; undefined where nobody can look there. */
  findSocket(own: TcpEnd, peer: TcpEnd): ClientSocket | undefined;
  /**
   * Leaves the client a share of one processor.
   * @param percent of one processor, 1 at least
   * @throws {Error} it cannot be limited
   */
  starve(percent: number): Promise<StarvedCage>;
  /**
   * What was done to it that no client can help: somebody else has stopped it, or a process in it was killed for want of
   * memory. Undefined where nothing was, or nobody can tell. Never rejects.
   */
  disturbance(): Promise<'held' | 'out-of-memory' | undefined>;
}

/** A cage that has next to no processor time. */
export interface StarvedCage {
  /** Gives it back what it had, and says whether the limit held until now. Never rejects. */
  lift(): Promise<{ readonly confirmed: boolean; readonly detail: string }>;
}

/** There is nothing left to stop: the client has ended. */
export class ClientEnded extends Error {
  override readonly name = 'ClientEnded';
}

/** A cage that stands still. */
export interface FrozenCage {
  /** Looks whether it still stands still, lets it go, and says what was seen. Never rejects. */
  thaw(): Promise<FreezeProof>;
}

/** One running adapter process (or, for a one-shot target, the place where one is started for each trial). */
export interface AdapterSession {
  readonly hello: Hello;
  readonly mode: 'resident' | 'one-shot';
  /**
   * How the client is frozen: its processes are stopped, or, where it lives in this very process, the event loop is held.
   * The second stops JavaScript alone; a client with threads of its own reads on, which its socket shows. A client in a
   * container is paused with it. Of `main-thread`, the adapter holds the thread that the application's code runs in, and
   * the client's other threads and processes read on.
   */
  readonly freezing: 'processes' | 'event-loop' | 'cage' | 'main-thread';
  /**
   * Where `freezing` is `main-thread`: holds that thread; absent where the adapter cannot.
   * @throws {Error} it does not stand still
   */
  readonly hold?: (() => Promise<FrozenCage>) | undefined;
  /** Absent: `host`. */
  readonly place?: Place | undefined;
  /** Where `freezing` is `cage`, and, for a one-shot target, while a trial's container runs. */
  readonly cage?: Cage | undefined;
  /** What the client calls the file of the CA, where that is not what the kit calls it. */
  readonly caFile?: string | undefined;
  /** Process id of the root of the tree to freeze; undefined between two trials of a one-shot adapter. */
  readonly pid: number | undefined;
  /** Why there is no `pid` to freeze, where that can be told. */
  readonly whyUnfrozen?: string;
  /** What every process of the tree has in its environment, as `NAME=value`: finds those that left the tree. */
  readonly marker: string;
  /** Tells the adapter to make a connection. Events go to the listener; resolves once the order is written. */
  run(command: RunCommand): Promise<void>;
  /** Whether the adapter answers `ping` within `timeoutMs`; `undefined` for a one-shot adapter, which cannot. */
  ping(timeoutMs: number): Promise<boolean | undefined>;
  /** Tells the adapter to drop a connection (a one-shot adapter is sent SIGTERM, then SIGKILL). */
  abort(trial: string): void;
  /** One-shot: resolves when the process of the trial has ended, at once otherwise. */
  settled(trial: string): Promise<void>;
  /** Ends the adapter: end of input, SIGTERM, SIGKILL. Resolves when the whole tree is gone. */
  close(): Promise<void>;
  /** The last lines of the adapter's standard error, bounded. */
  stderrTail(): string;
}

/** Which bytes were under test. */
export interface TargetDigest {
  /** Lower-case hex. */
  readonly sha256: string;
  /** What it was taken over, in words. */
  readonly of: string;
  /**
   * `file`: of that file; `image`: the digest of an image's configuration; `files`, `folder`: over the lines
   * `<sha256 of the file>  <path>` of those files, sorted by path, of a folder without what begins with a dot.
   */
  readonly method?: 'file' | 'image' | 'files' | 'folder';
  /** Where it was taken over a few files: each by itself. */
  readonly files?: readonly { readonly name: string; readonly sha256: string }[];
}

/** A client under test: how to start its adapter, and what it is. */
export interface Target {
  /** The name in reports: `ws`, `ws@8.18.0`, or the `--label`. */
  readonly name: string;
  /**
   * The client lives in the kit's own process, or in one that all its sessions share (a browser that the kit did not
   * start): one trial at a time, since a frozen one stands still with the rest.
   */
  readonly inProcess: boolean;
  /** Absent: `host`. */
  readonly place?: Place;
  /** Trials after which a resident adapter is replaced. */
  readonly recycleAfterTrials: number;
  /** SHA-256 over the program or package under test, lower-case hex, and what it was taken over. */
  readonly digest: TargetDigest | undefined;
  /** What to type behind `lastword run` to mean it again; absent where no words can. */
  readonly spec?: string | undefined;
  /**
   * Starts an adapter and waits for its `hello`.
   * @throws {AdapterRefusal} the program does not start, says no valid `hello`, or ends at once
   */
  launch(listener: AdapterListener): Promise<AdapterSession>;
}

/** The adapter cannot be used: reported as `inconclusive(adapter)`, never as a fault of the client. */
export class AdapterRefusal extends Error {
  override readonly name = 'AdapterRefusal';
  constructor(
    message: string,
    /** The last lines of its standard error, bounded. */
    readonly stderr: string = '',
  ) {
    super(message);
  }
}
