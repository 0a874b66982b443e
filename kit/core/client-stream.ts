/**
 * The client's direction after its request: bytes or opened TLS records in, what the client said out, in order.
 * What breaks a rule is reported as a fact and never judged here.
 */
import { FrameParser, opcodes, type Frame } from './frame';
import type { OpenedRecord } from './tls-record';

export type ClientSaid =
  | { readonly kind: 'message'; readonly text: string; readonly bytes: number; readonly binary: boolean }
  | { readonly kind: 'ping' | 'pong'; readonly payload: Buffer }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string; readonly bodyBytes: number }
  | { readonly kind: 'alert'; readonly level: number; readonly description: number }
  | { readonly kind: 'close-notify' }
  | { readonly kind: 'illegal'; readonly detail: string };

/** Messages above this are counted but not kept, in bytes. */
const maxMessageBytes = 1 << 20;

/** Follows one connection's client direction. */
export class ClientStream {
  private readonly parser = new FrameParser(maxMessageBytes);
  private fragments: Buffer[] = [];
  private fragmentBytes = 0;
  private fragmentOpcode = 0;

  /** TLS records, in order. */
  readRecord(record: OpenedRecord): readonly ClientSaid[] {
    if (record.kind === 'bad-record') return [{ kind: 'illegal', detail: `bad TLS record: ${record.reason}` }];
    const [level = 0, description = 0] = record.plaintext;
    switch (record.contentType) {
      case 23:
        return this.readBytes(record.plaintext);
      case 21:
        // RFC 8446 §6.1: description 0 is close_notify.
        return [description === 0 ? { kind: 'close-notify' } : { kind: 'alert', level, description }];
      default:
        return [];
    }
  }

  /** Bytes of the WebSocket layer. */
  readBytes(bytes: Uint8Array): readonly ClientSaid[] {
    return this.parser.push(bytes).flatMap((parsed) => {
      if (parsed.kind === 'oversize') return [{ kind: 'illegal', detail: `a frame of ${parsed.bytes} bytes` } as const];
      return this.readFrame(parsed.frame);
    });
  }

  private readFrame(frame: Frame): readonly ClientSaid[] {
    // RFC 6455 §5.1: a client masks all frames.
    if (!frame.masked) return [{ kind: 'illegal', detail: 'an unmasked frame' }];
    switch (frame.opcode) {
      case opcodes.ping:
        return [{ kind: 'ping', payload: frame.payload }];
      case opcodes.pong:
        return [{ kind: 'pong', payload: frame.payload }];
      case opcodes.close:
        return [readClose(frame.payload)];
      case opcodes.text:
      case opcodes.binary:
      case opcodes.continuation:
        return this.readData(frame);
      default:
        return [{ kind: 'illegal', detail: `opcode ${frame.opcode}` }];
    }
  }

  private readData(frame: Frame): readonly ClientSaid[] {
    if (frame.opcode !== opcodes.continuation) {
      this.fragmentOpcode = frame.opcode;
      this.fragments = [];
      this.fragmentBytes = 0;
    }
    this.fragmentBytes += frame.payload.length;
    if (this.fragmentBytes <= maxMessageBytes) this.fragments.push(frame.payload);
    if (!frame.fin) return [];
    const payload = Buffer.concat(this.fragments);
    this.fragments = [];
    return [
      {
        kind: 'message',
        text: payload.toString('utf8'),
        bytes: this.fragmentBytes,
        binary: this.fragmentOpcode === opcodes.binary,
      },
    ];
  }
}

function readClose(payload: Buffer): ClientSaid {
  const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
  return { kind: 'close', code, reason: payload.toString('utf8', 2, 125), bodyBytes: payload.length };
}
