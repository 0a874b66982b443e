/**
 * The one-shot level: a process or container for each trial, its order in the environment. Rules:
 * - one trial at a time; every process says hello first, and names the same client each time;
 * - status 89 after a hello, with no event of the trial, is `unsupported`;
 * - an order too large for an environment variable is `unsupported` too, and starts no process;
 * - the listener's `onExit` is called at the end of every trial's process; the session stays usable.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import type { AdapterExit, Breach, Hello, RunCommand } from '../kit/core/adapter-event';
import type { AdapterListener, AdapterSession } from '../kit/core/target';
import { nowNs } from '../kit/io/clock';
import { guardFolder } from '../kit/io/guard';
import { settlesWithin, type AdapterCarrier, type Program } from './adapter-carrier';
import { excerpt } from './excerpt';
import type { Opening } from './resident';
import { describeSeen } from './seen';

const unsupportedStatus = 89;
/** Linux takes 128 KiB for one variable, its name and its end included. */
const longestVariableBytes = 128 * 1024 - 64;

/** A session of a one-shot adapter. */
export interface OneShotSession extends AdapterSession {
  readonly mode: 'one-shot';
  /** Whether it exited 89 when it was asked for a feature that does not exist; admission will ask again. */
  readonly knowsRequires: boolean;
}

/** Starts the program once, asking for a feature that nobody has, to read its hello. */
export async function probeOneShot(program: Program, listener: AdapterListener): Promise<Opening> {
  const { signal, patience } = program;
  let firstBreach: Breach | undefined;
  let hasHello: () => void = () => undefined;
  const greeted = new Promise<void>((resolve) => {
    hasHello = resolve;
  });
  const folder = await mkdtemp(join(tmpdir(), 'lastword-probe-'));
  const guarded = guardFolder(folder);
  try {
    const order = orderEnvironment(await probeOrder(program, folder));
    const carrier = await program.start(
      { order, hasInput: false },
      {
        onHello: () => hasHello(),
        onPong: () => undefined,
        onEvent: () => undefined,
        onBreach: (breach) => {
          firstBreach ??= breach;
        },
      },
    );
    carrier.output.expect(probeTrial);
    let exit: AdapterExit | undefined;
    const watchEnd = async (): Promise<void> => {
      exit = await carrier.ended;
    };
    const ended = watchEnd();
    await settlesWithin(Promise.race([greeted, ended]), patience.helloMs);
    if (carrier.output.hello) await settlesWithin(ended, patience.pongMs);
    const { hello } = carrier.output;
    const seen = { hasHello: hello !== undefined, breach: firstBreach, exit, awaited: hello ? 'an end' : 'a hello' };
    await carrier.kill();
    signal?.throwIfAborted();
    if (!hello || !seen.exit) return { seen: describeSeen(seen), stderr: carrier.stderrTail() };
    const knowsRequires = seen.exit.code === unsupportedStatus;
    return { session: new OneShot({ program, listener, hello, knowsRequires }), seen: '', stderr: '' };
  } finally {
    await rm(folder, { recursive: true, force: true });
    guarded.release();
  }
}

const probeTrial = 'lastword-probe';

async function probeOrder({ stand }: Program, folder: string): Promise<RunCommand> {
  // An adapter that does not look at the requirements reads this file: any certificate will do.
  const caFile = stand.caFile ?? join(folder, 'ca.pem');
  if (stand.caFile === undefined) await writeFile(caFile, rootCertificates[0] ?? '');
  return {
    trial: probeTrial,
    // The discard port: nobody listens there.
    url: `wss://127.0.0.1:9/${probeTrial}`,
    caFile,
    requires: ['lastword-made-up-feature'],
    subprotocols: [],
    deflate: false,
    reactions: [],
    deadlineMs: 5000,
  };
}

/** The environment of one trial; see the adapter protocol in the README. */
function orderEnvironment(command: RunCommand): Record<string, string> {
  const offer = command.reactions.find((reaction) => reaction.when === 'open' && reaction.send?.length === 1)
    ?.send?.[0];
  return {
    LASTWORD_URL: command.url,
    ...(command.caFile === undefined ? {} : { LASTWORD_CA_FILE: command.caFile }),
    LASTWORD_TRIAL: command.trial,
    ...(offer && 'text' in offer ? { LASTWORD_OFFER: offer.text } : {}),
    LASTWORD_DEADLINE_MS: String(command.deadlineMs),
    LASTWORD_REQUIRES: JSON.stringify(command.requires),
    LASTWORD_REACTIONS: JSON.stringify(command.reactions),
    LASTWORD_SUBPROTOCOLS: JSON.stringify(command.subprotocols),
    ...(command.keepAlive === undefined ? {} : { LASTWORD_KEEP_ALIVE: command.keepAlive }),
  };
}

