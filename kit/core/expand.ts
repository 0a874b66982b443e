/**
 * From symbols to bytes: a part of a case, with a nonce, becomes the script of one connection and the messages that
 * it sends. A pure function, so that what a client should have received can be worked out again from the raw trials.
 */
import type { Case, CasePart, Piece, ReactionPlan, RecordPlan, StepPlan, Transport } from './case';
import type { Reaction } from './adapter-event';
import { buildFrame, closeBody, opcodes } from './frame';
import { buildRefusal, type ResponseDefect } from './handshake';
import { makeMessage, makeOffer, type Message } from './message';
import type { RecordPart, RecordSpec, Script, Step } from './script';

/** What a part of a case is on one connection. */
export interface Expanded {
  readonly script: Script;
  readonly offer: string;
  /** Every message of the case by name, sent or not. */
  readonly messages: ReadonlyMap<string, Message>;
  readonly reactions: readonly Reaction[];
}

export interface ExpandOptions {
  readonly nonce: string;
  readonly transport: Transport;
}

/** RFC 8446 §5.1, RFC 5246 §6.2.1: the most plaintext that one record carries. */
const maxRecordBytes = 16_384;

/** Patience with a client, in ms, before a wait of the endpoint is over. */
export const patience = { offerMs: 20_000, echoMs: 10_000, ackMs: 2_000 } as const;

/** Whether a part runs frozen: its class says so, unless it is its live variant. */
export function isFrozen(kase: Case, part: CasePart): boolean {
  return part.script.some((step) => step.op === 'freeze') || (kase.class === 'F' && part.live !== true);
}

/** The script, offer and messages of one connection. */
export function expand(kase: Case, part: CasePart, options: ExpandOptions): Expanded {
  const messages = new Map(
    Object.entries(kase.messages).map(([name, plan]) => [name, makeMessage(name, plan, options.nonce)]),
  );
  const plan = isFrozen(kase, part) ? withFreeze(withAccept(part.script)) : withAccept(part.script);
  const script = concreteSteps(plan, messages, options);
  const offer = makeOffer(options.nonce);
  return { script, offer, messages, reactions: reactionsOf(part.reactions ?? [], options.nonce, messages) };
}

/** What the client says to acknowledge a message in its own protocol. */
export function ackText(message: Message): string {
  return `{"type":"ack","of":"${message.sha256.slice(0, 32)}"}`;
}

/** An answer to the upgrade, of whatever kind. */
function isAnswer({ piece }: Piece): boolean {
  return piece === 'response' || piece === 'refusal';
}

function sendsResponse(step: StepPlan): boolean {
  return step.op === 'send' && step.records.some((plan) => 'pieces' in plan && plan.pieces.some(isAnswer));
}

function withAccept(script: readonly StepPlan[]): readonly StepPlan[] {
  if (script.some(sendsResponse)) return script;
  const response: RecordPlan = { record: 'data', pieces: [{ piece: 'response' }] };
  return [{ op: 'send', layout: 'stream', records: [response], scene: true }, ...script];
}

/** Class F: freeze before the stimulus, wait for the ACKs and thaw behind its last byte, unless the script does. */
function withFreeze(script: readonly StepPlan[]): readonly StepPlan[] {
  if (script.some((step) => step.op === 'freeze')) return script;
  const first = script.findIndex((step) => step.op === 'send' && step.scene !== true);
  // A frozen client answers nothing: what comes behind a wait for it is sent thawed.
  const answered = script.findIndex((step, at) => at > first && (step.op === 'echo' || step.op === 'app-ack'));
  const last = script
    .slice(0, answered < 0 ? script.length : answered)
    .findLastIndex((step) => ['send', 'reset', 'abandon', 'drop'].includes(step.op));
  const acked = script.slice(first, last + 1).some((step) => step.op === 'ack');
  return [
    ...script.slice(0, first),
    { op: 'freeze' },
    ...script.slice(first, last + 1),
    ...(acked ? [] : [{ op: 'ack' } as const]),
    { op: 'thaw' },
    ...script.slice(last + 1),
  ];
}

function concreteSteps(
  steps: readonly StepPlan[],
  messages: ReadonlyMap<string, Message>,
  options: ExpandOptions,
): readonly Step[] {
  // On plain `ws` a step of close_notify alone sends nothing, and is no step.
  return steps
    .map((step) => concrete(step, messages, options))
    .filter((step) => step.op !== 'send' || step.records.length > 0 || step.fin);
}

