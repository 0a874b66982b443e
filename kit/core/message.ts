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
  | { readonly kind: 'binary'; readonly bytes: number }
  /** An answer of megabytes: lines that each carry the nonce and their place, so that a cut shows where it was made. */
  | { readonly kind: 'bulk'; readonly bytes: number };

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
  const payload = payloadOf(name, plan, nonce);
  return { name, type, payload, sha256: sha256(payload) };
}

function payloadOf(name: string, plan: MessagePlan, nonce: string): Buffer {
  if (plan.kind === 'binary') return noise(`${nonce}${name}`, plan.bytes);
  return plan.kind === 'bulk' ? bulkPayload(nonce, plan.bytes) : Buffer.from(textOf(name, plan, nonce));
}

function textOf(name: string, plan: Exclude<MessagePlan, { kind: 'binary' | 'bulk' }>, nonce: string): string {
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

/** Bytes between two places that are numbered in a bulk message. */
const bulkLineBytes = 1024;

/** `["<nonce>:000000 xxx…","<nonce>:000001 xxx…",…]`, a line each KiB, filled up with blanks. */
function bulkPayload(nonce: string, bytes: number): Buffer {
  const payload = Buffer.alloc(bytes, ' ');
  const lines = Math.floor((bytes - 2) / bulkLineBytes);
  const line = Buffer.from(`"${nonce}:000000 `.padEnd(bulkLineBytes - 2, 'x') + '",');
  for (let at = 0; at < lines; at++) {
    const from = 1 + at * bulkLineBytes;
    line.copy(payload, from);
    payload.write(at.toString(16).padStart(6, '0'), from + 2 + nonce.length, 'latin1');
  }
  payload.write('[', 0);
  // The comma behind the last line.
  payload.write(' ', lines * bulkLineBytes);
  payload.write(']', bytes - 1);
  return payload;
}

/** The offer that the client sends on open. */
export function makeOffer(nonce: string): string {
  return `{"type":"offer","nonce":"${nonce}","sdp":"v=0\\r\\no=- 0 0 IN IP4 0.0.0.0\\r\\n"}`;
}
