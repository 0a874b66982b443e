/** The resident level: one process or container for a block of trials, orders on its standard input. */
import type { AdapterExit, Breach, Hello, RunCommand } from '../kit/core/adapter-event';
import type { AdapterListener, AdapterSession } from '../kit/core/target';
import { settlesWithin, type AdapterCarrier, type Program } from './adapter-carrier';
import type { HoldAnswer } from './adapter-line';
import { MainThread } from './main-thread';
import { describeSeen } from './seen';

/** A session, or what was seen instead of one. */
export interface Opening {
  readonly session?: AdapterSession;
  /** It ran on for as long as anybody waits, and never said hello. */
  readonly wasSilent?: boolean;
  readonly seen: string;
  readonly stderr: string;
}

/** Starts the program and finds out whether it is a resident adapter: it says hello and answers a ping. */
export async function openResident(program: Program, listener: AdapterListener): Promise<Opening> {
  const { signal, patience } = program;
  const greeting = new Greeting(listener);
  const carrier = await program.start({ hasInput: true }, greeting);
  let exit: AdapterExit | undefined;
  const watchEnd = async (): Promise<void> => {
    exit = await carrier.ended;
    greeting.end();
  };
  const ended = watchEnd();
  await settlesWithin(Promise.race([greeting.hello, ended]), patience.helloMs);
  let awaited = 'a hello';
  const hello = carrier.output.hello;
  if (hello && !exit) {
    awaited = 'an answer to `ping`';
    const session = new ResidentSession({ program, carrier, greeting, hello });
    if ((await session.ping(patience.pongMs)) && !exit) {
      greeting.attach(() => ended.then(() => exit && listener.onExit(exit)));
      return { session, seen: '', stderr: '' };
    }
  }
  const seen = { hasHello: hello !== undefined, breach: greeting.firstBreach, exit, awaited };
  const wasSilent = hello === undefined && exit === undefined;
  await carrier.kill();
  signal?.throwIfAborted();
  return { wasSilent, seen: describeSeen(seen), stderr: carrier.stderrTail() };
}

/** Holds back what a process says until it is known to be an adapter. */
class Greeting {
  readonly hello: Promise<void>;
  readonly #pongs = new Map<number, (isAnswered: boolean) => void>();
  readonly #heldBreaches: Breach[] = [];
  /** Heard by whoever holds the client's thread. */
  mainThread: Pick<MainThread, 'hear' | 'end'> | undefined;
  #isAttached = false;
  #isOver = false;
  #hasHello: () => void = () => undefined;

  constructor(private readonly listener: AdapterListener) {
    this.hello = new Promise((resolve) => {
      this.#hasHello = resolve;
    });
  }

  get firstBreach(): Breach | undefined {
    return this.#heldBreaches[0];
  }

  onHello = (): void => this.#hasHello();

  onPong = (id: number): void => {
    this.#pongs.get(id)?.(true);
  };

  onHold = (answer: HoldAnswer): void => this.mainThread?.hear(answer);

  onEvent: AdapterListener['onEvent'] = (trial, entry) => this.listener.onEvent(trial, entry);

  onBreach = (breach: Breach): void => {
    if (this.#isAttached) this.listener.onBreach(breach);
    else this.#heldBreaches.push(breach);
  };

  /** The process is an adapter: what it said so far, and all that it will say, is for the run. */
  attach(watchExit: () => Promise<unknown>): void {
    this.#isAttached = true;
    for (const breach of this.#heldBreaches) this.listener.onBreach(breach);
    void watchExit();
  }

  awaitPong(id: number, timeoutMs: number): Promise<boolean> {
    if (this.#isOver) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (isAnswered: boolean): void => {
        clearTimeout(timer);
        this.#pongs.delete(id);
        resolve(isAnswered);
      };
      const timer = setTimeout(settle, timeoutMs, false);
      this.#pongs.set(id, settle);
    });
  }

  end(): void {
    this.#isOver = true;
    this.mainThread?.end();
    for (const settle of this.#pongs.values()) settle(false);
  }
}

interface ResidentParts {
  readonly program: Program;
  readonly carrier: AdapterCarrier;
  readonly greeting: Greeting;
  readonly hello: Hello;
}

class ResidentSession implements AdapterSession {
  readonly mode = 'resident';
  readonly hello: Hello;
  readonly freezing: AdapterSession['freezing'];
  readonly marker: string;
  readonly place: AdapterSession['place'];
  readonly caFile: AdapterSession['caFile'];
  readonly cage: AdapterSession['cage'];
  readonly hold: AdapterSession['hold'];
  #pings = 0;

  constructor(private readonly parts: ResidentParts) {
    const { stand } = parts.program;
    const holds = stand.freezing === 'main-thread';
    this.hello = holds ? { ...parts.hello, freeze: 'main-thread' } : parts.hello;
    this.freezing = stand.freezing;
    this.marker = stand.marker;
    this.place = stand.place;
    this.caFile = stand.caFile;
    this.cage = parts.carrier.cage;
    if (!holds || !parts.hello.features.includes('hold')) return;
    const mainThread = new MainThread((order) => void this.#tell(order));
    parts.greeting.mainThread = mainThread;
    this.hold = () => mainThread.hold();
  }

  get pid(): number | undefined {
    return this.parts.carrier.pid;
  }

  run(command: RunCommand): Promise<void> {
    this.parts.carrier.output.expect(command.trial);
    return this.#tell({ op: 'run', ...command });
  }

  ping(timeoutMs: number): Promise<boolean> {
    this.#pings += 1;
    const answered = this.parts.greeting.awaitPong(this.#pings, timeoutMs);
    void this.#tell({ op: 'ping', id: this.#pings });
    return answered;
  }

  abort(trial: string): void {
    void this.#tell({ op: 'abort', trial });
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.parts.carrier.stop(this.parts.program.patience);
  }

  stderrTail(): string {
    return this.parts.carrier.stderrTail();
  }

  #tell(order: object): Promise<void> {
    return this.parts.carrier.write(`${JSON.stringify(order)}\n`);
  }
}