function concrete(step: StepPlan, messages: ReadonlyMap<string, Message>, options: ExpandOptions): Step {
  switch (step.op) {
    case 'send':
      return concreteSend(step, messages, options);
    case 'offer':
      return { op: 'await-offer', timeoutMs: patience.offerMs };
    case 'echo':
      return { op: 'await-close', timeoutMs: patience.echoMs };
    case 'ack':
      return { op: 'await-ack', timeoutMs: step.timeoutMs ?? patience.ackMs };
    case 'app-ack': {
      const [first] = messages.values();
      if (first === undefined) throw new TypeError('an application ack needs a message');
      const otherwise = concreteSteps(step.otherwise, messages, options);
      return { op: 'await-message', text: ackText(first), timeoutMs: step.timeoutMs, otherwise };
    }
    case 'wait':
    case 'freeze':
    case 'thaw':
    case 'reset':
    case 'abandon':
    case 'stop-reading':
    case 'drop':
    case 'impose':
    case 'lift':
    case 'kill':
      return step;
    default:
      throw new TypeError(`unknown step ${String(step satisfies never)}`);
  }
}

function concreteSend(
  step: StepPlan & { readonly op: 'send' },
  messages: ReadonlyMap<string, Message>,
  options: ExpandOptions,
): Step {
  const records: RecordSpec[] = [];
  let fin = false;
  for (const plan of step.records) {
    if (plan.record === 'fin') fin = true;
    else if (plan.record !== 'close_notify') records.push(...dataRecords(plan, messages));
    // RFC 8446 §6.1: a warning alert 0; plain `ws` has no such thing.
    else if (options.transport !== 'plain') records.push({ kind: 'alert', level: 'warning', description: 0 });
  }
  return { op: 'send', records, layout: step.layout, fin, stimulus: step.scene !== true };
}

interface Encoded {
  readonly parts: readonly RecordPart[];
  readonly bytes: Buffer;
  /** For each message that ends in these pieces, the offset behind its last byte. */
  readonly ends: readonly { readonly name: string; readonly offset: number }[];
  readonly close?: { readonly code: number; readonly offset: number };
  readonly says?: string;
}

function encode(pieces: readonly Piece[], messages: ReadonlyMap<string, Message>): Encoded {
  const parts: RecordPart[] = [];
  const ends: { name: string; offset: number }[] = [];
  let close: { code: number; offset: number } | undefined;
  let says: string | undefined;
  let offset = 0;
  for (const piece of pieces) {
    says ??= sayingOf(piece);
    if (piece.piece === 'response') {
      const { piece: kind, ...which } = piece;
      parts.push({ kind, ...which });
      continue;
    }
    const bytes = encodePiece(piece, messages);
    parts.push({ kind: 'bytes', bytes });
    offset += bytes.length;
    if (piece.piece === 'message' && (piece.fin ?? true)) ends.push({ name: piece.name, offset });
    if (piece.piece === 'refusal') ends.push({ name: piece.body, offset });
    if (piece.piece === 'close') close ??= { code: closeCodeOf(piece), offset };
  }
  const bytes = Buffer.concat(parts.flatMap((part) => (part.kind === 'bytes' ? [part.bytes] : [])));
  return { parts, bytes, ends, ...(close ? { close } : {}), ...(says === undefined ? {} : { says }) };
}

/** An answer that opens no connection, in words; a sound 101 needs none. */
function sayingOf(piece: Piece): string | undefined {
  if (piece.piece === 'refusal') return `HTTP ${piece.status}`;
  return piece.piece === 'response' && piece.defect !== undefined ? defectWords[piece.defect] : undefined;
}

const defectWords: Readonly<Record<ResponseDefect, string>> = {
  'wrong-accept': '101 with a wrong Sec-WebSocket-Accept',
  'no-upgrade': '101 without Upgrade',
  'no-connection': '101 without Connection',
  'unoffered-extension': '101 with an extension not offered',
  'unoffered-subprotocol': '101 with a subprotocol not offered',
  half: 'half of the 101',
};

function encodePiece(piece: Exclude<Piece, { piece: 'response' }>, messages: ReadonlyMap<string, Message>): Buffer {
  if (piece.piece === 'close') {
    const payload =
      piece.bodyHex === undefined ? closeBody(piece.code, piece.reason) : Buffer.from(piece.bodyHex, 'hex');
    return buildFrame({ opcode: opcodes.close, payload });
  }
  if (piece.piece === 'refusal') {
    // What a client that takes the body for frames would deliver: the bytes of the frame, not of the payload alone.
    const body = encodePiece({ piece: 'message', name: piece.body }, messages);
    return buildRefusal({ ...piece, body });
  }
  if (piece.piece === 'odd-frame') return encodeOdd(piece, messages);
  if (piece.piece !== 'message') {
    return buildFrame({ opcode: opcodes[piece.piece], payload: Buffer.from(piece.text, 'utf8') });
  }
  const message = messageOf(messages, piece.name);
  const from = piece.from ?? 0;
  // RFC 6455 §5.4: the first fragment carries the type, the others opcode 0.
  const opcode = from > 0 ? opcodes.continuation : opcodes[message.type];
  return buildFrame({ opcode, payload: message.payload.subarray(from, piece.to), fin: piece.fin ?? true });
}

