/** Records as the client's machine gets them in the simulation: their plaintext, and how long they were on the wire. */
import type { Transport } from '../core/case';
import { responseBytes, type RequestHead } from '../core/handshake';
import type { RecordSpec } from '../core/script';
import type { Arrival } from './simulated-machine';
import type { Read } from './wake-up';

/** What a record adds: TLS 1.3 header, type and tag; TLS 1.2 with AES-GCM header, nonce and tag. */
export const overheadBytes: Readonly<Record<Transport, number>> = { tls13: 22, tls12: 29, plain: 0 };

/** The records of a script on their way. @param head of the request, which the 101 answers */
export function sealed(spec: RecordSpec, transport: Transport, head: RequestHead | undefined): readonly Arrival[] {
  if (spec.kind === 'alert') {
    return [{ reads: [], closeNotify: spec.description === 0, wireBytes: 2 + overheadBytes[transport] }];
  }
  if (head === undefined) throw new Error('a script sends before there was a request');
  const bytes = Buffer.concat(
    spec.parts.map((part) => (part.kind === 'bytes' ? part.bytes : responseBytes(head, part))),
  );
  if (spec.bytewise !== true) return [dataRecord(bytes, spec.half === true, transport)];
  return Array.from(bytes, (_, at) => dataRecord(bytes.subarray(at, at + 1), false, transport));
}

function dataRecord(bytes: Buffer, isHalf: boolean, transport: Transport): Arrival {
  const wireBytes = bytes.length + overheadBytes[transport];
  if (!isHalf) return { reads: [{ bytes, wireBytes }], wireBytes };
  const half = Math.floor(wireBytes / 2);
  // Half a record opens to nothing.
  if (transport !== 'plain') return { reads: [], wireBytes: half };
  return { reads: [{ bytes: bytes.subarray(0, half), wireBytes: half }], wireBytes: half };
}

/** Every byte a segment: a record shows to a TLS client when it is whole, to a plain one as it comes. */
export function dribbled(piece: Arrival, transport: Transport): Arrival[] {
  const isTls = transport !== 'plain';
  return Array.from({ length: piece.wireBytes }, (_, at): Arrival => {
    if (isTls) return at === piece.wireBytes - 1 ? { ...piece, wireBytes: 1 } : { reads: [], wireBytes: 1 };
    const reads = piece.reads.map((read): Read => ({ bytes: read.bytes.subarray(at, at + 1), wireBytes: 1 }));
    return { reads, wireBytes: 1 };
  });
}