interface OneShotParts {
  readonly program: Program;
  readonly listener: AdapterListener;
  readonly hello: Hello;
  readonly knowsRequires: boolean;
}

class OneShot implements OneShotSession {
  readonly mode = 'one-shot';
  readonly hello: Hello;
  readonly knowsRequires: boolean;
  readonly freezing: AdapterSession['freezing'];
  readonly marker: string;
  readonly place: AdapterSession['place'];
  readonly caFile: AdapterSession['caFile'];
  #current:
    { readonly command: RunCommand; readonly carrier: AdapterCarrier; readonly settled: Promise<void> } | undefined;
  #stderr = '';

  constructor(private readonly parts: OneShotParts) {
    const { stand } = parts.program;
    this.hello = parts.hello;
    this.knowsRequires = parts.knowsRequires;
    this.freezing = stand.freezing;
    this.marker = stand.marker;
    this.place = stand.place;
    this.caFile = stand.caFile;
  }

  get pid(): number | undefined {
    return this.#current?.carrier.pid;
  }

  get cage(): AdapterSession['cage'] {
    return this.#current?.carrier.cage;
  }

  async run(command: RunCommand): Promise<void> {
    if (this.#current) throw new Error(`trial ${this.#current.command.trial} of this one-shot adapter has not settled`);
    const order = orderEnvironment(command);
    if (!Object.entries(order).every(fitsVariable)) {
      this.#reportUnsupported(command.trial, 'an order larger than an environment variable', 0);
      return;
    }
    const carrier = await this.parts.program.start(
      { order, hasInput: false },
      {
        onHello: (hello) => this.#compare(hello),
        onPong: () => undefined,
        onEvent: (trial, entry) => this.parts.listener.onEvent(trial, entry),
        onBreach: (breach) => this.parts.listener.onBreach(breach),
      },
    );
    carrier.output.expect(command.trial);
    const settled = carrier.ended.then((exit) => this.#finish(command, carrier, exit));
    this.#current = { command, carrier, settled };
  }

  ping(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  abort(trial: string): void {
    if (this.#current?.command.trial === trial) void this.#current.carrier.stop(this.parts.program.patience);
  }

  settled(trial: string): Promise<void> {
    return this.#current?.command.trial === trial ? this.#current.settled : Promise.resolve();
  }

  async close(): Promise<void> {
    const current = this.#current;
    if (!current) return;
    await current.carrier.stop(this.parts.program.patience);
    await current.settled;
  }

  stderrTail(): string {
    return this.#current?.carrier.stderrTail() ?? this.#stderr;
  }

  #compare({ client }: Hello): void {
    if (client.name === this.hello.client.name) return;
    const detail = `hello of "${excerpt(client.name, 80)}" after one of "${excerpt(this.hello.client.name, 80)}"`;
    this.parts.listener.onBreach({ kind: 'second-hello', detail, atNs: nowNs() });
  }

  #finish(command: RunCommand, carrier: AdapterCarrier, exit: AdapterExit): void {
    const { listener } = this.parts;
    const { output } = carrier;
    this.#stderr = carrier.stderrTail();
    this.#current = undefined;
    if (!output.hello && !exit.byKit) {
      listener.onBreach({ kind: 'no-hello', detail: 'the process of a trial ended without a hello', atNs: exit.atNs });
    } else if (exit.code === unsupportedStatus && !exit.byKit && output.eventsOf(command.trial) === 0) {
      const missing = command.requires.filter((feature) => !this.hello.features.includes(feature));
      const feature = (missing.length > 0 ? missing : command.requires).join(', ');
      this.#reportUnsupported(command.trial, feature, output.lineCount);
    }
    listener.onExit(exit);
  }

  #reportUnsupported(trial: string, feature: string, line: number): void {
    this.parts.listener.onEvent(trial, { event: 'unsupported', feature, line, atNs: nowNs() });
  }
}

/** Whether a session is one-shot, and so can say whether it knows what is required. */
export function isOneShot(session: AdapterSession): session is OneShotSession {
  return session instanceof OneShot;
}

function fitsVariable([name, value]: [string, string]): boolean {
  return Buffer.byteLength(name) + Buffer.byteLength(value) < longestVariableBytes && !value.includes('\0');
}