function encodeOdd(
  { opcode, fin, rsv, maskHex, payload }: Piece & { readonly piece: 'odd-frame' },
  messages: ReadonlyMap<string, Message>,
): Buffer {
  return buildFrame({
    opcode,
    payload: 'hex' in payload ? Buffer.from(payload.hex, 'hex') : messageOf(messages, payload.name).payload,
    ...(fin === undefined ? {} : { fin }),
    ...(rsv === undefined ? {} : { rsv }),
    ...(maskHex === undefined ? {} : { maskingKey: Buffer.from(maskHex, 'hex') }),
  });
}

function messageOf(messages: ReadonlyMap<string, Message>, name: string): Message {
  const message = messages.get(name);
  if (message === undefined) throw new TypeError(`the case has no message named ${name}`);
  return message;
}

function closeCodeOf(piece: Piece & { readonly piece: 'close' }): number {
  if (piece.bodyHex !== undefined) {
    return piece.bodyHex.length < 4 ? 1005 : Number.parseInt(piece.bodyHex.slice(0, 4), 16);
  }
  return piece.code ?? 1005;
}

function dataRecords(
  plan: RecordPlan & { readonly record: 'data' | 'bytewise' | 'full' },
  messages: ReadonlyMap<string, Message>,
): RecordSpec[] {
  const encoded = encode(plan.pieces, messages);
  if (plan.record === 'bytewise') {
    // How long the 101 is, only the request tells.
    if (encoded.parts.some((part) => part.kind === 'response')) {
      return [{ kind: 'data', parts: encoded.parts, ends: encoded.ends.map((end) => end.name), bytewise: true }];
    }
    return Array.from(encoded.bytes, (_, at) => sliceRecord(encoded, at, at + 1));
  }
  if (plan.record === 'full') {
    const count = Math.max(1, Math.ceil(encoded.bytes.length / maxRecordBytes));
    return Array.from({ length: count }, (_, at) =>
      sliceRecord(encoded, at * maxRecordBytes, Math.min((at + 1) * maxRecordBytes, encoded.bytes.length)),
    );
  }
  if (plan.from !== undefined || plan.to !== undefined) {
    const total = encoded.bytes.length;
    return [sliceRecord(encoded, offsetIn(plan.from ?? 0, total), offsetIn(plan.to ?? total, total))];
  }
  return [
    {
      kind: 'data',
      parts: encoded.parts,
      ends: plan.half === true ? [] : encoded.ends.map((end) => end.name),
      ...(encoded.close && plan.half !== true ? { closeCode: encoded.close.code } : {}),
      ...(encoded.says === undefined ? {} : { says: encoded.says }),
      ...(plan.half === true ? { half: true } : {}),
    },
  ];
}

function offsetIn(offset: number, total: number): number {
  return offset < 0 ? total + offset : Math.min(offset, total);
}

function sliceRecord(encoded: Encoded, from: number, to: number): RecordSpec {
  const inside = (offset: number): boolean => offset > from && offset <= to;
  return {
    kind: 'data',
    parts: [{ kind: 'bytes', bytes: encoded.bytes.subarray(from, to) }],
    ends: encoded.ends.filter((end) => inside(end.offset)).map((end) => end.name),
    ...(encoded.close && inside(encoded.close.offset) ? { closeCode: encoded.close.code } : {}),
  };
}

function reactionsOf(
  plans: readonly ReactionPlan[],
  nonce: string,
  messages: ReadonlyMap<string, Message>,
): readonly Reaction[] {
  return [
    { when: 'open', send: [{ text: makeOffer(nonce) }] },
    ...plans.map((plan) => reactionOf(plan, nonce, messages)),
  ];
}

function reactionOf(plan: ReactionPlan, nonce: string, messages: ReadonlyMap<string, Message>): Reaction {
  switch (plan.kind) {
    case 'slow-handler':
      return { when: 'message', sleepMs: plan.sleepMs };
    case 'ack': {
      return { when: 'message', nth: 1, send: [{ text: ackText(messageOf(messages, plan.message)) }] };
    }
    case 'close': {
      const close = { code: plan.code, reason: plan.reason };
      return plan.on === 'open' ? { when: 'open', close } : { when: 'message', nth: 1, close };
    }
    case 'send-candidates': {
      const send = Array.from({ length: plan.count }, (_, at) => ({ text: candidateText(nonce, at + 1) }));
      return { when: 'message', nth: 1, send, everyMs: plan.everyMs };
    }
    default:
      throw new TypeError(`unknown reaction ${String(plan satisfies never)}`);
  }
}

function candidateText(nonce: string, index: number): string {
  return makeMessage('', { kind: 'candidate', index }, nonce).payload.toString('utf8');
}
