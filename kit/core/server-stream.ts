/** The server's direction behind its 101: bytes or opened TLS records in, what the server said out, in order. */
import { FrameParser, opcodes, type Frame } from './frame';
import type { OpenedRecord } from './tls-record';
import { CONTENT } from './tls-record';

export type ServerSaid =
  | { readonly kind: 'message'; readonly bytes: number; readonly binary: boolean; readonly excerpt: string }
  | { readonly kind: 'ping'; readonly payload: Buffer }
  | { readonly kind: 'pong' }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }
  | { readonly kind: 'close-notify' }
  | { readonly kind: 'alert'; readonly description: number }
  | { readonly kind: 'illegal'; readonly detail: string };

const maxFrameBytes = 16 << 20;
const excerptBytes = 320;
const excerptCharacters = 80;

/** Follows one connection's server direction; keeps of a message its length and its beginning. */
export class ServerStream {
  readonly #parser = new FrameParser(maxFrameBytes);
  #opcode = 0;
  #bytes = 0;
  #head: Buffer = Buffer.alloc(0);

  /** A TLS record behind the handshake. */
  readRecord(record: OpenedRecord): readonly ServerSaid[] {
    if (record.kind === 'bad-record') return [{ kind: 'illegal', detail: `bad TLS record: ${record.reason}` }];
    switch (record.contentType) {
      case CONTENT.applicationData:
        return this.readBytes(record.plaintext);
      case CONTENT.alert: {
        // RFC 8446 §6.1: description 0 is close_notify.
        const description = record.plaintext[1] ?? 0;
        return [description === 0 ? { kind: 'close-notify' } : { kind: 'alert', description }];
      }
      default:
        return [];
    }
  }

  /** Bytes of the WebSocket layer. */
  readBytes(bytes: Uint8Array): readonly ServerSaid[] {
    return this.#parser.push(bytes).flatMap((parsed) => {
      if (parsed.kind === 'oversize') return [{ kind: 'illegal', detail: `a frame of ${parsed.bytes} bytes` } as const];
      return this.#readFrame(parsed.frame);
    });
  }

  #readFrame(frame: Frame): readonly ServerSaid[] {
    // RFC 6455 §5.1: a server must not mask. It is told, and read all the same.
    const masked = frame.masked ? ([{ kind: 'illegal', detail: 'a masked frame' }] as const) : [];
    switch (frame.opcode) {
      case opcodes.ping:
        return [...masked, { kind: 'ping', payload: frame.payload }];
      case opcodes.pong:
        return [...masked, { kind: 'pong' }];
      case opcodes.close:
        return [...masked, readClose(frame.payload)];
      case opcodes.text:
      case opcodes.binary:
      case opcodes.continuation:
        return [...masked, ...this.#readData(frame)];
      default:
        return [...masked, { kind: 'illegal', detail: `opcode ${frame.opcode}` }];
    }
  }

  #readData(frame: Frame): readonly ServerSaid[] {
    if (frame.opcode !== opcodes.continuation) {
      this.#opcode = frame.opcode;
      this.#bytes = 0;
      this.#head = Buffer.alloc(0);
    }
    this.#bytes += frame.payload.length;
    if (this.#head.length < excerptBytes) {
      this.#head = Buffer.concat([this.#head, frame.payload.subarray(0, excerptBytes - this.#head.length)]);
    }
    if (!frame.fin) return [];
    const binary = this.#opcode === opcodes.binary;
    const excerpt = binary ? '' : this.#head.toString('utf8').slice(0, excerptCharacters);
    return [{ kind: 'message', bytes: this.#bytes, binary, excerpt }];
  }
}

function readClose(payload: Buffer): ServerSaid {
  // RFC 6455 §7.1.5: 1005 stands for a Close without a code and is never on the wire itself.
  const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
  return { kind: 'close', code, reason: payload.toString('utf8', 2, 125) };
}
