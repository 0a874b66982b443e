/**
 * WebSocket frames, RFC 6455 §5.2: built as asked, legal or not, and parsed as they come.
 *
 * Building never refuses: an illegal length form, a masked server frame, a reserved bit or a long control frame are
 * what some cases send. Parsing reports what a client broke as facts; it never throws.
 *
 * @example A text frame "Hi" from a server is `81 02 48 69`: fin and opcode 1, length 2, payload.
 */

export const opcodes = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

export interface FrameSpec {
  readonly opcode: number;
  readonly payload: Uint8Array;
  /** Default true. */
  readonly fin?: boolean;
  /** Reserved bits as one number: 4 is RSV1, 2 is RSV2, 1 is RSV3; default 0. */
  readonly rsv?: number;
  /** A masking key of 4 bytes; a server must not mask (RFC 6455 §5.1), so it is absent unless a case wants it. */
  readonly maskingKey?: Uint8Array;
}

/** The bytes of one frame. @see RFC 6455 §5.2 */
export function buildFrame(spec: FrameSpec): Buffer {
  const { payload, maskingKey } = spec;
  const first = ((spec.fin ?? true) ? 0x80 : 0) | ((spec.rsv ?? 0) << 4) | spec.opcode;
  const maskBit = maskingKey ? 0x80 : 0;
  const header = payloadHeader(first, maskBit, payload.length);
  if (!maskingKey) return Buffer.concat([header, payload]);
  return Buffer.concat([header, maskingKey, applyMask(payload, maskingKey)]);
}

function payloadHeader(first: number, maskBit: number, length: number): Buffer {
  if (length < 126) return Buffer.from([first, maskBit | length]);
  if (length < 65536) return Buffer.from([first, maskBit | 126, length >> 8, length & 0xff]);
  const header = Buffer.alloc(10);
  header[0] = first;
  header[1] = maskBit | 127;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}

/** XOR with the masking key, RFC 6455 §5.3; its own inverse. */
export function applyMask(payload: Uint8Array, key: Uint8Array): Buffer {
  const masked = Buffer.from(payload);
  for (let i = 0; i < masked.length; i++) masked[i] = (masked[i] ?? 0) ^ (key[i & 3] ?? 0);
  return masked;
}

/** Body of a Close frame: two bytes of code, big-endian, then the reason in UTF-8 (RFC 6455 §5.5.1). */
export function closeBody(code?: number, reason = ''): Buffer {
  if (code === undefined) return Buffer.alloc(0);
  return Buffer.concat([Buffer.from([(code >> 8) & 0xff, code & 0xff]), Buffer.from(reason, 'utf8')]);
}

export interface Frame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

/** What a parser found: a frame, or a payload announced that is larger than it keeps. */
export type Parsed =
  { readonly kind: 'frame'; readonly frame: Frame } | { readonly kind: 'oversize'; readonly bytes: number };

/** Takes bytes in any cut and gives frames, in order; payloads above `maxPayloadBytes` end the parsing. */
export class FrameParser {
  private rest: Buffer = Buffer.alloc(0);
  /** Behind `rest`: a payload of megabytes must not be copied together at each piece of it. */
  private parts: Buffer[] = [];
  private buffered = 0;
  private wanted = 2;
  private broken = false;

  constructor(private readonly maxPayloadBytes = 1 << 20) {}

  push(bytes: Uint8Array): Parsed[] {
    const found: Parsed[] = [];
    if (this.broken) return found;
    this.parts.push(Buffer.from(bytes));
    this.buffered += bytes.length;
    if (this.buffered < this.wanted) return found;
    this.rest = this.unfinished();
    this.parts = [];
    for (;;) {
      const next = this.take();
      if (next === undefined) {
        this.buffered = this.rest.length;
        return found;
      }
      found.push(next);
      if (next.kind === 'oversize') {
        this.broken = true;
        this.rest = Buffer.alloc(0);
        this.buffered = 0;
        return found;
      }
    }
  }

  /** Bytes of a frame that has begun and not ended. */
  get unfinishedBytes(): number {
    return this.buffered;
  }

  /** Those bytes. */
  unfinished(): Buffer {
    return this.parts.length === 0 ? this.rest : Buffer.concat([this.rest, ...this.parts]);
  }

  private take(): Parsed | undefined {
    const buffer = this.rest;
    const [first, second] = buffer;
    this.wanted = 2;
    if (first === undefined || second === undefined) return undefined;
    const short = second & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const masked = (second & 0x80) !== 0;
    const headerBytes = 2 + lengthBytes + (masked ? 4 : 0);
    this.wanted = headerBytes;
    if (buffer.length < headerBytes) return undefined;
    const length =
      lengthBytes === 2 ? buffer.readUInt16BE(2) : lengthBytes === 8 ? Number(buffer.readBigUInt64BE(2)) : short;
    if (length > this.maxPayloadBytes) return { kind: 'oversize', bytes: length };
    this.wanted = headerBytes + length;
    if (buffer.length < this.wanted) return undefined;
    const raw = buffer.subarray(headerBytes, headerBytes + length);
    const payload = masked ? applyMask(raw, buffer.subarray(headerBytes - 4, headerBytes)) : Buffer.from(raw);
    this.rest = buffer.subarray(this.wanted);
    return {
      kind: 'frame',
      frame: { fin: (first & 0x80) !== 0, rsv: (first >> 4) & 7, opcode: first & 0x0f, masked, payload },
    };
  }
}
