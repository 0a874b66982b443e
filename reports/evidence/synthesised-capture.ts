/**
 * A capture of one trial, made from what the endpoint sent and received. Pure. Rules:
 *
 * - every byte of TCP's payload is one that passed the endpoint's socket, at the time at which it did;
 * - headers, the TCP handshake and ports are made up (443 and 80 stand for the endpoint's, so that Wireshark knows what
 *   is in it), and the file says so;
 * - an acknowledgement is drawn where the kernel was seen to have had it, not where it came;
 * - what was no packet (freeze, thaw, what the client's API reported) stands between the packets as lines of a journal,
 *   and freeze and thaw also in a comment on the packet behind them.
 */
import type { EvidenceRun } from '../../kit/core/evidence';
import type { ObservedTrial } from '../../kit/core/observation';
import { freezesOf, timelineOfTrial, titleOf, type TimelineEvent } from '../../kit/core/timeline';
import type { Connection, Snapshot, WireEvent } from '../../kit/core/trial';
import { inWords, peerOf, recordsIn, standsStill } from './remarks';
import { TcpStory } from './tcp-story';
import { rawIp, writePcapng } from './pcapng';

/** The file; undefined where the raw bytes of the trial were not kept. */
export function synthesiseCapture(observed: ObservedTrial, run: EvidenceRun): Buffer | undefined {
  const { trial } = observed;
  const connection = trial.connections.find((each) => !each.held);
  if (connection?.capture === undefined || connection.capture.length === 0) return undefined;
  const offsetNs = run.wallMinusMonotonicNs ?? BigInt(-Math.round(trial.startedAtNs));
  const story = new TcpStory(connection, trial.transport === 'plain' ? 80 : 443);
  const timeline = timelineOfTrial(observed);
  for (const step of inOrder(connection, timeline.events)) tell(story, step, connection);
  const { outcome, row, note } = observed.judgement.main;
  return writePcapng({
    application: `lastword ${run.version}`,
    comment: [
      'SYNTHESISED by lastword from the bytes that its endpoint sent and received; no packet was captured on a wire.',
      'True: every byte of payload, its order, and the times at which it passed the endpoint’s socket.',
      'Made up: IP and TCP headers, the TCP handshake, the endpoint’s address and port, and where a write ends in packets.',
      'An ACK stands where the endpoint’s kernel was seen to have it. Lines of the journal are no packets: the freeze,',
      'the kernel’s witness, and what the client’s API reported.',
      ...(run.wallMinusMonotonicNs === undefined ? ['Times count from the beginning of the trial.'] : []),
      `${titleOf(trial)}. Judged ${outcome} (row ${row}): ${note}`,
    ].join('\n'),
    linkType: rawIp,
    interfaceName: 'synthesised',
    interfaceDescription: 'lastword endpoint, from the bytes sent and received; not captured',
    secrets: connection.secrets ?? [],
    entries: story.entries(offsetNs),
  });
}

type Step =
  | { readonly atNs: number; readonly kind: 'out' | 'in'; readonly bytes: Buffer; readonly told: readonly string[] }
  | { readonly atNs: number; readonly kind: 'event'; readonly event: WireEvent }
  | { readonly atNs: number; readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly atNs: number; readonly kind: 'line'; readonly line: TimelineEvent };

/** At the same time: bytes, then what ends a direction, then what the kernel said of it, then what was reported. */
const ranks = { out: 0, in: 0, event: 1, snapshot: 2, line: 3 } as const;

function inOrder(connection: Connection, lines: readonly TimelineEvent[]): readonly Step[] {
  const bytes = bytesOf(connection, lines);
  const lastNs = (kind: 'in' | 'out'): number => bytes.findLast((each) => each.kind === kind)?.atNs ?? 0;
  const steps: readonly Step[] = [
    ...bytes,
    ...connection.events.flatMap((event): readonly Step[] => {
      const direction = endsOf(event);
      if (direction === undefined) return [];
      // Nothing is sent behind a FIN or an RST of the same side.
      return [{ atNs: Math.max(event.atNs, lastNs(direction)), kind: 'event', event }];
    }),
    ...freezesOf(connection.events, connection.freezes).map((event): Step => ({
      atNs: event.atNs,
      kind: 'event',
      event,
    })),
    ...connection.snapshots.map((snapshot): Step => ({ atNs: snapshot.atNs, kind: 'snapshot', snapshot })),
    ...lines
      .filter((line) => line.lane === 'kernel' || line.lane === 'client')
      .map((line): Step => ({ atNs: line.atNs, kind: 'line', line })),
  ];
  return steps.toSorted((a, b) => a.atNs - b.atNs || ranks[a.kind] - ranks[b.kind]);
}

