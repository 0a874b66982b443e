/**
 * Our direction of a connection: records sealed one by one, written in exactly the layout that the script asks for,
 * each noted with its time and its place in the TCP stream.
 */
import type { Socket } from 'node:net';
import type { RequestHead } from '../core/handshake';
import { responseBytes } from '../core/handshake';
import { opcodes, buildFrame } from '../core/frame';
import type { RecordSpec, Step } from '../core/script';
import type { RecordSealer } from '../core/tls-record';
import type { SentRecord, WireEvent } from '../core/trial';
import type { Libc } from './libc';
import { nowNs } from './clock';

export interface WireOptions {
  readonly socket: Socket;
  readonly fd: number;
  readonly libc: Libc | undefined;
  /** Absent on plain. */
  readonly sealer: RecordSealer | undefined;
  /** The most plaintext that a record of this connection may carry. */
  readonly maxPlaintextBytes: number;
  readonly head: RequestHead;
  /** Bytes of our stream that went before. */
  readonly bytesBefore: number;
  readonly note: (event: WireEvent) => void;
  readonly onRaw: (bytes: Buffer) => void;
}

interface Sealed {
  readonly bytes: Buffer;
  readonly type: number;
  readonly plainBytes: number;
  readonly ends: readonly string[];
  readonly closeCode?: number;
  readonly says?: string;
  readonly alert?: number;
}

/** Why a step was not performed as declared. */
export class Inexact extends Error {
  override readonly name = 'Inexact';
}

export class Wire {
  readonly sent: SentRecord[] = [];
  bytesSent: number;
  hasFin = false;
  /** A FIN is due behind bytes that the kernel has not taken yet. */
  owesFin = false;

  constructor(private readonly options: WireOptions) {
    this.bytesSent = options.bytesBefore;
    options.libc?.setNoDelay(options.fd, true);
    if (options.libc === undefined) options.socket.setNoDelay(true);
  }

  /**
   * Performs a send step; resolves when the kernel has all of it.
   * @throws {Inexact} the bytes left in another layout than declared
   */
  async send(step: Step & { readonly op: 'send' }, index: number): Promise<void> {
    const sealed = step.records.flatMap((spec) => this.seal(spec));
    for (const each of sealed) this.noteRecord(each, { step: index, stimulus: step.stimulus });
    const bytes = Buffer.concat(sealed.map((each) => each.bytes));
    if (bytes.length > 0) this.options.onRaw(bytes);
    if (step.layout === 'queue') this.queue(bytes, step.fin);
    else if (step.layout === 'bytes') await this.writeApart(eachByte(bytes), step.fin);
    else if (step.layout === 'records')
      await this.writeApart(
        sealed.map((each) => each.bytes),
        step.fin,
      );
    else await this.writeAtOnce(bytes, step);
  }

  /** A Pong, outside of any step. */
  async pong(payload: Uint8Array): Promise<void> {
    const frame = buildFrame({ opcode: opcodes.pong, payload });
    const bytes = this.options.sealer === undefined ? frame : this.options.sealer.seal(23, frame);
    this.bytesSent += bytes.length;
    this.options.onRaw(bytes);
    this.options.note({ atNs: nowNs(), kind: 'pong-sent' });
    await this.write(bytes);
  }

  /** Half-close. */
  fin(): void {
    if (this.hasFin) return;
    this.hasFin = true;
    this.options.note({ atNs: nowNs(), kind: 'fin-sent' });
    if (this.options.libc === undefined) this.options.socket.end();
    else this.options.libc.shutdownWrite(this.options.fd);
  }

  private seal(spec: RecordSpec): readonly Sealed[] {
    const { sealer, head } = this.options;
    if (spec.kind === 'alert') {
      if (sealer === undefined) return [];
      const plain = Buffer.of(spec.level === 'warning' ? 1 : 2, spec.description);
      return [{ bytes: sealer.seal(21, plain), type: 21, plainBytes: 2, ends: [], alert: spec.description }];
    }
    const plain = Buffer.concat(
      spec.parts.map((part) => (part.kind === 'response' ? responseBytes(head, part) : Buffer.from(part.bytes))),
    );
    const marks = {
      ends: spec.ends,
      ...(spec.closeCode === undefined ? {} : { closeCode: spec.closeCode }),
      ...(spec.says === undefined ? {} : { says: spec.says }),
    };
    // RFC 8446 §5.1, RFC 6066 §4: what is larger than a record may be takes as many as it needs.
    const room = sealer === undefined ? Math.max(1, plain.length) : this.options.maxPlaintextBytes;
    const most = spec.bytewise === true ? 1 : room;
    const cuts = Math.max(1, Math.ceil(plain.length / most));
    return Array.from({ length: cuts }, (_, cut) => {
      const piece = plain.subarray(cut * most, (cut + 1) * most);
      const whole = sealer === undefined ? piece : sealer.seal(23, piece);
      const bytes = spec.half === true ? whole.subarray(0, whole.length >> 1) : whole;
      const type = sealer === undefined ? 0 : 23;
      return { bytes, type, plainBytes: piece.length, ...(cut === cuts - 1 ? marks : { ends: [] }) };
    });
  }

