/**
 * A capture of one trial, of packets that a tool saw on the wire. Pure. Rules:
 *
 * - every packet, its length and its time are as the kernel gave them; they are all of the connection, and no others;
 * - what lastword knows stands beside them: the secrets, comments on the packets that decide, and lines of a journal for
 *   what was no packet: freeze, thaw, the kernel's witness, and what the client's API reported.
 */
import type { EvidenceRun } from '../../kit/core/evidence';
import type { ObservedTrial } from '../../kit/core/observation';
import { segmentsOf, type ConnectionPackets, type Segment } from '../../kit/core/packets';
import { freezesOf, timelineOfTrial, titleOf, type TimelineEvent } from '../../kit/core/timeline';
import type { Connection } from '../../kit/core/trial';
import { writePcapng, type JournalEntry, type Packet } from './pcapng';
import { inWords, peerOf, recordsIn, standsStill } from './remarks';

/** The file; undefined where no packets were captured of the trial, or not all of them. */
export function capturedCapture(observed: ObservedTrial, run: EvidenceRun): Buffer | undefined {
  const { trial } = observed;
  const connection = trial.connections.find((each) => !each.held);
  const packets = connection?.packets;
  const segments = packets === undefined ? undefined : segmentsOf(packets);
  if (connection === undefined || packets === undefined || segments === undefined) return undefined;
  const { events } = timelineOfTrial(observed);
  const entries = [...packetsOf(connection, packets, segments, events), ...linesOf(packets, events)];
  return writePcapng({
    application: `lastword ${run.version}`,
    comment: aboutFile(observed, packets, run),
    linkType: packets.linkType,
    interfaceName: packets.device,
    interfaceDescription: `captured by ${packets.by}`,
    secrets: connection.secrets ?? [],
    // Stable: of the same nanosecond, the packet comes first.
    entries: entries.toSorted((a, b) => (a.atNs < b.atNs ? -1 : a.atNs > b.atNs ? 1 : 0)),
  });
}

function aboutFile(
  observed: ObservedTrial,
  { by, device }: ConnectionPackets,
  { droppedPackets }: EvidenceRun,
): string {
  const { outcome, row, note } = observed.judgement.main;
  return [
    `CAPTURED by ${by} on ${device}: packets and their times are the kernel’s, unchanged; all of this connection, and no others.`,
    'Added by lastword: the TLS secrets of this throw-away connection, comments, and lines of the journal, which are no packets:',
    'the freeze, the kernel’s witness, and what the client’s API reported.',
    ...(droppedPackets === undefined || droppedPackets === 0
      ? []
      : [
          `The kernel dropped ${droppedPackets} packets of the whole run; of this connection no byte and no acknowledgement is missing.`,
        ]),
    'TCP checksums are left to the network card, and are not right where there is none, as on a loopback.',
    `${titleOf(observed.trial)}. Judged ${outcome} (row ${row}): ${note}`,
  ].join('\n');
}

function wallOf({ wallMinusMonotonicNs }: ConnectionPackets, atNs: number): bigint {
  return BigInt(Math.round(atNs)) + BigInt(wallMinusMonotonicNs);
}

function packetsOf(
  connection: Connection,
  packets: ConnectionPackets,
  segments: readonly Segment[],
  lines: readonly TimelineEvent[],
): readonly Packet[] {
  const comments = commentsOn(connection, segments, lines);
  return segments.map(({ atNs, framed }, at) => ({
    kind: 'packet',
    atNs: wallOf(packets, atNs),
    bytes: framed.bytes,
    originalLength: framed.originalBytes,
    comments: comments[at] ?? [],
  }));
}

