/**
 * A trial without a network: plays a part of a case against a model client on a virtual clock, and gives the whole
 * observation as the real endpoint would have written it. Pure: the same arguments give the same trial.
 */
import type { AdapterExit, LogEntry } from '../core/adapter-event';
import type { Case, CasePart, Transport } from '../core/case';
import { expand, isFrozen, type Expanded } from '../core/expand';
import { scriptOfLater } from '../core/opens';
import type { Connection, Trial } from '../core/trial';
import { SimulatedEndpoint } from './simulated-endpoint';
import { SimulatedMachine } from './simulated-machine';
import type { Switches } from './switches';
import { VirtualClock } from './virtual-clock';

/** Longer than any deadline, also of a client that declares a low throughput. */
const horizonMs = 600_000;
/** What the client still says when its trial is done. */
const lingerMs = 2000;
/** The nonce of every simulated connection. */
export const simulatedNonce = '00112233445566778899aabbccddeeff';

export interface SimulateOptions {
  readonly kase: Case;
  readonly part: CasePart;
  readonly transport: Transport;
  /** What the client does otherwise than by the book. */
  readonly switches?: Switches;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  /** What the part is on this transport, where it was expanded before with {@link simulatedNonce}. */
  readonly expanded?: Expanded;
}

/** One trial of a model client. */
export function simulateTrial(options: SimulateOptions): { readonly trial: Trial; readonly expanded: Expanded } {
  const { kase, part, transport } = options;
  const expanded = options.expanded ?? expand(kase, part, { nonce: simulatedNonce, transport });
  const clock = new VirtualClock();
  const log: LogEntry[] = [];
  const first = connect(options, expanded, { clock, log, reconnects: true });
  const isDone = (): boolean => log.some((entry) => entry.event === 'done') || first.machine.exit !== undefined;
  clock.run(horizonMs, () => isDone() && first.endpoint.isOver);
  clock.run(Math.min(horizonMs, clock.nowMs + lingerMs));
  first.endpoint.finish();
  const { exit } = first.machine;
  const connections = [
    connectionOf(options, first, 0),
    ...first.later().map((each, at) => connectionOf(options, each, at + 1)),
  ];
  const trial: Trial = {
    kind: 'trial',
    target: 'model',
    trial: 'simulated',
    case: kase.id,
    part: part.name ?? '',
    transport,
    role: 'case',
    frozen: isFrozen(kase, part),
    nonce: simulatedNonce,
    block: 0,
    startedAtNs: 0,
    endedAtNs: clock.nowNs,
    connections,
    strays: [],
    log,
    adapter: adapterOf(exit, !isDone()),
    host: { stallMs: 0, clockStepMs: 0, starved: 0, stoppedByOther: false, oomKill: false },
  };
  return { trial, expanded };
}

interface Linked {
  readonly endpoint: SimulatedEndpoint;
  readonly machine: SimulatedMachine;
  /** The connections that the client made behind this one. */
  later(): readonly Linked[];
}

/** A connection; what a second one finds is what the endpoint has for a client that comes again. */
function connect(
  options: SimulateOptions,
  expanded: Expanded,
  world: { readonly clock: VirtualClock; readonly log: LogEntry[]; readonly reconnects: boolean },
): Linked {
  const { clock, log } = world;
  const { transport, random, switches = {} } = options;
  const script = world.reconnects ? expanded.script : scriptOfLater(expanded.script);
  const endpoint = new SimulatedEndpoint({ clock, script, transport, offer: expanded.offer });
  const later: Linked[] = [];
  const machine: SimulatedMachine = new SimulatedMachine({
    transport,
    authority: 'localhost:1',
    path: '/simulated',
    switches,
    clock,
    random,
    reactions: expanded.reactions,
    log,
    depart: (departure) => endpoint.hear(departure),
    reconnect: () => {
      if (world.reconnects) later.push(connect(options, expanded, { clock, log, reconnects: false }));
    },
  });
  endpoint.connect(machine);
  machine.start();
  return { endpoint, machine, later: () => later };
}

function connectionOf({ transport }: SimulateOptions, { endpoint }: Linked, index: number): Connection {
  const { state } = endpoint;
  const { status, at, script, cause, reason, lapses } = state;
  return {
    index,
    nonce: simulatedNonce,
    held: index > 0,
    peer: { address: '127.0.0.1', port: 40_000 + index },
    ...(transport === 'plain'
      ? {}
      : { tls: { version: transport === 'tls12' ? 'TLSv1.2' : 'TLSv1.3', cipher: 'AES128-GCM', tickets: 0 } }),
    path: 'direct',
    script: {
      status,
      at,
      steps: script.length,
      ...(cause === undefined ? {} : { cause }),
      ...(reason === undefined ? {} : { reason }),
      lapses,
    },
    events: endpoint.events,
    sent: endpoint.sent,
    snapshots: endpoint.snapshots,
    witness: 'tcp-info',
    freezes: endpoint.freezes,
    ...(endpoint.conditions.length === 0 ? {} : { conditions: endpoint.conditions }),
    bytesSent: endpoint.bytesSent,
  };
}

function adapterOf(exit: AdapterExit | undefined, gaveUp: boolean): Trial['adapter'] {
  return {
    process: 0,
    pid: 1,
    mode: 'resident',
    used: 0,
    ...(exit === undefined ? {} : { exit }),
    pong: gaveUp ? true : null,
    gaveUp,
  };
}
