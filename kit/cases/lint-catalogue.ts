/**
 * What is wrong with a catalogue, before it accuses anyone.
 *
 * Rules:
 * - An id is `family/name` and occurs once; title and what the case exposes are said; every clause leads to sections.
 * - A part runs on transports of its case; parts are named where there are several, `[a-z0-9-]+`, each once, and never
 *   like a transport, since `case@tls12` is a variant of its own.
 * - Every message that a part names exists, and every message of a case is used by some part.
 * - A part expands on each of its transports, and no record holds more than 2^14 bytes (RFC 8446 §5.1).
 * - `deliver` is what a conforming client receives of the script: the messages that are whole before the first Close
 *   frame and the first close_notify, in order. `never` names what is sent, at least in part, and not delivered.
 * - `codes` are those that the script gives to a conforming client; `clean` is true only where a Close is sent.
 * - A part whose first answer is no sound 101 expects no open, and no other does: it delivers nothing, waits for no offer
 *   and no ack, has no reaction, and gives no code but 1006.
 * - Nothing is sent behind a FIN, a reset, an abandonment or a drop.
 * - A frozen client is thawed again, is never waited for, and finds less than 60 KB in its receive queue; what is queued
 *   behind its window is acknowledged before the end of the script.
 * - What is imposed is lifted again. An endpoint that is killed does no more.
 * - A reaction requires its feature; an application ack is waited for where there is a reaction that sends it.
 * - A client is told at most once to close, with a code of the application's own that is not the one it has to report, and
 *   its Close is waited for.
 */
import { isUtf8 } from 'node:buffer';
import type { Feature } from '../core/adapter-event';
import type { Case, CasePart, Piece, ReactionPlan, RecordPlan, StepPlan, Transport } from '../core/case';
import { sectionsOf } from '../core/clauses';
import { expand } from '../core/expand';
import { FrameParser, opcodes, type Frame } from '../core/frame';
import { sha256, type Message } from '../core/message';
import { opens } from '../core/opens';
import type { RecordSpec, Script } from '../core/script';

const maxRecordBytes = 16_384;
const maxFrozenBytes = 60_000;

/** What a record costs on the wire at most: TLS 1.2 with AES-GCM, 5 of header, 8 of nonce and 16 of tag. */
const recordOverheadBytes = 29;

/** More than any 101 of ours has. */
const responseBytes = 512;

const nonce = '0123456789abcdef0123456789abcdef';

/** One line for each problem, `id@part: what is wrong`; none where the catalogue is sound. */
export function lintCatalogue(cases: readonly Case[]): string[] {
  return [
    ...repeated(cases.map((kase) => kase.id)).map((id) => `${id}: the id is used twice`),
    ...cases.flatMap(lintCase),
  ];
}

function lintCase(kase: Case): string[] {
  const problems: string[] = [];
  if (!/^[a-z0-9]+\/[a-z0-9]+(-[a-z0-9]+)*$/.test(kase.id)) problems.push('the id is not `family/name`');
  if (kase.title === '' || kase.exposes === '') problems.push('title or `exposes` is empty');
  if (kase.basis.length === 0) problems.push('it rests on no clause');
  for (const section of sectionsOf(kase.basis)) {
    if (!/^(RFC \d+|WHATWG WebSockets) §\d+(\.\d+)*$|^lastword kit rule$/.test(section)) {
      problems.push(`${section} is no section of a standard`);
    }
  }
  if (kase.transports.length === 0) problems.push('it runs on no transport');
  problems.push(...lintPartNames(kase), ...lintMessageUse(kase));
  return [
    ...problems.map((problem) => `${kase.id}: ${problem}`),
    ...kase.parts.flatMap((part) => lintPart(kase, part).map((problem) => `${kase.id}@${part.name ?? ''}: ${problem}`)),
  ];
}

function lintPartNames(kase: Case): string[] {
  const names = kase.parts.flatMap((part) => part.name ?? []);
  const problems = repeated(names).map((name) => `two parts are named ${name}`);
  if (kase.parts.length === 0) problems.push('it has no part');
  if (kase.parts.length > 1 && names.length < kase.parts.length) problems.push('a part of several has no name');
  for (const name of names) {
    if (!/^[a-z0-9-]+$/.test(name)) problems.push(`${name} is no name for a part`);
    if (['tls12', 'tls13', 'plain'].includes(name)) problems.push(`a part is named like the transport ${name}`);
  }
  return problems;
}

