/** The messages that cases send: made from a nonce of the connection, so that none can be taken for another's. */
import { createHash } from 'node:crypto';

/** What a message is made of; its text is always JSON that signaling software would recognise, or stated otherwise. */
export type MessagePlan =
  /** An SDP-like answer of `bytes` bytes in all (default 1024). */
  | { readonly kind: 'answer'; readonly bytes?: number }
  /** A short indexed message, at most 140 bytes: a trickled ICE candidate. */
  | { readonly kind: 'candidate'; readonly index: number }
  /** Any other short JSON, with a `type` such as `bye`, `error`, `end-of-candidates`. */
  | { readonly kind: 'note'; readonly type: string }
  /** Text as it stands; `salt` makes the nonce part of it. */
  | { readonly kind: 'text'; readonly text: string; readonly salted: boolean }
  /** Text of 1-, 2-, 3- and 4-byte characters. */
  | { readonly kind: 'unicode' }
  | { readonly kind: 'binary'; readonly bytes: number };

export interface Message {
  readonly name: string;
  readonly type: 'text' | 'binary';
  readonly payload: Buffer;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** SHA-256 in lower-case hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** 32 hex digits: 128 bits that name one connection of one trial. */
export function nonceOf(seed: string, trial: string, connection: number): string {
  return sha256(Buffer.from(`${seed}\0${trial}\0${connection}`)).slice(0, 32);
}

/** Bytes that look random and are a function of their label. */
export function noise(label: string, bytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let i = 0; i * 32 < bytes; i++) blocks.push(createHash('sha256').update(`${label}\0${i}`).digest());
  return Buffer.concat(blocks).subarray(0, bytes);
}

/** The message that a plan makes for a nonce. */
export function makeMessage(name: string, plan: MessagePlan, nonce: string): Message {
  const type = plan.kind === 'binary' ? 'binary' : 'text';
  const payload =
    plan.kind === 'binary' ? noise(`${nonce}${name}`, plan.bytes) : Buffer.from(textOf(name, plan, nonce));
  return { name, type, payload, sha256: sha256(payload) };
}

function textOf(name: string, plan: Exclude<MessagePlan, { kind: 'binary' }>, nonce: string): string {
  switch (plan.kind) {
    case 'answer': {
      const head = `{"type":"answer","nonce":"${nonce}","name":"${name}","sdp":"v=0\\r\\no=- 1 1 IN IP4 0.0.0.0\\r\\na=`;
      const padding = Math.max(0, (plan.bytes ?? 1024) - head.length - 2);
      return `${head}${noise(nonce + name, Math.ceil(padding / 2))
        .toString('hex')
        .slice(0, padding)}"}`;
    }
    case 'candidate':
      return `{"type":"candidate","nonce":"${nonce}","index":${plan.index},"candidate":"udp 1 192.0.2.${plan.index % 254} 9"}`;
    case 'note':
      return `{"type":"${plan.type}","nonce":"${nonce}"}`;
    case 'text':
      return plan.salted ? plan.text + nonce : plan.text;
    case 'unicode':
      return `{"nonce":"${nonce}","text":"aé€😀ß漢𝄞ñ"}`;
    default:
      throw new TypeError(`unknown message plan ${String(plan satisfies never)}`);
  }
}

/** The offer that the client sends on open. */
export function makeOffer(nonce: string): string {
  return `{"type":"offer","nonce":"${nonce}","sdp":"v=0\\r\\no=- 0 0 IN IP4 0.0.0.0\\r\\n"}`;
}
