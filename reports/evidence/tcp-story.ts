/** One TCP connection told step by step, in the order of time: what becomes packets, and what becomes lines between them. */
import type { Connection } from '../../kit/core/trial';
import { ipPacket, maxPayloadBytes, type End, type Segment } from './ip-packet';
import type { JournalEntry, Packet } from './pcapng';

type Direction = 'in' | 'out';
type Flag = Segment['flags'][number];

/** Without its time since 1970, which is known to the file. */
type Told =
  | { readonly kind: 'packet'; readonly atNs: number; readonly bytes: Buffer; readonly comments: string[] }
  | { readonly kind: 'journal'; readonly atNs: number; readonly source: string; readonly message: string };

/** Bytes of one direction so far, and whether it has ended. */
interface Side {
  sent: number;
  ended: boolean;
  /** How much of it the other side is known to have. */
  acked: number;
}

export class TcpStory {
  private readonly told: Told[] = [];
  private readonly client: End;
  private readonly server: End;
  private readonly sides: Readonly<Record<Direction, Side>> = {
    in: { sent: 0, ended: false, acked: 0 },
    out: { sent: 0, ended: false, acked: 0 },
  };
  private isReset = false;
  private begunNs: number | undefined;
  private hasSpoken = false;
  /** For the next packet. */
  private pending: string[] = [];

  constructor(
    private readonly connection: Connection,
    port: number,
  ) {
    const { peer } = connection;
    const address = peer.address.replace(/^::ffff:(?=\d+\.)/, '');
    this.client = { address, port: peer.port };
    this.server = { address: serverAddress(address), port };
  }

  /** Bytes as one side wrote them. */
  data(direction: Direction, atNs: number, bytes: Buffer, comments: readonly string[]): void {
    this.begin(atNs);
    const side = this.sides[direction];
    for (let from = 0; from < bytes.length; from += maxPayloadBytes) {
      const payload = bytes.subarray(from, from + maxPayloadBytes);
      const isLast = from + payload.length >= bytes.length;
      this.packet(direction, atNs, isLast ? ['PSH'] : [], payload, isLast ? comments : []);
      side.sent += payload.length;
    }
    // Who answers had read; what is acknowledged once the case has begun, only the kernel says.
    if (direction === 'in') this.sides.in.acked = side.sent;
    else if (!this.isStimulated()) this.sides.out.acked = side.sent;
  }

  fin(direction: Direction, atNs: number, comment: string): void {
    const side = this.sides[direction];
    if (side.ended || this.isReset) return;
    this.begin(atNs);
    this.catchUp(direction);
    this.packet(direction, atNs, ['FIN'], Buffer.alloc(0), [comment]);
    side.sent += 1;
    side.ended = true;
    if (direction === 'in') this.sides.in.acked = side.sent;
  }

  reset(direction: Direction, atNs: number, comment: string): void {
    if (this.isReset) return;
    this.begin(atNs);
    this.catchUp(direction);
    this.packet(direction, atNs, ['RST'], Buffer.alloc(0), [comment]);
    this.isReset = true;
  }

  /** The kernel was seen to have an acknowledgement of the client's. */
  ack(atNs: number, bytesAcked: number, comment: string): void {
    const { out } = this.sides;
    if (bytesAcked <= out.acked || this.isReset) return;
    this.begin(atNs);
    out.acked = bytesAcked;
    this.packet('in', atNs, [], Buffer.alloc(0), [comment]);
  }

  line(atNs: number, source: string, message: string): void {
    this.told.push({ kind: 'journal', atNs, source: `lastword ${source}`, message });
  }

  /** A comment for the packet that comes next. */
  remark(comment: string): void {
    this.pending.push(comment);
  }

  /** `12.3 ms`, from the first packet. */
  momentOf(atNs: number): string {
    return `${((atNs - (this.begunNs ?? atNs)) / 1e6).toFixed(1)} ms`;
  }

  /** All of it. @param offsetNs what makes a time one since 1970 */
  entries(offsetNs: bigint): readonly (Packet | JournalEntry)[] {
    const last = this.told.findLast((each) => each.kind === 'packet');
    if (last?.kind === 'packet')
      last.comments.push(...this.pending.splice(0).map((each) => each.replace(' before this', ' behind this')));
    return this.told.map((each) => ({ ...each, atNs: BigInt(Math.round(each.atNs)) + offsetNs }));
  }

  private begin(atNs: number): void {
    if (this.hasSpoken) return;
    this.hasSpoken = true;
    this.begunNs = atNs;
    const { client, server } = this;
    const none = { payload: Buffer.alloc(0) };
    const madeUp = ['made up, as is its time: the kit does not record the TCP handshake'];
    this.push(atNs, { from: client, to: server, seq: 0, flags: ['SYN'], ...none }, madeUp);
    this.push(atNs, { from: server, to: client, seq: 0, ack: 1, flags: ['SYN'], ...none }, []);
    this.push(atNs, { from: client, to: server, seq: 1, ack: 1, flags: [], ...none }, []);
  }

  private isStimulated(): boolean {
    const stimulus = this.connection.sent.find((record) => record.stimulus);
    return stimulus !== undefined && this.sides.out.sent > stimulus.endOffset - stimulus.wireBytes;
  }

  /** Raw bytes are kept up to a limit: what a side ends with stands behind all that it sent. */
  private catchUp(direction: Direction): void {
    const { out } = this.sides;
    const missing = this.connection.bytesSent - out.sent;
    if (direction === 'in' || missing <= 0) return;
    this.pending.push(
      `${missing} bytes before this are not in this file: the kit keeps the first 256 KiB of a connection`,
    );
    out.sent = this.connection.bytesSent;
  }

  private packet(
    direction: Direction,
    atNs: number,
    flags: readonly Flag[],
    payload: Buffer,
    comments: readonly string[],
  ): void {
    const own = this.sides[direction];
    const other = this.sides[direction === 'in' ? 'out' : 'in'];
    const [from, to] = direction === 'in' ? [this.client, this.server] : [this.server, this.client];
    this.push(atNs, { from, to, seq: 1 + own.sent, ack: 1 + other.acked, flags, payload }, [
      ...this.pending.splice(0),
      ...comments,
    ]);
  }

  private push(atNs: number, segment: Segment, comments: readonly string[]): void {
    this.told.push({ kind: 'packet', atNs, bytes: ipPacket(segment), comments: [...comments] });
  }
}

/** The endpoint's address is not recorded: on loopback it is the client's own, elsewhere one that RFC 5737 or 3849 reserves. */
function serverAddress(client: string): string {
  if (client === '::1' || client.startsWith('127.')) return client;
  return client.includes(':') ? '2001:db8::1' : '192.0.2.1';
}