function lintMessageUse(kase: Case): string[] {
  const used = new Set(kase.parts.flatMap(messagesNamed));
  const missing = [...used].filter((name) => !Object.hasOwn(kase.messages, name));
  const unused = Object.keys(kase.messages).filter((name) => !used.has(name));
  return [
    ...missing.map((name) => `there is no message ${name}`),
    ...unused.map((name) => `the message ${name} is not used`),
  ];
}

function lintPart(kase: Case, part: CasePart): string[] {
  const own = part.transports ?? kase.transports;
  const foreign = own.filter((transport) => !kase.transports.includes(transport));
  const problems = [
    ...foreign.map((transport) => `its case does not run on ${transport}`),
    ...(own.length === 0 ? ['it runs on no transport'] : []),
    ...lintReactions(kase, part),
  ];
  const found = own.flatMap((transport) => lintOn(kase, part, transport));
  return [...problems, ...new Set(found)];
}

function lintReactions(kase: Case, part: CasePart): string[] {
  const problems: string[] = [];
  const reactions = part.reactions ?? [];
  for (const reaction of reactions) {
    const feature = featureOf[reaction.kind];
    if (!(part.requires ?? []).includes(feature)) problems.push(`it does not require ${feature}`);
    // The reaction answers the first message that comes, and the script waits for the ack of the case's first message.
    if (
      reaction.kind === 'ack' &&
      (part.expect.deliver[0] !== reaction.message || Object.keys(kase.messages)[0] !== reaction.message)
    ) {
      problems.push(`${reaction.message} is acknowledged and is not the first message`);
    }
  }
  problems.push(...lintOwnClose(part));
  const waits = part.script.some((step) => step.op === 'app-ack');
  if (waits !== reactions.some((reaction) => reaction.kind === 'ack')) {
    problems.push('an application ack is waited for and not sent, or the reverse');
  }
  return problems;
}

const featureOf: Readonly<Record<ReactionPlan['kind'], Feature>> = {
  ack: 'react-send',
  'send-candidates': 'react-send',
  'slow-handler': 'react-sleep',
  close: 'react-close',
};

function lintOwnClose(part: CasePart): string[] {
  const orders = (part.reactions ?? []).flatMap((reaction) => (reaction.kind === 'close' ? reaction : []));
  const problems: string[] = [];
  if (orders.length > 1) problems.push('the client is told twice to close');
  for (const { code, on } of orders) {
    // WHATWG WebSockets §3.1; and a code of its own tells a client's Close from a reply, and from the endpoint's.
    if (code < 3000 || code > 4999) problems.push(`no application may close with ${code}, or many would`);
    if (part.expect.close.codes?.includes(code) === true) problems.push(`${code} is the client’s own code`);
    if (on === 'message' && part.expect.deliver.length === 0) problems.push('no message comes that it could close on');
    if (!part.script.some((step) => step.op === 'echo')) problems.push('the Close of the client is not waited for');
  }
  return problems;
}

function lintOn(kase: Case, part: CasePart, transport: Transport): string[] {
  let expanded;
  try {
    expanded = expand(kase, part, { nonce, transport });
  } catch (error) {
    return [`it does not expand on ${transport}: ${String(error)}`];
  }
  const { script, messages } = expanded;
  const problems = [
    ...lintOpen(part, script),
    ...lintDelivery(part, script, messages),
    ...lintCodes(part, script),
    ...pathsOf(script).flatMap(lintEnd),
    ...pathsOf(script).flatMap(lintFreeze),
    ...pathsOf(script).flatMap(lintConditions),
  ];
  const sizes = pathsOf(script).flatMap((path) =>
    path.flatMap((step) => (step.op === 'send' ? step.records.map(plainBytes) : [])),
  );
  if (sizes.some((size) => size > maxRecordBytes)) problems.push('a record is larger than 2^14 bytes');
  return problems;
}