  private noteRecord(each: Sealed, at: { readonly step: number; readonly stimulus: boolean }): void {
    const atNs = nowNs();
    this.bytesSent += each.bytes.length;
    this.sent.push({
      atNs,
      step: at.step,
      type: each.type,
      plainBytes: each.plainBytes,
      wireBytes: each.bytes.length,
      endOffset: this.bytesSent,
      stimulus: at.stimulus,
      ...(each.ends.length === 0 ? {} : { ends: each.ends }),
      ...(each.closeCode === undefined ? {} : { closeCode: each.closeCode }),
      ...(each.says === undefined ? {} : { says: each.says }),
    });
    if (each.closeCode !== undefined) this.options.note({ atNs, kind: 'close-sent', code: each.closeCode });
    if (each.alert === 0) this.options.note({ atNs, kind: 'close-notify-sent' });
    else if (each.alert !== undefined) this.options.note({ atNs, kind: 'alert-sent', description: each.alert });
  }

  /** Behind a window that is shut this takes as long as the client likes: nobody waits for it. */
  private queue(bytes: Buffer, fin: boolean): void {
    this.owesFin = fin;
    this.write(bytes).then(
      () => {
        this.owesFin = false;
        if (fin && !this.options.socket.destroyed) this.fin();
      },
      // The socket tells of its own end.
      () => undefined,
    );
  }

  private async writeAtOnce(bytes: Buffer, step: Step & { readonly op: 'send' }): Promise<void> {
    const { libc, fd } = this.options;
    const isSegment = step.layout === 'segment' && libc !== undefined;
    const before = isSegment ? libc.tcpInfo(fd) : undefined;
    if (isSegment) libc.setCork(fd, true);
    const drained = this.write(bytes);
    // Whether or not the kernel took all of it at once, nothing may come between the bytes and the FIN.
    const isWritten = this.options.socket.writableLength === 0;
    if (!isWritten) await drained;
    if (step.fin) this.fin();
    if (!isSegment) {
      await drained;
      return;
    }
    libc.setCork(fd, false);
    const after = libc.tcpInfo(fd);
    await drained;
    if (before === undefined || after === undefined || bytes.length === 0) return;
    if (bytes.length <= before.sendMssBytes)
      expectSegments((after.dataSegmentsOut ?? 0) - (before.dataSegmentsOut ?? 0), 1);
  }

  private async writeApart(pieces: readonly Buffer[], fin: boolean): Promise<void> {
    const { libc, fd } = this.options;
    if (libc === undefined) throw new Inexact('without TCP_INFO it cannot be seen what a segment of its own is');
    const first = libc.tcpInfo(fd);
    for (const [at, piece] of pieces.entries()) {
      const isLast = at === pieces.length - 1;
      if (isLast && fin) libc.setCork(fd, true);
      await this.write(piece);
      if (isLast && fin) {
        this.fin();
        libc.setCork(fd, false);
      }
      await this.untilSent();
    }
    const last = libc.tcpInfo(fd);
    if (first === undefined || last === undefined) return;
    // A retransmission sends the same bytes again; it is no segment of the script's.
    const resent = last.totalRetransmits - first.totalRetransmits;
    expectSegments((last.dataSegmentsOut ?? 0) - (first.dataSegmentsOut ?? 0) - resent, pieces.length);
  }

  /** Waits until the kernel has sent all that it was given: else it would put the next byte on the same segment. */
  private async untilSent(): Promise<void> {
    const { libc, fd, socket } = this.options;
    for (;;) {
      if (socket.destroyed) return;
      const info = libc?.tcpInfo(fd);
      if (info === undefined || (info.notSentBytes ?? 0) === 0 || info.state === 7) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private write(bytes: Buffer): Promise<void> {
    const { socket } = this.options;
    if (bytes.length === 0 || socket.destroyed) return Promise.resolve();
    return new Promise((resolve, reject) => {
      socket.write(bytes, (error) => {
        if (error === null || error === undefined || isReset(error)) resolve();
        else reject(error);
      });
    });
  }
}

function eachByte(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

function expectSegments(seen: number, wanted: number): void {
  if (seen !== wanted) throw new Inexact(`${seen} segments left where ${wanted} were declared`);
}

/** The client's reset is its own doing, told by the socket's error, and no fault of the write. */
function isReset(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
}
