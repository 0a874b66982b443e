/** The catalogue's notation as functions: `segment(record(A, close(1000)), CN, FIN)`. */
import type { Piece, RecordPlan, StepPlan } from './case';
import type { Condition } from './condition';
import type { ResponseDefect } from './handshake';

/** A whole message as one frame. */
export const message = (name: string): Piece => ({ piece: 'message', name });

/** Payload bytes `from` to `to` of a message as one fragment; `fin` marks the last. */
export const fragment = (name: string, from: number, to: number | undefined, fin: boolean): Piece => ({
  piece: 'message',
  name,
  from,
  ...(to === undefined ? {} : { to }),
  fin,
});

/** A Close frame; without a code its body is empty. */
export const close = (code?: number, reason?: string): Piece => ({
  piece: 'close',
  ...(code === undefined ? {} : { code }),
  ...(reason === undefined ? {} : { reason }),
});

/** A Close frame with a body of one's own, legal or not. */
export const closeWithBody = (bodyHex: string): Piece => ({ piece: 'close', bodyHex });

export const ping = (text: string): Piece => ({ piece: 'ping', text });
export const pong = (text: string): Piece => ({ piece: 'pong', text });

/** A frame as no server may send it. */
export const oddFrame = (frame: Omit<Piece & { readonly piece: 'odd-frame' }, 'piece'>): Piece => ({
  piece: 'odd-frame',
  ...frame,
});

/** The 101. */
export const response: Piece = { piece: 'response' };

/** Bytes `from` to `to` of the 101; negative counts from the end. */
export const responsePart = (from: number, to?: number): Piece => ({
  piece: 'response',
  from,
  ...(to === undefined ? {} : { to }),
});

/** A 101 that no client may accept. */
export const badResponse = (defect: ResponseDefect): Piece => ({ piece: 'response', defect });

/** An answer that is no 101, with the frame of a message as its body. */
export const refusal = (
  status: number,
  phrase: string,
  headers: readonly (readonly [name: string, value: string])[],
  body: string,
): Piece => ({ piece: 'refusal', status, phrase, headers, body });

/** One TLS record with all bytes of its pieces. */
export const record = (...pieces: readonly Piece[]): RecordPlan => ({ record: 'data', pieces });

/** One record with some of the bytes of its pieces: from `from` up to `to`; negative counts from the end. */
export const slice = (pieces: readonly Piece[], from: number, to?: number): RecordPlan => ({
  record: 'data',
  pieces,
  from,
  ...(to === undefined ? {} : { to }),
});

/** The first half of a record's ciphertext, and no more of it. */
export const halfRecord = (...pieces: readonly Piece[]): RecordPlan => ({ record: 'data', pieces, half: true });

/** Every byte in a record of its own. */
export const bytewise = (...pieces: readonly Piece[]): RecordPlan => ({ record: 'bytewise', pieces });

/** All bytes in as many full records as that takes. */
export const fullRecords = (...pieces: readonly Piece[]): RecordPlan => ({ record: 'full', pieces });

/** A record of zero length. */
export const empty: RecordPlan = { record: 'data', pieces: [] };

/** close_notify; left out on plain `ws`. */
export const CN: RecordPlan = { record: 'close_notify' };

/** Half-close behind the last byte of the step. */
export const FIN: RecordPlan = { record: 'fin' };

/** `{…}`: one TCP segment as long as it fits, otherwise one burst. */
export const segment = (...records: readonly RecordPlan[]): StepPlan => ({ op: 'send', layout: 'segment', records });

/** Written without a word about segments. */
export const stream = (...records: readonly RecordPlan[]): StepPlan => ({ op: 'send', layout: 'stream', records });

/** Handed to the kernel, which takes it as the client's window has it; not waited for. */
export const queued = (...records: readonly RecordPlan[]): StepPlan => ({ op: 'send', layout: 'queue', records });

/** Every record a segment of its own. */
export const apart = (...records: readonly RecordPlan[]): StepPlan => ({ op: 'send', layout: 'records', records });

/** Every byte of ciphertext a segment of its own. */
export const dribble = (...records: readonly RecordPlan[]): StepPlan => ({ op: 'send', layout: 'bytes', records });

/** The 101 alone, as every script begins that does not say otherwise. */
export const accept: StepPlan = { op: 'send', layout: 'stream', records: [record(response)], scene: true };

export const O: StepPlan = { op: 'offer' };
export const ECHO: StepPlan = { op: 'echo' };
export const ACK: StepPlan = { op: 'ack' };
export const FRZ: StepPlan = { op: 'freeze' };

/** Stop the client for `frozenMs` and let it go for `runningMs`, again and again until `THW`. */
export const DUTY = (frozenMs: number, runningMs: number): StepPlan => ({
  op: 'freeze',
  duty: { frozenMs, runningMs },
});
export const THW: StepPlan = { op: 'thaw' };
export const RST: StepPlan = { op: 'reset' };
export const ABANDON: StepPlan = { op: 'abandon' };
export const W = (ms: number): StepPlan => ({ op: 'wait', ms });

/** `ACK!` with another patience than the usual. */
export const acked = (timeoutMs: number): StepPlan => ({ op: 'ack', timeoutMs });

/** Make life hard for the client or its connection, until `LIFT`. */
export const IMPOSE = (condition: Condition): StepPlan => ({ op: 'impose', condition });
export const LIFT: StepPlan = { op: 'lift' };

/** The endpoint's process is killed. */
export const KILL: StepPlan = { op: 'kill' };

/** Wait for the client's acknowledgement of the first message of the case; when the time is up, play `otherwise`. */
export const appAck = (timeoutMs: number, ...otherwise: readonly StepPlan[]): StepPlan => ({
  op: 'app-ack',
  timeoutMs,
  otherwise,
});

/** Read no more, so that the client's bytes stay in the kernel. */
export const STOP_READING: StepPlan = { op: 'stop-reading' };

/** `close()` the descriptor as it is: with unread bytes the kernel sends a reset. */
export const DROP: StepPlan = { op: 'drop' };