function lintOpen(part: CasePart, script: Script): string[] {
  const isOpened = opens(script);
  if (isOpened === (part.expect.open === 'never')) {
    return [isOpened ? 'it opens, and expects no open' : 'it never opens, and does not expect that'];
  }
  if (isOpened) return [];
  const waits = script.some((step) => step.op === 'await-offer' || step.op === 'await-message');
  return [
    ...(waits ? ['it never opens, and something of an open connection is waited for'] : []),
    ...((part.reactions ?? []).length > 0 ? ['it never opens, and has a reaction'] : []),
  ];
}

function lintDelivery(part: CasePart, script: Script, messages: ReadonlyMap<string, Message>): string[] {
  const problems: string[] = [];
  const expected = part.expect.deliver.map((name) => labelOf(messages.get(name)));
  if (expected.join() !== receivedOf(script).messages.join()) {
    problems.push('`deliver` is not what the script sends whole before its first Close or close_notify');
  }
  const sent = new Set(messagesSent(part.script));
  for (const name of part.expect.never?.names ?? []) {
    if (!sent.has(name)) problems.push(`${name} must never surface, and is not sent`);
    if (part.expect.deliver.includes(name)) problems.push(`${name} is expected, and must never surface`);
  }
  return problems;
}

function lintCodes(part: CasePart, script: Script): string[] {
  const { codes, clean } = part.expect.close;
  const main = receivedOf(script).codes;
  const problems: string[] = [];
  if (clean === true && main.includes(1006)) problems.push('a close cannot be clean where no Close frame is received');
  if (codes === undefined) return problems;
  const possible = new Set(pathsOf(script).flatMap((path) => receivedOf(path).codes));
  const wrong = codes.filter((code) => !possible.has(code));
  if (wrong.length > 0) problems.push(`the script gives no client the code ${wrong.join(', ')}`);
  if (!codes.some((code) => main.includes(code))) problems.push(`the script gives the code ${main.join(' or ')}`);
  return problems;
}

function lintEnd(script: Script): string[] {
  const isLast = ['reset', 'abandon', 'drop', 'kill'];
  const end = script.findIndex((step) => (step.op === 'send' && step.fin) || isLast.includes(step.op));
  const behind = end < 0 ? [] : script.slice(end + 1);
  return behind.some((step) => step.op === 'send') ? ['something is sent behind the end'] : [];
}

function lintFreeze(script: Script): string[] {
  const problems: string[] = [];
  let isFrozenNow = false;
  let queued = 0;
  let isQueued = false;
  for (const step of script) {
    if (step.op === 'thaw') isFrozenNow = false;
    if (step.op === 'freeze') [isFrozenNow, queued] = [true, 0];
    if (isFrozenNow && (step.op === 'await-offer' || step.op === 'await-close' || step.op === 'await-message')) {
      problems.push('a frozen client is waited for');
    }
    if (step.op === 'send' && step.layout === 'queue') isQueued = true;
    if (step.op === 'await-ack' && !isFrozenNow) isQueued = false;
    if (!isFrozenNow || step.op !== 'send' || step.layout === 'queue') continue;
    queued += step.records.reduce((sum, record) => sum + plainBytes(record) + recordOverheadBytes, 0);
    if (queued >= maxFrozenBytes) problems.push('more than 60 KB are sent to a frozen client');
  }
  if (isFrozenNow) problems.push('the client stays frozen');
  if (isQueued) problems.push('what is queued is not waited for');
  return problems;
}

function lintConditions(script: Script): string[] {
  const problems: string[] = [];
  let isImposed = false;
  for (const [at, { op }] of script.entries()) {
    if (op === 'impose' && isImposed) problems.push('a second condition is imposed on the first');
    if (op === 'lift' && !isImposed) problems.push('nothing is imposed that could be lifted');
    if (op === 'impose' || op === 'lift') isImposed = op === 'impose';
    if (op === 'kill' && at < script.length - 1) problems.push('a script goes on behind the end of its endpoint');
  }
  if (isImposed) problems.push('what is imposed is never lifted');
  return problems;
}

/** The script as it runs to its end, and as it ends where an application ack does not come. */
function pathsOf(script: Script): Script[] {
  const paths = [script];
  for (const [at, step] of script.entries()) {
    if (step.op === 'await-message') paths.push([...script.slice(0, at), ...step.otherwise]);
  }
  return paths;
}

function plainBytes(record: RecordSpec): number {
  if (record.kind === 'alert') return 2;
  return record.parts.reduce((sum, part) => sum + (part.kind === 'response' ? responseBytes : part.bytes.length), 0);
}