/** Which side an event ends. */
function endsOf({ kind }: WireEvent): 'in' | 'out' | undefined {
  if (kind === 'fin-sent' || kind === 'reset-sent' || kind === 'reset-drawn' || kind === 'dropped') return 'out';
  return kind === 'client-fin' || kind === 'client-reset' ? 'in' : undefined;
}

/** The raw bytes, each with what they mean: records of ours that end in them, and what the endpoint read in theirs. */
function bytesOf(
  connection: Connection,
  lines: readonly TimelineEvent[],
): readonly (Step & { readonly kind: 'in' | 'out' })[] {
  const raw = connection.capture ?? [];
  const heard = lines.filter((line) => line.lane === 'peer' && line.what !== 'FIN' && line.what !== 'RST');
  let offset = 0;
  return raw.map(({ atNs, dir, base64 }, at) => {
    const bytes = Buffer.from(base64, 'base64');
    if (dir === 'in') {
      const nextNs = raw.slice(at + 1).find((each) => each.dir === 'in')?.atNs ?? Number.POSITIVE_INFINITY;
      const told = heard
        .filter((line) => line.atNs >= atNs && line.atNs < nextNs)
        .map((line) => `from the client: ${inWords(line)}`);
      return { atNs, kind: dir, bytes, told };
    }
    const [from, to] = [offset, offset + bytes.length];
    offset = to;
    return { atNs, kind: dir, bytes, told: recordsIn(connection, from, to) };
  });
}

function tell(story: TcpStory, step: Step, connection: Connection): void {
  switch (step.kind) {
    case 'out':
    case 'in':
      story.data(step.kind, step.atNs, step.bytes, step.told);
      return;
    case 'snapshot':
      acknowledge(story, step.snapshot, connection);
      return;
    case 'line': {
      const isClient = step.line.lane === 'client';
      story.line(
        step.atNs,
        isClient ? 'client-api' : 'kernel',
        `${isClient ? 'client API: ' : ''}${inWords(step.line)}`,
      );
      return;
    }
    case 'event':
      happen(story, step.atNs, step.event, connection);
      return;
    default:
      throw new TypeError(`unknown step ${String(step satisfies never)}`);
  }
}

function happen(story: TcpStory, atNs: number, event: WireEvent, connection: Connection): void {
  switch (event.kind) {
    case 'fin-sent':
      story.fin('out', atNs, 'FIN of the endpoint');
      return;
    case 'client-fin':
      story.fin('in', atNs, `FIN of ${peerOf(connection)}`);
      return;
    case 'reset-sent':
      story.reset('out', atNs, 'RST of the endpoint');
      return;
    case 'reset-drawn':
      story.reset('out', atNs, `RST that the client’s ${event.by} drew from a socket that was closed`);
      return;
    case 'dropped':
      story.reset('out', atNs, 'the endpoint closed its socket with bytes unread, which resets the connection');
      return;
    case 'client-reset':
      story.reset('in', atNs, `RST of ${peerOf(connection)}`);
      return;
    case 'frozen':
      story.remark(`FROZEN before this, at ${story.momentOf(atNs)}: ${standsStill(connection, event.atNs)}`);
      return;
    case 'thawed':
      story.remark(`THAWED before this, at ${story.momentOf(atNs)}: the client runs again`);
      return;
    default:
      return;
  }
}

/** The kernel's word for what the client's TCP has taken. */
function acknowledge(story: TcpStory, { atNs, tcp, peer }: Snapshot, connection: Connection): void {
  const { bytesSent, witness } = connection;
  if (tcp === undefined) return;
  const all = tcp.bytesAcked >= bytesSent;
  const what = all
    ? `all ${bytesSent} bytes${tcp.bytesAcked > bytesSent ? ' and the FIN' : ''}`
    : `${tcp.bytesAcked} of ${bytesSent} bytes`;
  const unread = peer === undefined ? '' : `; the client’s own socket holds ${peer.rxQueue} unread`;
  const by = witness === 'tcp-info' ? 'TCP_INFO' : witness;
  story.ack(
    atNs,
    tcp.bytesAcked,
    `ACK: the TCP of ${peerOf(connection)} has acknowledged ${what} (seen now, by ${by})${unread}`,
  );
}
