/** From bytes to messages: frames are put together, and what no server may send is said so. RFC 6455 §5. */
import { FrameParser, opcodes, type Frame } from '../core/frame';
import type { Switches } from './switches';

const maxMessageBytes = 1 << 26;

export type Heard =
  | { readonly kind: 'message'; readonly type: 'text' | 'binary'; readonly payload: Buffer }
  | { readonly kind: 'close' | 'ping' | 'pong'; readonly payload: Buffer }
  /** The connection has to be failed with this code. */
  | { readonly kind: 'illegal'; readonly code: number; readonly detail: string };

export class MessageReader {
  #parser: FrameParser;
  #type: 'text' | 'binary' | undefined;
  #fragments: Buffer[] = [];

  constructor(private readonly switches: Switches) {
    this.#parser = this.#newParser();
  }

  #newParser(): FrameParser {
    return new FrameParser(this.switches.mostMessageBytes ?? maxMessageBytes);
  }

  /** What one read says, in order. */
  read(bytes: Buffer): Heard[] {
    const found = this.#parser.push(bytes);
    const { oneFramePerRead, needsWholeFrame } = this.switches;
    if ((oneFramePerRead && found.length > 0) || (needsWholeFrame && this.#parser.unfinishedBytes > 0)) this.#forget();
    const heard = (oneFramePerRead ? found.slice(0, 1) : found).flatMap((one) =>
      one.kind === 'frame' ? this.#hear(one.frame) : [illegal(1009, `a message of ${one.bytes} bytes`)],
    );
    const ping = heard.findIndex((each) => each.kind === 'ping');
    return this.switches.pingEndsRead && ping >= 0 ? heard.slice(0, ping + 1) : heard;
  }

  /** What there is of an unfinished message. */
  unfinished(): { readonly type: 'text' | 'binary'; readonly payload: Buffer } | undefined {
    const tail = this.#parser.unfinished();
    const [first = 0, second = 0] = tail;
    const short = second & 0x7f;
    const headerBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
    const payload = Buffer.concat([...this.#fragments, tail.subarray(headerBytes)]);
    if (payload.length === 0) return undefined;
    return { type: this.#type ?? ((first & 0x0f) === opcodes.binary ? 'binary' : 'text'), payload };
  }

  #forget(): void {
    this.#parser = this.#newParser();
  }

  #hear(frame: Frame): Heard[] {
    const isLenient = this.switches.acceptsAnything === true;
    // RFC 6455 §5.1: a server does not mask; §5.2: no extension was negotiated that gives a reserved bit a meaning.
    if (frame.masked && !isLenient) return [illegal(1002, 'a masked frame')];
    if (frame.rsv !== 0 && !isLenient) return [illegal(1002, 'a reserved bit')];
    return frame.opcode >= opcodes.close ? this.#hearControl(frame) : this.#hearData(frame);
  }

  #hearControl({ opcode, fin, payload }: Frame): Heard[] {
    // RFC 6455 §5.5: 125 bytes at most, and never fragmented.
    if (!fin || payload.length > 125) return [illegal(1002, 'a control frame that is long or fragmented')];
    if (this.switches.controlResetsAssembler) this.#fragments = [];
    switch (opcode) {
      case opcodes.close:
        return [{ kind: 'close', payload }];
      case opcodes.ping:
        return [{ kind: 'ping', payload }];
      case opcodes.pong:
        return [{ kind: 'pong', payload }];
      default:
        return [illegal(1002, `opcode ${opcode}`)];
    }
  }

  #hearData({ opcode, fin, payload }: Frame): Heard[] {
    if (opcode > opcodes.binary) return [illegal(1002, `opcode ${opcode}`)];
    const isFirst = opcode !== opcodes.continuation;
    // RFC 6455 §5.4: fragments of one message are not mixed with those of another.
    if (isFirst !== (this.#type === undefined)) return [illegal(1002, 'a fragment out of place')];
    const type = this.#type ?? (opcode === opcodes.binary ? 'binary' : 'text');
    this.#fragments.push(payload);
    this.#type = fin ? undefined : type;
    if (type === 'text' && this.switches.checksFramesForUtf8 && !isUtf8(payload)) {
      return [illegal(1007, 'a frame that is no UTF-8')];
    }
    if (this.switches.deliversFragments) this.#fragments = [];
    if (this.switches.deliversFragments) return [{ kind: 'message', type, payload }];
    if (!fin) return [];
    const whole = Buffer.concat(this.#fragments);
    this.#fragments = [];
    // RFC 6455 §8.1.
    if (type === 'text' && !isUtf8(whole)) return [illegal(1007, 'text that is no UTF-8')];
    return [{ kind: 'message', type, payload: whole.subarray(0, this.switches.cutsBehindBytes) }];
  }
}

function illegal(code: number, detail: string): Heard {
  return { kind: 'illegal', code, detail };
}

/** Whether bytes are UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    // The decoder tells by throwing; here it is a value.
    return false;
  }
}