/** Comments of each packet, in the order of the packets. */
function commentsOn(
  connection: Connection,
  segments: readonly Segment[],
  lines: readonly TimelineEvent[],
): readonly (readonly string[])[] {
  const comments: string[][] = segments.map(() => []);
  const add = (at: number, ...words: readonly string[]): void => void comments[at]?.push(...words);
  addFreezes(connection, segments, add);
  const sides = { in: peerOf(connection), out: 'the endpoint' } as const;
  const reach = { out: 0, acked: 0, fins: new Set<Segment['direction']>() };
  for (const [at, segment] of segments.entries()) {
    const { direction, tcp, offset, acked } = segment;
    const end = offset + tcp.payloadBytes;
    if (direction === 'out' && end > reach.out) {
      // What was sent before is commented where it was sent first.
      add(at, ...recordsIn(connection, reach.out, end));
      reach.out = end;
    }
    if (direction === 'in' && acked !== undefined && acked > reach.acked) {
      add(at, ...acknowledged(connection, reach.acked, segment));
      reach.acked = acked;
    }
    if (tcp.fin && !reach.fins.has(direction)) {
      reach.fins.add(direction);
      add(at, `FIN of ${sides[direction]}`);
    }
    if (tcp.rst) add(at, `RST of ${sides[direction]}`);
  }
  for (const line of lines) {
    if (line.lane !== 'peer' || line.what === 'FIN' || line.what === 'RST') continue;
    const brought = (each: Segment): boolean =>
      each.direction === 'in' && each.tcp.payloadBytes > 0 && each.atNs <= line.atNs;
    add(segments.findLastIndex(brought), `from the client: ${inWords(line)}`);
  }
  return comments;
}

type Add = (at: number, ...words: readonly string[]) => void;

/** Freeze and thaw, on the packet behind them; where there is none, on the last. */
function addFreezes(connection: Connection, segments: readonly Segment[], add: Add): void {
  const begunNs = segments[0]?.atNs ?? 0;
  for (const { kind, atNs } of freezesOf(connection.events, connection.freezes)) {
    const next = segments.findIndex((each) => each.atNs >= atNs);
    const where = next < 0 ? 'behind this' : 'before this';
    const moment = `${where}, at ${((atNs - begunNs) / 1e6).toFixed(1)} ms`;
    const words =
      kind === 'frozen'
        ? `FROZEN ${moment}: ${standsStill(connection, atNs)}`
        : `THAWED ${moment}: the client runs again`;
    add(next < 0 ? segments.length - 1 : next, words);
  }
}

/** What of ours a packet of the client's is the first to acknowledge, once the case has begun. */
function acknowledged(connection: Connection, before: number, { acked = 0, atNs }: Segment): readonly string[] {
  const { sent, bytesSent, freezes } = connection;
  const stimulus = sent.findIndex((record) => record.stimulus);
  const names = sent
    .slice(Math.max(stimulus, 0))
    .flatMap((record) =>
      record.endOffset > before && record.endOffset <= acked
        ? (record.ends ?? []).map((name) => `message ${name}`)
        : [],
    );
  const hasFin = acked > bytesSent;
  if (names.length === 0 && !hasFin) return [];
  const what = [
    ...names,
    ...(acked >= bytesSent
      ? [`all ${bytesSent} bytes${hasFin ? ' and the FIN' : ''}`]
      : [`${acked} of ${bytesSent} bytes`]),
  ];
  const isStill = freezes.some((each) => each.frozenAtNs <= atNs && atNs < each.thawedAtNs);
  const still = isStill ? ', while the client stood still' : '';
  return [`ACK: the TCP of ${peerOf(connection)} has acknowledged ${what.join(', ')}${still}`];
}

/** What was no packet. */
function linesOf(packets: ConnectionPackets, lines: readonly TimelineEvent[]): readonly JournalEntry[] {
  return lines.flatMap((line): readonly JournalEntry[] => {
    if (line.lane !== 'kernel' && line.lane !== 'client') return [];
    const isClient = line.lane === 'client';
    return [
      {
        kind: 'journal',
        atNs: wallOf(packets, line.atNs),
        source: `lastword ${isClient ? 'client-api' : 'kernel'}`,
        message: `${isClient ? 'client API: ' : ''}${inWords(line)}`,
      },
    ];
  });
}