interface Received {
  /** Whole messages in order, each as its label. */
  readonly messages: readonly string[];
  /** The code of the first Close; those of a failure where none comes, or one that is illegal. */
  readonly codes: readonly number[];
}

/** What a conforming client takes out of a script. */
function receivedOf(script: Script): Received {
  if (!opens(script)) return { messages: [], codes: [1006] };
  const parser = new FrameParser(2 ** 31);
  const frames = parser
    .push(Buffer.concat(authenticBytes(script)))
    .flatMap((found) => (found.kind === 'frame' ? found.frame : []));
  const messages: string[] = [];
  let fragments: Buffer[] = [];
  let type: Message['type'] = 'text';
  for (const frame of frames) {
    const { opcode, fin, payload } = frame;
    if (isIllegal(frame, fragments.length > 0)) return { messages, codes: [1002, 1006, 1007] };
    if (opcode === opcodes.close) return { messages, codes: closeCodes(payload) };
    // RFC 6455 §5.4: control frames come between fragments and are no part of them.
    if (opcode >= opcodes.close) continue;
    if (opcode !== opcodes.continuation) type = opcode === opcodes.binary ? 'binary' : 'text';
    fragments.push(payload);
    if (!fin) continue;
    // RFC 6455 §8.1.
    if (type === 'text' && !isUtf8(Buffer.concat(fragments))) return { messages, codes: [1006, 1007] };
    messages.push(labelOf({ type, payload: Buffer.concat(fragments) }));
    fragments = [];
  }
  return { messages, codes: [1006] };
}

/** RFC 6455 §5.1, §5.2, §5.4, §5.5: what no server may send, whatever was sent before. */
function isIllegal({ opcode, fin, rsv, masked, payload }: Frame, isWithinMessage: boolean): boolean {
  if (masked || rsv !== 0) return true;
  // A Close with too long a body is told apart by its code.
  if (opcode >= opcodes.close) return opcode > opcodes.pong || !fin || (opcode > opcodes.close && payload.length > 125);
  return opcode > opcodes.binary || (opcode !== opcodes.continuation) === isWithinMessage;
}

/** Type and payload as one word. */
function labelOf(message: Pick<Message, 'type' | 'payload'> | undefined): string {
  return message === undefined ? '?' : `${message.type}:${sha256(message.payload)}`;
}

/** RFC 8446 §6.1: what comes behind close_notify is ignored; half a record opens to nothing. */
function authenticBytes(script: Script): Uint8Array[] {
  const bytes: Uint8Array[] = [];
  for (const record of script.flatMap((step) => (step.op === 'send' ? step.records : []))) {
    if (record.kind === 'alert' || record.half === true) break;
    bytes.push(...record.parts.flatMap((part) => (part.kind === 'bytes' ? [part.bytes] : [])));
  }
  return bytes;
}

function closeCodes(payload: Buffer): readonly number[] {
  if (payload.length === 0) return [1005];
  // RFC 6455 §5.5, §5.5.1: at most 125 bytes and never one alone; else the client fails the connection.
  return payload.length === 1 || payload.length > 125 ? [1002, 1006] : [payload.readUInt16BE(0)];
}

function messagesNamed(part: CasePart): string[] {
  return [
    ...messagesSent(part.script),
    ...part.expect.deliver,
    ...(part.expect.never?.names ?? []),
    ...(part.reactions ?? []).flatMap((reaction) => (reaction.kind === 'ack' ? reaction.message : [])),
  ];
}

function messagesSent(script: readonly StepPlan[]): string[] {
  return script.flatMap((step) => {
    if (step.op === 'app-ack') return messagesSent(step.otherwise);
    return step.op === 'send' ? step.records.flatMap(piecesOf).flatMap(namesIn) : [];
  });
}

function namesIn(piece: Piece): string[] {
  if (piece.piece === 'refusal') return [piece.body];
  if (piece.piece === 'odd-frame') return 'name' in piece.payload ? [piece.payload.name] : [];
  return piece.piece === 'message' ? [piece.name] : [];
}

function piecesOf(plan: RecordPlan): readonly Piece[] {
  return 'pieces' in plan ? plan.pieces : [];
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}
